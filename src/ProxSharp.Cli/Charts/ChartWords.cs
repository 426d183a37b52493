using System.CommandLine;

namespace ProxSharp.Cli.Charts;

/// <summary>
/// Lets recorded figures be drawn where they are listed: <c>prox node rrd pve1 --chart</c> is <c>prox node chart pve1</c>, and <c>--png</c> and <c>--svg</c>
/// write its pictures. Pure.
/// </summary>
internal static class ChartWords
{
    private const string Chart = "--chart";
    private const string List = "rrd";

    private static readonly string[][] s_places = [["vm", List], ["ct", List], ["node", List], ["storage", List], ["datastore", List], ["pbs", "node", List]];
    private static readonly string[] s_files = ["--png", "--svg"];

    /// <summary>The file that is standard output.</summary>
    public const string Output = "-";

    /// <summary>Makes the option for a picture in the SVG format.</summary>
    public static Option<string> Svg() => new("--svg")
    {
        Description = "Write a picture in the SVG format to this file (chart.svg) instead; - is standard output",
        HelpName = "file",
    };

    /// <summary>Makes the option for a picture in the PNG format.</summary>
    public static Option<string> Png() => new("--png")
    {
        Description = "Write a picture in the PNG format to this file (chart.png) instead; - is standard output",
        HelpName = "file",
    };

    /// <summary>Makes the options by which the call that lists recorded figures draws them; none for other calls.</summary>
    public static IReadOnlyList<Option> OptionsOf(string call) => call.EndsWith($"/{List}", StringComparison.Ordinal)
        ? [new Option<bool>(Chart) { Description = "Draw the figures, as the verb chart does" }, Png(), Svg()]
        : [];

    /// <summary>Returns the words of the verb that draws; all others as they are.</summary>
    public static IReadOnlyList<string> Settle(IReadOnlyList<string> words)
    {
        string[] front = [.. words.TakeWhile(static word => word != "--")];
        return Array.Find(s_places, place => front.AsSpan().StartsWith(place)) is { } place && front.Any(Draws)
            ?
            [
                .. place[..^1],
                "chart",
                .. front.Skip(place.Length).Where(static word => word != Chart && word != $"{Chart}=true").Select(Figure),
                .. words.Skip(front.Length),
            ]
            : words;
    }

    private static bool Draws(string word) => word is Chart or $"{Chart}=true" || s_files.Contains(word.Split('=')[0]);

    // The call that lists has another word for what is to be seen.
    private static string Figure(string word) => word == "--ds" ? "--of" : word.StartsWith("--ds=", StringComparison.Ordinal) ? $"--of{word[4..]}" : word;
}
