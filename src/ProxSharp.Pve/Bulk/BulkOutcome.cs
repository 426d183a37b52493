namespace ProxSharp.Pve.Bulk;

/// <summary>What became of one guest in bulk work.</summary>
public enum BulkOutcome
{
    /// <summary>Nothing was sent: the work ended before its turn came.</summary>
    NotStarted,

    /// <summary>A dry run: the action would be started.</summary>
    Planned,

    /// <summary>Nothing was sent because nothing is to be done, for example to start a guest that runs.</summary>
    Skipped,

    /// <summary>The action was started, and nobody waited for its end.</summary>
    Running,

    /// <summary>The action was done.</summary>
    Succeeded,

    /// <summary>The action was done, with warnings.</summary>
    Warnings,

    /// <summary>The action failed, or it is not known how it ended; the exception says which.</summary>
    Failed,
}
