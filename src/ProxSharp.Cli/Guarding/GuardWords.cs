using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Guarding;

/// <summary>Words of command lines.</summary>
internal static class GuardWords
{
    private static readonly HashSet<string> s_withValue = new(StringComparer.Ordinal)
    {
        "-c", "--context", "-o", "--output", "--fields", "--sort", "--query", "--record", "--calls",
    };

    // What they ask for is about the run that plans, wherever they stand.
    private static readonly HashSet<string> s_ofRun = new(StringComparer.Ordinal) { "--record", "--debug-http", "--debug", "--dry-run" };

    /// <summary>Writes words as a shell takes them.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    /// <summary>
    /// Puts <c>--</c> in front of the command that <c>prox plan create</c> plans, so that its options stay its own, and the recording before it.
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
                return Separate(words, at);
            }

            at += s_withValue.Contains(words[at]) ? 1 : 0;
        }

        return words;
    }

    /// <summary>
    /// Finds an option of the run that stands where the command that is planned expects a value: moved away, the word behind it would be that value.
    /// </summary>
    /// <param name="root">The commands.</param>
    /// <param name="typed">The words before they were separated.</param>
    /// <param name="separate">The words after it.</param>
    public static CliError? FindSwallowed(RootCommand root, IReadOnlyList<string> typed, IReadOnlyList<string> separate)
    {
        if (ReferenceEquals(typed, separate))
        {
            return null;
        }

        string first = separate[separate.TakeWhile(static word => word != "--").Count() + 1];
        string[] planned = [.. typed.Skip(2).SkipWhile(word => word != first)];
        return ValueWords.FindSwallowed(root.Parse(planned, CliApp.Parsing).CommandResult, planned);
    }

    private static string[] Separate(IReadOnlyList<string> words, int start)
    {
        List<string> front = [.. words.Take(start)];
        List<string> command = [];
        int at = start;
        for (; at < words.Count && words[at] != "--"; at++)
        {
            bool isOfRun = s_ofRun.Contains(words[at]) || words[at].StartsWith("--record=", StringComparison.Ordinal);
            (isOfRun ? front : command).Add(words[at]);
            // An option behind it is no file: it belongs to the command, and the missing file is told.
            if (isOfRun && s_withValue.Contains(words[at]) && at + 1 < words.Count && !words[at + 1].StartsWith("--", StringComparison.Ordinal))
            {
                front.Add(words[++at]);
            }
        }

        return [.. front, "--", .. command, .. words.Skip(at)];
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%{}".Contains(c, StringComparison.Ordinal)) && !IsExpanded(word)
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // A shell makes several words of {a,b} and {1..3}.
    private static bool IsExpanded(string word) =>
        word.Contains('{', StringComparison.Ordinal) && (word.Contains(',', StringComparison.Ordinal) || word.Contains("..", StringComparison.Ordinal));
}
