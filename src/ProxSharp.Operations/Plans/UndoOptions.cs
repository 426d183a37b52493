namespace ProxSharp.Operations.Plans;

/// <summary>How an applied plan is taken back.</summary>
public sealed record UndoOptions
{
    /// <summary>
    /// Whether values that somebody else has set since are overwritten. The plan says which, and whoever approves it sees them. Default: false, which refuses.
    /// </summary>
    public bool EvenChanged { get; init; }
}
