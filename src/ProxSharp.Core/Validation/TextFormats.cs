using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>Mail addresses, encoded texts, calendar events and other plain texts.</summary>
internal static class TextFormats
{
    private static readonly HashSet<string> s_calendarWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "minutely", "hourly", "daily", "weekly", "monthly", "yearly", "annually", "quarterly", "semiannually", "semi-annually", "utc",
    };

    public static IEnumerable<KeyValuePair<string, FormatRule>> Rules { get; } = new Dictionary<string, FormatRule>
    {
        ["email"] = static value => Mail.IsMatch(value) ? null : "value does not look like a valid email address",
        ["email-or-username"] = static value =>
            Mail.IsMatch(value) || MailUser.IsMatch(value) ? null : "value does not look like a valid email address or user name",
        ["urlencoded"] = static value => UrlEncoded.IsMatch(value) ? null : $"invalid urlencoded string: {value}",
        ["ldap-simple-attr"] = static value => Attribute.IsMatch(value) ? null : $"value '{value}' does not look like a simple ldap attribute name",
        ["pem-string"] = Pem,
        ["pem-certificate"] = Pem,
        ["pem-certificate-chain"] = Pem,
        ["pve-task-status-type"] = static value => Status.IsMatch(value) ? null : $"invalid status '{value}'",
        ["pve-day-of-week"] = static value => DayOfWeek.IsMatch(value) ? null : $"invalid day '{value}'",
        ["pve-calendar-event"] = CalendarEvent,
    };

    private static string? Pem(string value) =>
        value.Contains("-----BEGIN ", StringComparison.Ordinal) && value.Contains("-----END ", StringComparison.Ordinal)
            ? null
            : "not a valid PEM-formatted string.";

    /// <summary>
    /// Weekdays, date and time in the notation of systemd, or one of its short words. The order of the parts and the ranges of the numbers
    /// are left to the server.
    /// </summary>
    private static string? CalendarEvent(string value)
    {
        string[] parts = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            return $"invalid calendar event '{value}' - unable to parse calendar event - event is empty\n";
        }

        // Proxmox: the parser ends its own complaint with a line feed as well, so that two come in a row.
        return parts.All(static part => s_calendarWords.Contains(part) || Weekdays.IsMatch(part) || DateOrTime.IsMatch(part))
            ? null
            : $"invalid calendar event '{value}' - unable to parse calendar event - '{value}'\n";
    }

    private static Regex Mail => field ??= new(@"^[\w+\-~]+(?:\.[\w+\-~]+)*@[a-zA-Z0-9\-]+(?:\.[a-zA-Z0-9\-]+)*\z");

    private static Regex MailUser => field ??= new(@"^[\w+\-~]+(?:\.[\w+\-~]+)*\z");

    private static Regex UrlEncoded => field ??= new(@"^[\-%a-zA-Z0-9_.!~*'()]*\z");

    private static Regex Attribute => field ??= new(@"^[a-zA-Z0-9]+\z");

    private static Regex Status => field ??= new(@"^(?:ok|error|warning|unknown)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex DayOfWeek => field ??= new(@"^(?:mon|tue|wed|thu|fri|sat|sun)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Weekdays => field ??= new(@"^(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?:\.\.|-|,)?)+\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex DateOrTime => field ??= new(@"^[0-9*/.,:~\-]+\z");
}
