namespace ProxSharp.Operations.Plans;

/// <summary>How a plan is made.</summary>
public sealed record PlanOptions
{
    /// <summary>Whether each guest that is changed gets a snapshot first. Refused if a guest's storage makes none. Default: false.</summary>
    public bool SnapshotFirst { get; init; }
}
