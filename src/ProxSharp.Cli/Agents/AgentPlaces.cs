using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Agents;

/// <summary>Makes sure, before anything is made, that what a token is to have rights on exists.</summary>
internal static class AgentPlaces
{
    // Proxmox: the bridges of the nodes are in a zone that is in no list.
    private const string LocalZone = "localnetwork";

    /// <summary>Checks the paths of a grant. What the caller cannot see is not asked for.</summary>
    /// <exception cref="CliException">One of them does not exist.</exception>
    public static async Task CheckAsync(ServerSession session, IEnumerable<AgentEntry> entries, CancellationToken cancellationToken)
    {
        foreach (string path in entries.Select(static entry => entry.Path))
        {
            foreach (Place place in Places(path.Split('/', StringSplitOptions.RemoveEmptyEntries), session.Context.Product == ProxmoxProduct.BackupServer))
            {
                await CheckAsync(session, place, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task CheckAsync(ServerSession session, Place place, CancellationToken cancellationToken)
    {
        if (await NamesAsync(session, place, cancellationToken).ConfigureAwait(false) is { } names && !names.Contains(place.Name)
            && await SeesAsync(session, place, cancellationToken).ConfigureAwait(false))
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no {place.Word} {place.Name} to give rights on; nothing was made",
                Hint = $"See what there is: {(place.Word == "bridge" ? "prox node network list NODE" : $"prox api get {place.List}")}",
            });
        }
    }

    // Each after what it is in.
    private static Place[] Places(string[] parts, bool isBackup) => parts switch
    {
        ["datastore", var store, .. var ns] when isBackup =>
        [
            new("datastore", "/admin/datastore", "store", store, $"/datastore/{store}", "Datastore.Audit"),
            .. ns.Length == 0 ? Array.Empty<Place>() :
            [
                new(
                    "namespace",
                    $"/admin/datastore/{Uri.EscapeDataString(store)}/namespace",
                    "ns",
                    string.Join('/', ns),
                    $"/{string.Join('/', parts)}",
                    "Datastore.Audit"),
            ],
        ],
        ["vms", var vmid, ..] => [new("guest", "/cluster/resources", "vmid", vmid, $"/vms/{vmid}", "VM.Audit")],
        ["storage", var storage, ..] => [new("storage", "/storage", "storage", storage, $"/storage/{storage}", "Datastore.Audit")],
        ["pool", _, ..] => [new("pool", "/pools", "poolid", string.Join('/', parts[1..]), $"/{string.Join('/', parts)}", "Pool.Audit")],
        ["sdn", "zones", LocalZone, var bridge, ..] =>
            [new("bridge", "/nodes/{node}/network", "iface", bridge, $"/sdn/zones/{LocalZone}/{bridge}", "SDN.Audit")],
        ["sdn", "zones", LocalZone] => [],
        ["sdn", "zones", var zone, .. var vnet] =>
        [
            new("zone", "/cluster/sdn/zones", "zone", zone, $"/sdn/zones/{zone}", "SDN.Audit"),
            .. vnet.Length == 0 ? Array.Empty<Place>() :
            [
                new("vnet", "/cluster/sdn/vnets", "vnet", vnet[0], $"/sdn/zones/{zone}/{vnet[0]}", "SDN.Audit") { Zone = zone },
            ],
        ],
        _ => [],
    };

    /// <summary>What there is; null if nobody can tell.</summary>
    private static async Task<IReadOnlyCollection<string>?> NamesAsync(ServerSession session, Place place, CancellationToken cancellationToken)
    {
        if (place.Word == "bridge")
        {
            return await BridgesAsync(session, cancellationToken).ConfigureAwait(false);
        }

        JsonElement items = (await session.GetAsync(place.List, null, cancellationToken).ConfigureAwait(false)).Data;
        return items.EnumerateArray().Where(item => item.TryGetProperty(place.Member, out _) && (place.Zone is null || Text(item, "zone") == place.Zone))
            .Select(item => item.GetProperty(place.Member).ToString()).ToHashSet(StringComparer.Ordinal);
    }

    // A node that is down may have one of its own.
    private static async Task<IReadOnlyCollection<string>?> BridgesAsync(ServerSession session, CancellationToken cancellationToken)
    {
        JsonElement[] nodes = [.. (await session.GetAsync("/nodes", null, cancellationToken).ConfigureAwait(false)).Data.EnumerateArray()];
        if (nodes.Length == 0 || nodes.Any(static node => Text(node, "status") != "online"))
        {
            return null;
        }

        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (string node in nodes.Select(static node => Text(node, "node")).OfType<string>())
        {
            try
            {
                JsonElement bridges = (await session.GetAsync(
                    $"/nodes/{Uri.EscapeDataString(node)}/network", new() { { "type", "any_bridge" } }, cancellationToken).ConfigureAwait(false)).Data;
                found.UnionWith(bridges.EnumerateArray().Select(static bridge => Text(bridge, "iface")).OfType<string>());
            }
            catch (ProxmoxApiException)
            {
                return null;
            }
        }

        return found;
    }

    // Lists leave out what the caller may not see.
    private static async Task<bool> SeesAsync(ServerSession session, Place place, CancellationToken cancellationToken)
    {
        JsonElement own = (await session.GetAsync("/access/permissions", new() { { "path", place.Path } }, cancellationToken).ConfigureAwait(false)).Data;
        return KeptRoles.Read(own, place.Path).Contains(place.Privilege);
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private sealed record Place(string Word, string List, string Member, string Name, string Path, string Privilege)
    {
        /// <summary>The zone of a vnet; null for what is in none.</summary>
        public string? Zone { get; init; }
    }
}
