using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>A guest that does not exist yet.</summary>
internal sealed record NewGuest(string Vmid, string Type, string Node, PolicyTarget Policy)
{
    public string Key => $"new guest {Vmid}";

    public PlanTarget ToTarget() => new(
        Key,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["vmid"] = Vmid, ["exists"] = "no" },
        "",
        new Dictionary<string, string>())
    {
        Policy = Policy,
    };
}
