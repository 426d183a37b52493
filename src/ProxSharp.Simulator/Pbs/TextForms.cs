using System.Globalization;
using ProxSharp.Schema;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The texts that a backup server reads to the end before it takes them, beyond what patterns say: schedules, sizes, times of day, spans.</summary>
internal static class TextForms
{
    private const string Calendar = "<calendar-event>";

    private static readonly string[] s_spans =
    [
        "ns", "nsec", "us", "usec", "µs", "ms", "msec", "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "h", "hr", "hour", "hours",
        "d", "day", "days", "w", "week", "weeks", "M", "month", "months", "y", "year", "years",
    ];

    /// <summary>The complaints by parameter; empty if all can be read.</summary>
    public static IReadOnlyDictionary<string, string> Check(ApiCall call)
    {
        Dictionary<string, string> errors = new(StringComparer.Ordinal);
        foreach (string name in call.Parameters.Keys)
        {
            if (FormOf(call.Endpoint, name) is not var (form, isRead))
            {
                continue;
            }

            foreach (string text in call.Values(name))
            {
                if (!isRead(text))
                {
                    errors[name] = $"unable to parse {form} - '{text}'";
                    break;
                }
            }
        }

        return errors;
    }

    private static (string Form, Func<string, bool> IsRead)? FormOf(ApiEndpoint endpoint, string name) => name switch
    {
        _ when endpoint.Parameters.GetValueOrDefault(name) is { Syntax: Calendar } => ("calendar event", IsSchedule),
        "rate-in" or "rate-out" or "burst-in" or "burst-out" => ("size", IsSize),
        "timeframe" when endpoint.Parameters.GetValueOrDefault(name) is { Type: ApiValueType.Array } => ("daily duration", IsTimeframe),
        "allocation" => ("media set allocation policy", static text => text is "continue" or "always" || IsSchedule(text)),
        "retention" => ("retention policy", static text => text is "overwrite" or "keep" || IsSpan(text)),
        _ => null,
    };

    private static bool IsSchedule(string text) => CalendarEvent.TryParse(text, out _);

    /// <summary>Such as <c>10 MB</c>, <c>1.5GiB</c> or <c>1048576</c>.</summary>
    private static bool IsSize(string text)
    {
        string number = text.EndsWith('B') || text.EndsWith('b') ? text[..^1] : text;
        bool isBinary = number.EndsWith('i');
        number = isBinary ? number[..^1] : number;
        bool hasUnit = number.Length > 0 && "kKmMgGtTpP".Contains(number[^1], StringComparison.Ordinal);
        number = hasUnit ? number[..^1] : number;
        return (hasUnit || !isBinary)
            && double.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>Such as <c>mon..fri 8-17:30</c> or <c>22:00-23:30</c>.</summary>
    private static bool IsTimeframe(string text)
    {
        int space = text.LastIndexOf(' ');
        string[] ends = text[(space + 1)..].Split('-');
        return ends.Length == 2 && TimeOf(ends[0]) is { } start && TimeOf(ends[1]) is { } end && start < end
            && (space < 0 || CalendarEvent.AreWeekdays(text[..space].Trim()));
    }

    private static int? TimeOf(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length <= 2 && Number(parts[0]) is { } hour && (parts.Length == 1 ? 0 : Number(parts[1])) is { } minute
            && hour <= 24 && minute <= 59 && (hour < 24 || minute == 0) ? (hour * 60) + minute : null;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>Such as <c>4 weeks</c> or <c>1d 12h</c>.</summary>
    private static bool IsSpan(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            int digits = LengthOf(rest, static sign => char.IsAsciiDigit(sign) || sign == '.');
            ReadOnlySpan<char> number = rest[..digits];
            rest = rest[digits..].TrimStart();
            int letters = LengthOf(rest, char.IsLetter);
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)
                || (letters > 0 && Array.IndexOf(s_spans, rest[..letters].ToString()) < 0))
            {
                return false;
            }

            rest = rest[letters..].TrimStart();
        }

        return true;
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> isPart)
    {
        int length = 0;
        while (length < text.Length && isPart(text[length]))
        {
            length++;
        }

        return length;
    }
}
