using System.Globalization;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Chooses which snapshots of a group a retention setting keeps.</summary>
internal static class Retention
{
    // In the order in which they are applied.
    private static readonly (string Option, Func<DateTimeOffset, string> Period)[] s_rules =
    [
        ("keep-last", static time => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ("keep-hourly", static time => time.ToString("yyyyMMddHH", CultureInfo.InvariantCulture)),
        ("keep-daily", static time => time.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
        ("keep-weekly", static time => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(time.DateTime)}W{ISOWeek.GetWeekOfYear(time.DateTime)}")),
        ("keep-monthly", static time => time.ToString("yyyyMM", CultureInfo.InvariantCulture)),
        ("keep-yearly", static time => time.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The names of the rules, in the order in which they are applied.</summary>
    public static IEnumerable<string> Options => s_rules.Select(static rule => rule.Option);

    /// <summary>True if a rule keeps something; without one everything is kept.</summary>
    public static bool HasRule(Func<string, long?> keep) => Options.Any(option => keep(option) > 0);

    /// <summary>Returns what is kept; all of it if there is no rule.</summary>
    /// <param name="group">What belongs together.</param>
    /// <param name="timeOf">When one was made, in Unix seconds.</param>
    /// <param name="keep">How many a rule such as <c>keep-daily</c> keeps; null if it is not given.</param>
    /// <param name="zone">The time zone that days and weeks begin in.</param>
    public static HashSet<T> Keep<T>(IReadOnlyCollection<T> group, Func<T, long> timeOf, Func<string, long?> keep, TimeZoneInfo zone)
        where T : notnull
    {
        if (!HasRule(keep))
        {
            return [.. group];
        }

        Dated<T>[] newestFirst =
        [
            .. group.OrderByDescending(timeOf).Select(
                one => new Dated<T>(one, TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(timeOf(one)), zone))),
        ];
        Dictionary<T, bool> marks = [];
        foreach ((string option, Func<DateTimeOffset, string> period) in s_rules)
        {
            Mark(newestFirst, marks, keep(option) ?? 0, period);
        }

        HashSet<T> kept = [];
        foreach ((T one, bool isKept) in marks)
        {
            if (isKept)
            {
                kept.Add(one);
            }
        }

        return kept;
    }

    // Proxmox: what one rule has marked, to be kept or to be removed, no later rule decides again. A period that holds something kept by an earlier
    // rule needs none more and does not count; what else lies in it stays unmarked.
    private static void Mark<T>(Dated<T>[] newestFirst, Dictionary<T, bool> marks, long left, Func<DateTimeOffset, string> period)
        where T : notnull
    {
        HashSet<string> covered = [.. newestFirst.Where(one => marks.GetValueOrDefault(one.Item)).Select(one => period(one.Time))];
        HashSet<string> chosen = [];
        foreach (Dated<T> one in newestFirst.Where(one => !marks.ContainsKey(one.Item)))
        {
            string id = period(one.Time);
            if (covered.Contains(id))
            {
                continue;
            }

            if (!chosen.Contains(id) && chosen.Count >= left)
            {
                return;
            }

            marks[one.Item] = chosen.Add(id);
        }
    }

    private sealed class Dated<T>(T item, DateTimeOffset time)
    {
        public T Item => item;

        public DateTimeOffset Time => time;
    }
}
