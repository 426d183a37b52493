using System.Globalization;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Chooses which snapshots of a group a retention setting keeps.</summary>
internal static class Retention
{
    private static readonly (string Option, Func<DateTimeOffset, string> Period)[] s_periods =
    [
        ("keep-hourly", static time => time.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)),
        ("keep-daily", static time => time.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
        ("keep-weekly", static time => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(time.UtcDateTime)}W{ISOWeek.GetWeekOfYear(time.UtcDateTime)}")),
        ("keep-monthly", static time => time.ToString("yyyyMM", CultureInfo.InvariantCulture)),
        ("keep-yearly", static time => time.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];

    /// <summary>Returns the kept snapshots; all of them if the call names no rule.</summary>
    public static HashSet<Snapshot> Keep(IReadOnlyCollection<Snapshot> group, ApiCall call)
    {
        Snapshot[] newestFirst = [.. group.OrderByDescending(static snapshot => snapshot.Time)];
        bool hasRule = call.Has("keep-last") || s_periods.Any(period => call.Has(period.Option));
        if (!hasRule)
        {
            return [.. group];
        }

        HashSet<Snapshot> kept = [.. newestFirst.Take((int)(call.Integer("keep-last") ?? 0))];
        foreach ((string option, Func<DateTimeOffset, string> period) in s_periods)
        {
            HashSet<string> covered = [.. kept.Select(snapshot => period(DateTimeOffset.FromUnixTimeSeconds(snapshot.Time)))];
            long left = call.Integer(option) ?? 0;
            foreach (Snapshot snapshot in newestFirst.Where(snapshot => !kept.Contains(snapshot)).TakeWhile(_ => left > 0))
            {
                if (covered.Add(period(DateTimeOffset.FromUnixTimeSeconds(snapshot.Time))))
                {
                    kept.Add(snapshot);
                    left--;
                }
            }
        }

        return kept;
    }
}
