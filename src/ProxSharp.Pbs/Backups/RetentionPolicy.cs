using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>
/// Which snapshots of a group are kept when it is pruned: the newest of each of the last hours, days, weeks, months and years in which there are some. Numbers
/// are 1 or more, null keeps none for that reason. At least one must be given. Immutable: make a changed copy with <c>with</c>.
/// </summary>
public sealed record RetentionPolicy
{
    /// <summary>How many of the newest snapshots are kept.</summary>
    public int? KeepLast { get; init; }

    /// <summary>For how many hours one snapshot each is kept.</summary>
    public int? KeepHourly { get; init; }

    /// <summary>For how many days one snapshot each is kept.</summary>
    public int? KeepDaily { get; init; }

    /// <summary>For how many weeks one snapshot each is kept.</summary>
    public int? KeepWeekly { get; init; }

    /// <summary>For how many months one snapshot each is kept.</summary>
    public int? KeepMonthly { get; init; }

    /// <summary>For how many years one snapshot each is kept.</summary>
    public int? KeepYearly { get; init; }

    /// <summary>
    /// The time zone that the server counts hours, days, weeks, months and years in, which is that of its clock: see <see cref="NodeTime.GetAsync"/>. It is
    /// not sent, and serves to tell the <see cref="PruneDecision.Reason"/> of decisions only. Default: null, which stands for UTC.
    /// </summary>
    public TimeZoneInfo? TimeZone { get; init; }

    private IEnumerable<int?> Numbers => [KeepLast, KeepHourly, KeepDaily, KeepWeekly, KeepMonthly, KeepYearly];

    /// <summary>False if nothing is said of what is kept: then all is.</summary>
    internal bool HasNumbers => Numbers.Any(static number => number is not null);

    /// <summary>Finds values that cannot work.</summary>
    /// <exception cref="ArgumentException">Nothing is given, or a number is below 1.</exception>
    internal RetentionPolicy Checked()
    {
        if (!HasNumbers)
        {
            throw new ArgumentException("The policy keeps nothing: give at least one number, for example KeepLast.");
        }

        return Numbers.Any(static number => number < 1) ? throw new ArgumentException("The numbers of a policy are 1 or more.") : this;
    }

    internal AdminDatastorePruneRequest ToRequest(GroupTarget group, bool? dryRun, bool? useTask) => new()
    {
        BackupType = group.Type,
        BackupId = group.Id,
        Ns = group.Ns,
        KeepLast = KeepLast,
        KeepHourly = KeepHourly,
        KeepDaily = KeepDaily,
        KeepWeekly = KeepWeekly,
        KeepMonthly = KeepMonthly,
        KeepYearly = KeepYearly,
        DryRun = dryRun,
        UseTask = useTask,
    };

    internal AdminDatastorePruneDatastoreRequest ToRequest(string? ns, int? maxDepth) => new()
    {
        Ns = ns,
        MaxDepth = maxDepth,
        KeepLast = KeepLast,
        KeepHourly = KeepHourly,
        KeepDaily = KeepDaily,
        KeepWeekly = KeepWeekly,
        KeepMonthly = KeepMonthly,
        KeepYearly = KeepYearly,
    };
}
