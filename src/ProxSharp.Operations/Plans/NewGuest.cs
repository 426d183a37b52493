using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>A guest that does not exist yet.</summary>
internal sealed record NewGuest(string Vmid, string Type, string Node, PolicyTarget Policy)
{
    public string Key => $"new guest {Vmid}";

    /// <summary>The guest in the pool of the one that it is written over, unless it is put into another.</summary>
    /// <param name="pool">That pool; null for none.</param>
    public NewGuest In(string? pool) => this with { Policy = Policy with { Pool = Policy.Pool ?? pool } };

    public PlanTarget ToTarget() => new(
        Key,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["vmid"] = Vmid, ["exists"] = "no" },
        "",
        new Dictionary<string, string>())
    {
        Policy = Policy,
    };
}
