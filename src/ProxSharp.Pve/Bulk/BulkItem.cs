using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Bulk;

/// <summary>What became of one guest in bulk work.</summary>
public sealed record BulkItem
{
    /// <summary>The guest as it was when its turn came.</summary>
    public required GuestSummary Guest { get; init; }

    /// <summary>What became of it.</summary>
    public BulkOutcome Outcome { get; init; }

    /// <summary>The task; null if none was started.</summary>
    public PveTask? Task { get; init; }

    /// <summary>How the task ended; null if it did not, or if nobody waited.</summary>
    public TaskResult? Result { get; init; }

    /// <summary>Why it failed; null if it did not.</summary>
    public Exception? Error { get; init; }

    /// <summary>Why it was skipped, in words; empty if it was not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Returns the guest and what became of it.</summary>
    public override string ToString() => Outcome switch
    {
        BulkOutcome.Skipped => $"{Guest}: skipped, {Reason}",
        BulkOutcome.Failed => $"{Guest}: failed, {Error?.Message}",
        _ => $"{Guest}: {Outcome}",
    };
}
