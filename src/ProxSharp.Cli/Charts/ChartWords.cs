namespace ProxSharp.Cli.Charts;

/// <summary>
/// Lets recorded figures be drawn where they are listed: <c>prox node rrd pve1 --chart</c> is <c>prox node chart pve1</c>, and <c>--png</c> and <c>--svg</c>
/// write its pictures. Pure.
/// </summary>
internal static class ChartWords
{
    private const string Chart = "--chart";

    private static readonly string[] s_nouns = ["vm", "ct", "node", "storage"];
    private static readonly string[] s_files = ["--png", "--svg"];

    /// <summary>Returns the words of the verb that draws; all others as they are.</summary>
    public static IReadOnlyList<string> Settle(IReadOnlyList<string> words)
    {
        string[] front = [.. words.TakeWhile(static word => word != "--")];
        return front.Length > 2 && s_nouns.Contains(front[0]) && front[1] == "rrd" && front.Any(Draws)
            ? [front[0], "chart", .. front.Skip(2).Where(static word => word != Chart).Select(Figure), .. words.Skip(front.Length)]
            : words;
    }

    private static bool Draws(string word) => word == Chart || s_files.Contains(word.Split('=')[0]);

    // The call that lists has another word for what is to be seen.
    private static string Figure(string word) => word == "--ds" ? "--of" : word.StartsWith("--ds=", StringComparison.Ordinal) ? $"--of{word[4..]}" : word;
}
