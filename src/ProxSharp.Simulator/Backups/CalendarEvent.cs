using System.Globalization;

namespace ProxSharp.Simulator.Backups;

/// <summary>A schedule such as <c>mon..fri 02:30</c>, <c>*/15</c>, <c>*-*-1 03:00</c> or <c>daily</c>, in UTC and to the minute.</summary>
internal sealed class CalendarEvent
{
    private const int LongestSearchDays = 366 * 5;
    private const int FirstYear = 1970;
    private const int LastYear = 2100;

    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly string[] s_longDays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["minutely"] = "*:*",
        ["hourly"] = "*:00",
        ["daily"] = "00:00",
        ["weekly"] = "mon 00:00",
        ["monthly"] = "*-*-01 00:00",
        ["quarterly"] = "*-01,04,07,10-01 00:00",
        ["semiannually"] = "*-01,07-01 00:00",
        ["semi-annually"] = "*-01,07-01 00:00",
        ["yearly"] = "*-01-01 00:00",
        ["annually"] = "*-01-01 00:00",
    };

    private readonly bool[] _weekdays = new bool[7];
    private readonly bool[] _months = new bool[13];
    private readonly bool[] _monthDays = new bool[32];
    private readonly bool[] _hours = new bool[24];
    private readonly bool[] _minutes = new bool[60];

    private bool[]? _years;

    private CalendarEvent()
    {
        Array.Fill(_weekdays, true);
        Array.Fill(_months, true);
        Array.Fill(_monthDays, true);
    }

    /// <summary>Reads a schedule.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CalendarEvent? parsed)
    {
        CalendarEvent made = new();
        string[] words = s_names.GetValueOrDefault(text.Trim(), text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 1 && words[^1] == "UTC")
        {
            // The only zone that may be named; all times here are in it.
            words = words[..^1];
        }

        bool hasTime = false;
        foreach (string word in words)
        {
            bool understood = char.IsAsciiLetter(word[0]) ? made.ReadWeekdays(word) : word.Contains('-', StringComparison.Ordinal) ? made.ReadDate(word) : made.ReadTime(word);
            hasTime |= !char.IsAsciiLetter(word[0]) && !word.Contains('-', StringComparison.Ordinal);
            if (!understood)
            {
                parsed = null;
                return false;
            }
        }

        if (!hasTime)
        {
            (made._hours[0], made._minutes[0]) = (true, true);
        }

        parsed = words.Length > 0 ? made : null;
        return parsed is not null;
    }

    /// <summary>Whether a text is a list of weekdays such as <c>mon..fri,sun</c>.</summary>
    public static bool AreWeekdays(string text) => new CalendarEvent().ReadWeekdays(text);

    /// <summary>The first moment after the given one; null if there is none within years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        DateTimeOffset first = after.ToUniversalTime();
        first = new DateTimeOffset(first.Year, first.Month, first.Day, first.Hour, first.Minute, 0, TimeSpan.Zero).AddMinutes(1);
        DateTimeOffset day = new(first.Year, first.Month, first.Day, 0, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < LongestSearchDays; i++, day = day.AddDays(1))
        {
            if (_years?[day.Year] != false && _weekdays[(int)day.DayOfWeek] && _months[day.Month] && _monthDays[day.Day] && NextInDay(day, first) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private DateTimeOffset? NextInDay(DateTimeOffset day, DateTimeOffset first)
    {
        int start = day < first ? (int)(first - day).TotalMinutes : 0;
        for (int minute = start; minute < 24 * 60; minute++)
        {
            if (_hours[minute / 60] && _minutes[minute % 60])
            {
                return day.AddMinutes(minute);
            }
        }

        return null;
    }

    private bool ReadWeekdays(string word)
    {
        Array.Fill(_weekdays, false);
        foreach (string part in word.Split(','))
        {
            string[] ends = part.Split("..");
            int from = DayOf(ends[0]);
            int to = DayOf(ends[^1]);
            if (from < 0 || to < 0 || ends.Length > 2)
            {
                return false;
            }

            for (int day = from; ; day = (day + 1) % 7)
            {
                _weekdays[day] = true;
                if (day == to)
                {
                    break;
                }
            }
        }

        return true;
    }

    private static int DayOf(string name) => Math.Max(Array.IndexOf(s_days, name.ToLowerInvariant()), Array.IndexOf(s_longDays, name.ToLowerInvariant()));

    private bool ReadDate(string word)
    {
        string[] parts = word.Split('-');
        return parts.Length is 2 or 3 && ReadSet(parts[^2], _months, 1) && ReadSet(parts[^1], _monthDays, 1) && (parts.Length == 2 || ReadYear(parts[0]));
    }

    private bool ReadYear(string text)
    {
        _years = text == "*" ? null : new bool[LastYear + 1];
        return _years is null || ReadSet(text, _years, FirstYear);
    }

    private bool ReadTime(string word)
    {
        string[] parts = word.Split(':');
        string hours = parts.Length == 1 ? "*" : parts[0];
        string minutes = parts.Length == 1 ? parts[0] : parts[1];

        // Seconds may be given; only the full minute is kept.
        return parts.Length <= 3 && ReadSet(hours, _hours, 0) && ReadSet(minutes, _minutes, 0) && (parts.Length < 3 || ReadSet(parts[2], new bool[60], 0));
    }

    /// <summary>Reads <c>*</c>, <c>*/15</c>, <c>8..17</c>, <c>8..17/2</c>, <c>5</c> and lists of them.</summary>
    private static bool ReadSet(string text, bool[] set, int first)
    {
        Array.Fill(set, false);
        foreach (string part in text.Split(','))
        {
            string[] steps = part.Split('/');
            string[] ends = steps[0].Split("..");
            int from = first;
            int to = set.Length - 1;
            int step = 1;
            bool isAll = steps[0] == "*";
            if ((!isAll && !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out from))
                || (steps.Length == 2 && (!int.TryParse(steps[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))
                || (ends.Length == 2 && !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out to)))
            {
                return false;
            }

            to = isAll || ends.Length == 2 || steps.Length == 2 ? to : from;
            if (from < first || to >= set.Length || steps.Length > 2 || ends.Length > 2)
            {
                return false;
            }

            for (int i = from; i <= to; i += step)
            {
                set[i] = true;
            }
        }

        return true;
    }
}
