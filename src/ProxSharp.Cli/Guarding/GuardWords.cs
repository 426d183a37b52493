namespace ProxSharp.Cli.Guarding;

/// <summary>Words of command lines.</summary>
internal static class GuardWords
{
    private static readonly HashSet<string> s_withValue = new(StringComparer.Ordinal)
    {
        "-c", "--context", "-o", "--output", "--fields", "--sort", "--query", "--calls",
    };

    /// <summary>Writes words as a shell takes them.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    /// <summary>
    /// Puts <c>--</c> in front of the command that <c>prox plan create</c> plans, so that its options stay its own.
    /// </summary>
    public static IReadOnlyList<string> Separate(IReadOnlyList<string> words)
    {
        if (words is not ["plan", "create", ..])
        {
            return words;
        }

        for (int at = 2; at < words.Count; at++)
        {
            if (words[at] == "--")
            {
                return words;
            }

            if (!words[at].StartsWith('-'))
            {
                return [.. words.Take(at), "--", .. words.Skip(at)];
            }

            at += s_withValue.Contains(words[at]) ? 1 : 0;
        }

        return words;
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%{}".Contains(c, StringComparison.Ordinal)) && !IsExpanded(word)
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // A shell makes several words of {a,b} and {1..3}.
    private static bool IsExpanded(string word) =>
        word.Contains('{', StringComparison.Ordinal) && (word.Contains(',', StringComparison.Ordinal) || word.Contains("..", StringComparison.Ordinal));
}
