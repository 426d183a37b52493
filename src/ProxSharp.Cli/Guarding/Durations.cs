using System.Globalization;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Guarding;

/// <summary>Reads how long something lasts: <c>90s</c>, <c>30m</c>, <c>2h</c>, <c>30d</c>.</summary>
internal static class Durations
{
    private const int LongestDays = 3650;

    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">It is no time, or a longer one than ten years.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        TimeSpan? unit = text.Length > 1
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => null,
            }
            : null;
        return unit is { } one
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count > 0 && one.TotalDays * count <= LongestDays
            ? one * count
            : throw CliException.Usage($"{option} {text} is no time", "Write a number with s, m, h or d behind it: 30m, 2h, 30d");
    }
}
