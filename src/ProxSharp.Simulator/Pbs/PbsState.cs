using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Pbs;

/// <summary>A simulated Proxmox Backup Server.</summary>
internal sealed class PbsState(ApiSchema schema, TimeProvider time, TimeSpan taskDuration)
    : ServerState(schema, time, taskDuration, new AccessDirectory(RoleCatalogue.Load("pbs-roles.json"), tokensAlwaysSeparate: true))
{
    public string NodeName { get; set; } = "pbs";

    public SortedDictionary<string, Datastore> Datastores { get; } = new(StringComparer.Ordinal);

    public Random Random { get; } = new(20260202);

    public override string LocalNode => NodeName;

    public Datastore GetDatastore(string name) => Datastores.GetValueOrDefault(name) ?? throw new ApiFault(400, $"no such datastore '{name}'");

    protected override string? PoolOf(string path) => null;
}
