using System.Globalization;

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

    /// <summary>Returns what is kept; all of it if there is no rule.</summary>
    /// <param name="group">What belongs together.</param>
    /// <param name="timeOf">When one was made, in Unix seconds.</param>
    /// <param name="keep">How many a rule such as <c>keep-daily</c> keeps; null if it is not given.</param>
    public static HashSet<T> Keep<T>(IReadOnlyCollection<T> group, Func<T, long> timeOf, Func<string, long?> keep)
        where T : notnull
    {
        T[] newestFirst = [.. group.OrderByDescending(timeOf)];
        bool hasRule = keep("keep-last") is not null || s_periods.Any(period => keep(period.Option) is not null);
        if (!hasRule)
        {
            return [.. group];
        }

        HashSet<T> kept = [.. newestFirst.Take((int)(keep("keep-last") ?? 0))];
        foreach ((string option, Func<DateTimeOffset, string> period) in s_periods)
        {
            HashSet<string> covered = [.. kept.Select(one => period(DateTimeOffset.FromUnixTimeSeconds(timeOf(one))))];
            long left = keep(option) ?? 0;
            foreach (T one in newestFirst.Where(one => !kept.Contains(one)).TakeWhile(_ => left > 0))
            {
                if (covered.Add(period(DateTimeOffset.FromUnixTimeSeconds(timeOf(one)))))
                {
                    kept.Add(one);
                    left--;
                }
            }
        }

        return kept;
    }
}
