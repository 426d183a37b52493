namespace ProxSharp.Pbs.Backups;

/// <summary>Why pruning keeps or removes a snapshot.</summary>
public enum PruneReason
{
    /// <summary>It cannot be told: the server decided by its own clock's days, or by something that it does not tell.</summary>
    Unknown,

    /// <summary>It is kept because it is protected.</summary>
    Protected,

    /// <summary>It is kept because it is one of the newest.</summary>
    KeepLast,

    /// <summary>It is kept as the newest of an hour.</summary>
    KeepHourly,

    /// <summary>It is kept as the newest of a day.</summary>
    KeepDaily,

    /// <summary>It is kept as the newest of a week, Monday to Sunday.</summary>
    KeepWeekly,

    /// <summary>It is kept as the newest of a month.</summary>
    KeepMonthly,

    /// <summary>It is kept as the newest of a year.</summary>
    KeepYearly,

    /// <summary>It is removed because no rule of the policy keeps it.</summary>
    NotKept,
}
