namespace ProxSharp.Cli.Commands;

/// <summary>
/// Lets the context, and what all commands take, stand in front of the command and between its words too: <c>prox -c lab vm list</c>. The parser knows
/// them in some places only, and other spellings are told by the first words, so they are put behind the words of the command. Pure.
/// </summary>
internal static class FrontOptions
{
    // No place below which other spellings are understood has more words.
    private const int MostPlaces = 3;

    private static readonly HashSet<string> s_withValue = new(StringComparer.Ordinal)
    {
        "-c", "--context", "-o", "--output", "--fields", "--sort", "--query", "--record",
    };

    private static readonly HashSet<string> s_switches = new(StringComparer.Ordinal) { "--no-header", "--no-color", "--debug", "--debug-http" };

    /// <summary>Returns the words with these options behind the words of the command.</summary>
    public static IReadOnlyList<string> Settle(IReadOnlyList<string> words)
    {
        List<string> front = [];
        List<string> moved = [];
        List<string> command = [];
        int at = 0;
        while (at < words.Count && words[at] != "--")
        {
            bool isOption = words[at].StartsWith('-');
            int length = isOption ? Length(words, at) : 1;

            // The words behind "plan create" are those of the command that is planned, and -cores of another tool is no context.
            bool isBehind = command is ["plan", "create"] || command.Count >= MostPlaces;
            if (isOption ? command.Count > 0 && (isBehind || !IsCommon(words[at])) : command is ["plan", "create"])
            {
                break;
            }

            (!isOption ? command : IsCommon(words[at]) || IsJoined(words[at]) ? moved : front).AddRange(words.Skip(at).Take(length));
            at += length;
        }

        return moved.Count == 0 || command.Count == 0 ? words : [.. front, .. command, .. moved, .. words.Skip(at)];
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

    private static bool IsCommon(string word) => word.Split('=')[0] is var name && (s_withValue.Contains(name) || s_switches.Contains(name));

    private static bool IsJoined(string word) => word.Length > 2 && word[1] is 'c' or 'o';

    // Where the value is missing, what follows is an option of its own. Any other stays where it is, so that it is told.
    private static int Length(IReadOnlyList<string> words, int at) =>
        s_withValue.Contains(words[at]) && at + 1 < words.Count && !IsCommon(words[at + 1]) ? 2 : 1;
}
