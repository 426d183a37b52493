using ProxSharp.Pve.Recovery;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Bulk;

/// <summary>How bulk work is done. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record BulkOptions
{
    /// <summary>The defaults.</summary>
    public static BulkOptions Default { get; } = new();

    /// <summary>How many actions may run on one node at a time. Default: 4.</summary>
    public int MaxPerNode { get; init; } = 4;

    /// <summary>How many actions may run in all at a time. Default: 40.</summary>
    public int MaxTotal { get; init; } = 40;

    /// <summary>Whether no further action is started after a failure; those that run are waited for. Default: false.</summary>
    public bool StopOnError { get; init; }

    /// <summary>
    /// Whether guests are skipped that are in the wanted state already, and templates where the action means nothing for them. Default: true. The
    /// cluster's list, which tells the state, may be some seconds old.
    /// </summary>
    public bool SkipUnneeded { get; init; } = true;

    /// <summary>Only tells what would be done. Default: false.</summary>
    public bool DryRun { get; init; }

    /// <summary>How each task is waited for; the time limit counts for each of them. Failures are reported, never thrown.</summary>
    public TaskWaitOptions Wait { get; init; } = TaskWaitOptions.Default;

    /// <summary>What happens to running actions when the work is cancelled. Default: they are detached.</summary>
    public BulkCancellation Cancellation { get; init; }

    /// <summary>
    /// How the client finds out what became of an action whose answer was lost, before it starts it again or waits for its task. Null leaves it alone:
    /// the item then fails with a <see cref="ProxmoxOutcomeUnknownException"/>. Default: as <see cref="PveClient.RecoverAsync"/> does.
    /// </summary>
    public RecoveryOptions? Recovery { get; init; } = RecoveryOptions.Default;

    /// <summary>Is told of every change, one at a time, while the work goes on; null (the default) for nobody.</summary>
    public IProgress<BulkProgress>? Progress { get; init; }

    internal BulkOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPerNode, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTotal, 1);
        ArgumentNullException.ThrowIfNull(Wait);
        return this;
    }
}
