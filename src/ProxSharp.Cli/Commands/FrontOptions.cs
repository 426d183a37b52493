namespace ProxSharp.Cli.Commands;

/// <summary>
/// Lets the context stand in front of the command too: <c>prox -c lab vm list</c>. Its option belongs to commands that talk to a server, so the words
/// are put in the order in which the parser looks for it. Pure.
/// </summary>
internal static class FrontOptions
{
    private static readonly HashSet<string> s_withValue = new(StringComparer.Ordinal) { "-o", "--output", "--fields", "--sort", "--query", "--record" };

    /// <summary>Returns the words with the context behind the word of the command.</summary>
    public static IReadOnlyList<string> Settle(IReadOnlyList<string> words)
    {
        List<string> front = [];
        List<string> context = [];
        int at = 0;
        while (at < words.Count && words[at].StartsWith('-') && words[at] != "--")
        {
            string word = words[at];
            int length = Length(words, at);
            bool isJoined = word.StartsWith("--context=", StringComparison.Ordinal) || (word.StartsWith("-c", StringComparison.Ordinal) && word.Length > 2);
            (word is "-c" or "--context" || isJoined ? context : front).AddRange(words.Skip(at).Take(length));
            at += length;
        }

        if (context.Count == 0 || at == words.Count)
        {
            return words;
        }

        // The words behind "plan create" are those of the command that is planned.
        int command = at + 1 < words.Count && words[at] == "plan" && words[at + 1] == "create" ? 2 : 1;
        return [.. front, .. words.Skip(at).Take(command), .. context, .. words.Skip(at + command)];
    }

    /// <summary>Returns how many words stand in front of the command.</summary>
    public static int Count(IReadOnlyList<string> words)
    {
        int at = 0;
        while (at < words.Count && words[at].StartsWith('-') && words[at] != "--")
        {
            at += Length(words, at);
        }

        return at;
    }

    private static int Length(IReadOnlyList<string> words, int at) =>
        (words[at] is "-c" or "--context" || s_withValue.Contains(words[at])) && at + 1 < words.Count ? 2 : 1;
}
