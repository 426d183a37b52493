using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Backups;

/// <summary>What a check of backups found.</summary>
public sealed record VerificationReport
{
    /// <summary>How the task ended; it counts as failed if a snapshot did not pass.</summary>
    public required TaskResult Task { get; init; }

    /// <summary>How many snapshots were checked, those that did not pass among them.</summary>
    public required int CheckedCount { get; init; }

    /// <summary>How many snapshots were passed over, because they were checked before or are in use.</summary>
    public required int SkippedCount { get; init; }

    /// <summary>The snapshots that did not pass, in the order of the log.</summary>
    public required IReadOnlyList<VerificationFailure> Failures { get; init; }

    /// <summary>True if the task ended well and all that was checked is whole.</summary>
    public bool IsGood => Task.Succeeded && Failures.Count == 0;

    /// <summary>Returns the numbers.</summary>
    public override string ToString() => FormattableString.Invariant($"{CheckedCount} checked, {SkippedCount} passed over, {Failures.Count} broken");
}
