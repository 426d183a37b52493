namespace ProxSharp.Operations.Plans;

/// <summary>What came of a plan.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Steps">What came of each call that was made, in their order.</param>
/// <param name="IsComplete">True if all calls were made and succeeded, and the ledger says so.</param>
public sealed record ApplyResult(string PlanId, IReadOnlyList<ApplyStep> Steps, bool IsComplete)
{
    /// <summary>The calls that were not made because one before them failed, secrets masked.</summary>
    public IReadOnlyList<string> NotMade { get; init; } = [];
}
