namespace ProxSharp.Pve.Bulk;

/// <summary>What happens to the actions that run when bulk work is cancelled. In any case no further one is started.</summary>
public enum BulkCancellation
{
    /// <summary>They go on, and nobody waits for them: their outcome is <see cref="BulkOutcome.Running"/>.</summary>
    Detach,

    /// <summary>They go on, and the work ends when they have.</summary>
    WaitForRunning,
}
