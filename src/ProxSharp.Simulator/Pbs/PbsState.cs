using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Pbs;

/// <summary>A simulated Proxmox Backup Server.</summary>
internal sealed class PbsState(ApiSchema schema, TimeProvider time, TimeSpan taskDuration)
    : ServerState(schema, time, taskDuration, Seed, new AccessDirectory(RoleCatalogue.Load("pbs-roles.json"), tokensAlwaysSeparate: true))
{
    private const int Seed = 20260202;

    public string NodeName { get; set; } = "pbs";

    public SortedDictionary<string, Datastore> Datastores { get; } = new(StringComparer.Ordinal);

    public override string LocalNode => NodeName;

    public Datastore GetDatastore(string name) => Datastores.GetValueOrDefault(name) ?? throw new ApiFault(400, $"no such datastore '{name}'");

    protected override string? PoolOf(string path) => null;
}
