using System.Globalization;

namespace ProxSharp.Pbs.Backups;

/// <summary>
/// Works out which rule of a policy keeps a snapshot. The server decides and does not say why, so reasons are given only where the same rules come to the
/// same decisions. Pure.
/// </summary>
internal static class PruneReasons
{
    private static readonly (PruneReason Reason, Func<RetentionPolicy, int?> Number, Func<DateTimeOffset, int> Period)[] s_rules =
    [
        (PruneReason.KeepHourly, static policy => policy.KeepHourly, static time => (DayNumber(time) * 24) + time.Hour),
        (PruneReason.KeepDaily, static policy => policy.KeepDaily, static time => DayNumber(time)),
        (PruneReason.KeepWeekly, static policy => policy.KeepWeekly, static time => Week(time.DateTime)),
        (PruneReason.KeepMonthly, static policy => policy.KeepMonthly, static time => (time.Year * 12) + time.Month),
        (PruneReason.KeepYearly, static policy => policy.KeepYearly, static time => time.Year),
    ];

    /// <summary>Adds the reasons.</summary>
    /// <param name="newestFirst">What the server decided for the snapshots of a group, newest first.</param>
    /// <param name="policy">The policy.</param>
    public static IReadOnlyList<PruneDecision> Explain(IReadOnlyList<PruneDecision> newestFirst, RetentionPolicy policy)
    {
        PruneReason[] reasons = Find([.. newestFirst.Select(static decision => decision.Snapshot.Time)], [.. newestFirst.Select(static decision => decision.IsProtected)], policy);
        bool isSame = Enumerable.Range(0, reasons.Length).All(i => newestFirst[i].Keep == (reasons[i] != PruneReason.NotKept));
        return [.. newestFirst.Select((decision, i) => decision with
        {
            Reason = decision.IsProtected ? PruneReason.Protected : isSame ? reasons[i] : PruneReason.Unknown,
        })];
    }

    /// <summary>Tells of each snapshot of a group, newest first, whether a policy keeps it.</summary>
    /// <param name="times">When they were made.</param>
    /// <param name="areProtected">Which of them are protected.</param>
    /// <param name="policy">The policy; one without numbers keeps all.</param>
    public static bool[] Keeps(IReadOnlyList<DateTimeOffset> times, IReadOnlyList<bool> areProtected, RetentionPolicy policy) =>
        Array.ConvertAll(Find(times, areProtected, policy), reason => !policy.HasNumbers || reason != PruneReason.NotKept);

    // Proxmox: rules are applied in this order; a period that holds a snapshot kept by an earlier rule needs none more, and counts for no later rule.
    // What one rule has decided to remove no later rule keeps.
    private static PruneReason[] Find(IReadOnlyList<DateTimeOffset> newestFirst, IReadOnlyList<bool> areProtected, RetentionPolicy policy)
    {
        // Proxmox: periods are those of the server's clock.
        TimeZoneInfo zone = policy.TimeZone ?? TimeZoneInfo.Utc;
        DateTimeOffset[] times = Array.ConvertAll<DateTimeOffset, DateTimeOffset>([.. newestFirst], time => TimeZoneInfo.ConvertTime(time, zone));
        bool[] decided = [.. areProtected];
        PruneReason[] reasons = Array.ConvertAll(decided, static isProtected => isProtected ? PruneReason.Protected : PruneReason.NotKept);
        Mark(reasons, decided, PruneReason.KeepLast, policy.KeepLast ?? 0, static i => i);
        foreach ((PruneReason reason, Func<RetentionPolicy, int?> number, Func<DateTimeOffset, int> period) in s_rules)
        {
            Mark(reasons, decided, reason, number(policy) ?? 0, i => period(times[i]));
        }

        return reasons;
    }

    private static int DayNumber(DateTimeOffset time) => DateOnly.FromDateTime(time.DateTime).DayNumber;

    private static int Week(DateTime time) => (ISOWeek.GetYear(time) * 100) + ISOWeek.GetWeekOfYear(time);

    private static void Mark(PruneReason[] reasons, bool[] decided, PruneReason reason, int left, Func<int, int> period)
    {
        IEnumerable<int> kept = Enumerable.Range(0, reasons.Length).Where(i => reasons[i] is not (PruneReason.NotKept or PruneReason.Protected));
        HashSet<int> covered = [.. kept.Select(period)];
        HashSet<int> chosen = [];
        foreach (int i in Enumerable.Range(0, reasons.Length).Where(i => !decided[i] && !covered.Contains(period(i))))
        {
            if (!chosen.Contains(period(i)) && chosen.Count >= left)
            {
                return;
            }

            decided[i] = true;
            if (chosen.Add(period(i)))
            {
                reasons[i] = reason;
            }
        }
    }
}
