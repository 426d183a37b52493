using System.Globalization;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Values of parameters that are seconds since 1970 on the wire: people may write them as times.</summary>
internal static class TimeValues
{
    private const long End = 253402300800;

    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { "backup-time", "expire", "since", "start-time", "starttime", "until" };

    /// <summary>Tells whether a parameter is such a time.</summary>
    public static bool IsTime(string name, ApiNode node) => node.Type == ApiValueType.Integer && s_names.Contains(name);

    /// <summary>Returns a value as it travels, in seconds. Servers would say of anything else that it has an invalid digit.</summary>
    /// <param name="option">The option or argument.</param>
    /// <param name="value">What was typed.</param>
    /// <exception cref="CliException">It is no time, or one before 1970.</exception>
    public static string Settle(string option, string value) =>
        TryRead(value)?.ToUnixTimeSeconds() is { } seconds and >= 0 ? seconds.ToString(CultureInfo.InvariantCulture)
        : throw CliException.Usage(
            $"{option}: '{TextCells.Visible(value)}' is no time",
            $"Write it as 2026-01-31T02:00:00Z, 2026-01-31T02:00:00+01:00 or 2026-01-31 (in UTC), or in seconds since 1970{(option.EndsWith("expire", StringComparison.Ordinal) ? "; 0 is never" : "")}");

    /// <summary>Reads a time such as 2026-01-31T02:00:00Z, or seconds since 1970. Without an offset it is UTC.</summary>
    /// <returns>Null if the text is none.</returns>
    public static DateTimeOffset? TryRead(string text)
    {
        if (IsSeconds(text))
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < End
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
    }

    /// <summary>Tells whether a number alone is hardly meant as seconds since 1970: it would be a time of another century.</summary>
    public static bool IsDoubtful(string text) => IsSeconds(text) && TryRead(text) is not { Year: > 2000 and < 2100 };

    private static bool IsSeconds(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
