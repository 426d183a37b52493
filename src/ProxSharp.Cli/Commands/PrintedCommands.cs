using System.Text.RegularExpressions;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>
/// The commands that messages and hints print for the user to run: written so that a shell takes them as they are, and for the server that the command
/// line named. What the environment says holds for the next command too, so only options are repeated. Pure.
/// </summary>
internal sealed class PrintedCommands
{
    // What takes a context beside the nouns and the verbs that stand by themselves.
    private static readonly string[] s_others = ["api", "explain", "mcp"];
    private static readonly string[] s_connection = ["--url", "--product", "--token-id", "--user", "--secret", "--fingerprint", "--ca-file"];
    private static readonly Lazy<HashSet<string>> s_commands = new(
        static () => [.. NounCatalog.All.Select(static noun => noun.Name), .. TopVerbs.All.Select(static make => make().Name), .. s_others]);

    private readonly string _context;
    private readonly string _connection;
    private readonly string? _joined;

    /// <summary>Looks for the server that a command line names.</summary>
    /// <param name="words">The words behind the name of the program, as they were typed.</param>
    public PrintedCommands(IReadOnlyList<string> words)
    {
        IReadOnlyList<string> options = Options(words);
        string? apart = Value(options, "--context", "-c");
        _joined = apart is null ? Joined(options) : null;
        _context = (apart ?? _joined?[2..].TrimStart('=', ':')) is { } context ? $" -c {GuardWords.Join([context])}" : "";
        _connection = Connection(options);
    }

    /// <summary>Writes a command line: the name of the program and words that a shell leaves as they are.</summary>
    public static string Of(params IEnumerable<string> words) => $"prox {GuardWords.Join(words)}";

    /// <summary>Names the server in each command of a text that talks to one.</summary>
    public string In(string text)
    {
        // Where the line is written anew with --cores, -cores was no context.
        if (_context.Length > 0 && (_joined is null || !text.Contains($" -{_joined}", StringComparison.Ordinal)))
        {
            return Command.Replace(text, match => NeedsContext(text, match) ? $"prox{_context} {match.Groups[1].Value}" : match.Value);
        }

        // A server without a context is known to prox api alone.
        return _connection.Length > 0
            ? RawCall.Replace(Task.Replace(text, static match => OfTask(match)), $"prox api{_connection.Replace("$", "$$", StringComparison.Ordinal)} ")
            : text;
    }

    private static bool NeedsContext(string text, Match match)
    {
        int next = text.IndexOf("prox ", match.Index + match.Length, StringComparison.Ordinal);
        string rest = next < 0 ? text[match.Index..] : text[match.Index..next];
        return s_commands.Value.Contains(match.Groups[1].Value)
            && !NamesContexts.IsMatch(rest)
            && !rest.Contains(" --context", StringComparison.Ordinal)
            && !rest.Contains(" -c ", StringComparison.Ordinal)
            && !rest.Contains(" --help", StringComparison.Ordinal);
    }

    private static string OfTask(Match match)
    {
        string upid = match.Groups["upid"].Value.Trim('\'');
        string what = match.Groups["verb"].Value == "log" ? "log" : "status";
        return Of("api", "get", $"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}/{what}");
    }

    // What stands behind "--" belongs to a program in a guest, or to the command that is planned.
    private static IReadOnlyList<string> Options(IReadOnlyList<string> words)
    {
        int end = words is ["plan", "create", ..] ? -1 : words.ToList().IndexOf("--");
        return end < 0 ? words : [.. words.Take(end)];
    }

    private static string? Value(IReadOnlyList<string> words, string name, string? shortName = null) => Values(words, name, shortName).LastOrDefault();

    private static IEnumerable<string> Values(IReadOnlyList<string> words, string name, string? shortName)
    {
        for (int at = 0; at < words.Count; at++)
        {
            string word = words[at];
            if ((word == name || word == shortName) && at + 1 < words.Count)
            {
                yield return words[++at];
            }
            else if (word.StartsWith($"{name}=", StringComparison.Ordinal))
            {
                yield return word[(name.Length + 1)..];
            }
        }
    }

    // The word -clab. Behind the name of another tool -cores is an option by that name: qm set 100 -cores 2.
    private static string? Joined(IReadOnlyList<string> words)
    {
        int front = FrontOptions.Count(words);
        bool isOwn = front < words.Count && s_commands.Value.Contains(words[front]);
        return words.Take(isOwn ? words.Count : front).LastOrDefault(static word => word.Length > 2 && word.StartsWith("-c", StringComparison.Ordinal));
    }

    // Whoever pasted a secret where its place is named does not see it again.
    private static string Connection(IReadOnlyList<string> words)
    {
        bool isSound = Value(words, "--url") is not null
            && Value(words, "--secret") is { } secret && Reference.IsMatch(secret)
            && (Value(words, "--token-id") is not { } token || LoginNames.IsTokenId(token));
        List<string> options = [.. s_connection.SelectMany(name => Values(words, name, null).SelectMany(value => (string[])[name, value]))];
        options.AddRange(words.Contains("--insecure") ? ["--insecure"] : []);
        return isSound ? $" {GuardWords.Join(options)}" : "";
    }

    private static Regex Command => field ??= new(@"(?<![\w/'-])(?<!what |that |which )prox ([a-z][a-z-]*)", RegexOptions.CultureInvariant);

    // These take contexts by name behind the command: an option beside another name would be refused.
    private static Regex NamesContexts => field ??= new("^prox (mcp|agent install)(?![a-z-])", RegexOptions.CultureInvariant);

    private static Regex RawCall => field ??= new(@"(?<![\w/'-])prox api (?=(get|create|set|delete) )", RegexOptions.CultureInvariant);

    private static Regex Task => field ??= new(@"(?<![\w/'-])prox task (?<verb>wait|log|show) (?<upid>'UPID:[^']+'|UPID:\S+)", RegexOptions.CultureInvariant);

    private static Regex Reference => field ??= new("^(env|file|exec):", RegexOptions.CultureInvariant);
}
