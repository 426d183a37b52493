using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>What is known about the resources of a cluster, of one type: the schema describes all types as one.</summary>
internal static class ResourceShapes
{
    private static readonly string[] s_ofGuests =
        ["vmid", "name", "hastate", "lock", "memhost", "netin", "netout", "diskread", "diskwrite", "pool", "tags", "template"];

    private static readonly string[] s_ofNodes = ["cgroup-mode", "level", "host-arch"];
    private static readonly string[] s_ofStorages = ["storage", "content", "plugintype", "shared"];
    private static readonly string[] s_ofNetworks = ["network", "network-type", "protocol", "sdn", "zone-type"];
    private static readonly string[] s_ofMachines = ["cpu", "maxcpu", "mem", "maxmem", "uptime"];

    /// <summary>Returns what rows of a type may have.</summary>
    /// <param name="type">The type, as the filter of the call has it: <c>vm</c>, <c>node</c> or <c>storage</c>.</param>
    public static ResultShape Of(string type)
    {
        ResultShape all = ResultShapes.Of(SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Get, "/cluster/resources"));
        HashSet<string> others = type switch
        {
            "vm" => [.. s_ofNodes, .. s_ofStorages, .. s_ofNetworks],
            "node" => [.. s_ofGuests, .. s_ofStorages, .. s_ofNetworks],
            _ => [.. s_ofGuests, .. s_ofNodes, .. s_ofNetworks, .. s_ofMachines],
        };
        return all with { IsClosed = true, KnownFields = [.. all.KnownFields.Where(field => !others.Contains(field))] };
    }
}
