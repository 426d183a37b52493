using System.Globalization;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds schedules that run more often than once an hour: a job that keeps all that it makes fills its storage within a day.</summary>
internal static class FrequentJobs
{
    /// <summary>What a plan says of such a job.</summary>
    public const string Why = " It runs more often than once an hour and removes no older backup: it may fill the storage.";

    private const int Hours = 24;
    private const int Minutes = 60;

    /// <summary>True if a calendar event comes more often than once an hour, on a day on which it does. What is not understood does not.</summary>
    /// <param name="schedule">The event, such as <c>mon..fri 8..17:0/10</c>; null for none.</param>
    public static bool IsFrequent(string? schedule)
    {
        // Proxmox: the time stands last; minutes alone are those of each hour.
        string time = schedule?.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        string[] parts = time.Split(':');
        return time.Equals("minutely", StringComparison.OrdinalIgnoreCase)
            || (parts.All(IsSpan) && (parts.Length == 1 ? Count(parts[0], Minutes) > 1 : Count(parts[0], Hours) * Count(parts[1], Minutes) > Hours));
    }

    private static bool IsSpan(string part) => part.Length > 0 && part.All(static sign => char.IsAsciiDigit(sign) || sign is '*' or '/' or '.' or ',');

    private static int Count(string part, int all)
    {
        int count = 0;
        foreach (string item in part.Split(','))
        {
            string[] steps = item.Split('/');
            string[] ends = steps[0].Split("..");
            int first = Number(ends[0], 0);
            int last = ends.Length > 1 ? Number(ends[1], all - 1) : steps.Length > 1 || ends[0] == "*" ? all - 1 : first;
            count += Math.Max(0, last - first) / Math.Max(1, steps.Length > 1 ? Number(steps[1], 1) : 1) + 1;
        }

        return count;
    }

    private static int Number(string text, int other) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : other;
}
