using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Errors;

/// <summary>Finds command lines that can be typed as they are, near to one that cannot. Nothing is run.</summary>
/// <param name="tree">Builds the commands for the words of a line.</param>
internal sealed class KnownLines(Func<IReadOnlyList<string>, RootCommand> tree)
{
    private const int MostMoves = 3;

    /// <summary>True if a repository of backups is named: what is typed is probably about backups. Default: false.</summary>
    public bool IsOfBackups { get; init; }

    private static readonly string[] s_secrets = ["passw", "secret", "token=", "-otp", "-key"];

    /// <summary>Finds the first word that is no command where one is expected; null if there is none, or if an option stands before it.</summary>
    public static (Command Place, int At)? Stray(RootCommand root, IReadOnlyList<string> words)
    {
        Command place = root;
        for (int at = 0; at < words.Count && place.Subcommands.Count > 0; at++)
        {
            if (words[at].StartsWith('-'))
            {
                return null;
            }

            if (Sub(place, words[at]) is not { } next)
            {
                return (place, at);
            }

            place = next;
        }

        return null;
    }

    /// <summary>
    /// Writes a line as it can be typed: as it is, with two dashes before its options, or with the verb before the guest. What the call needs besides is
    /// named, its value in capitals. Null if none of it is understood, or if it may hold a secret.
    /// </summary>
    public string? Complete(IReadOnlyList<string> words)
    {
        if (MayHoldSecret(words))
        {
            return null;
        }

        IReadOnlyList<string> dashed = Dashed(words);
        return new[] { words, dashed, Moved(words), Moved(dashed) }.FirstOrDefault(IsUnderstood) is { } line
            ? string.Join(' ', Missing(line).Prepend($"prox {GuardWords.Join(line)}"))
            : null;
    }

    /// <summary>True if what was typed must not be repeated.</summary>
    public static bool MayHoldSecret(IReadOnlyList<string> words) =>
        words.Any(static word => s_secrets.Any(secret => word.Contains(secret, StringComparison.OrdinalIgnoreCase)));

    /// <summary>What to use in place of a command of the official client for backups that has no counterpart; null if it has one.</summary>
    public static string? FindInstead(IReadOnlyList<string> words)
    {
        try
        {
            OfficialSpelling.Complete(words);
            return null;
        }
        catch (CliException refusal)
        {
            return refusal.Error.Hint;
        }
    }

    /// <summary>Writes a line without its first word, or with its first two words in the other order; null if that is not understood.</summary>
    public string? WithoutFirst(IReadOnlyList<string> words) => words.Count < 2 ? null
        : Known([words[1], words[0]]).Count == 2 && IsUnderstood([words[1], words[0], .. words.Skip(2)]) ? Complete([words[1], words[0], .. words.Skip(2)])
        : IsUnderstood([.. words.Skip(1)]) ? Complete([.. words.Skip(1)])
        : null;

    /// <summary>True if a word stands where a command is expected, and is none.</summary>
    public bool IsStray(IReadOnlyList<string> words) => Stray(tree(words), words) is not null;

    /// <summary>The words at the start of a line that are a command or the place of some.</summary>
    public IReadOnlyList<string> Known(IReadOnlyList<string> words)
    {
        Command place = tree(words);
        int count = 0;
        while (count < words.Count && Sub(place, words[count]) is { } next)
        {
            (place, count) = (next, count + 1);
        }

        return [.. words.Take(count)];
    }

    /// <summary>True if a line names a command, and all that stands behind it is understood.</summary>
    public bool IsUnderstood(IReadOnlyList<string> words)
    {
        try
        {
            (ParseResult parse, IReadOnlyList<string> settled) = Parse(words);
            return parse.CommandResult.Command is { Subcommands.Count: 0 } and not RootCommand && UsageErrors.Find(parse, settled) is null;
        }
        catch (CliException)
        {
            return false;
        }
    }

    private (ParseResult Parse, IReadOnlyList<string> Words) Parse(IReadOnlyList<string> words)
    {
        IReadOnlyList<string> settled = GuardWords.Separate(ChartWords.Settle(OfficialSpelling.Complete(words)));
        return SwitchWords.Parse(tree(settled), settled);
    }

    // Without these the server refuses the call, so the line would be of no use. The last words of one may be arguments behind two dashes.
    private IEnumerable<string> Missing(IReadOnlyList<string> line)
    {
        ParseResult parse = Parse(line).Parse;
        return line.Contains("--") || parse.CommandResult.Command is not VerbCommand { Verb: { } verb } ? []
            : verb.Needed.Where(option => parse.GetResult(option) is null or { Implicit: true }).Select(static option =>
                $"{option.Name} {(EndpointParameter.IsSecretName(option.Name.TrimStart('-')) ? "env:SECRET" : Placeholder(option.Name))}");
    }

    private static string Placeholder(string option) => option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    // The servers' own tools take -memory for --memory.
    private static IReadOnlyList<string> Dashed(IReadOnlyList<string> words)
    {
        int end = words.TakeWhile(static word => word != "--").Count();
        return [.. words.Select((word, at) => at < end && word.Length > 2 && word[0] == '-' && char.IsAsciiLetter(word[1]) ? $"-{word}" : word)];
    }

    // vm 100 start and vm agent 100 ping: the verb comes before the guest.
    private IReadOnlyList<string> Moved(IReadOnlyList<string> words)
    {
        List<string> line = [.. words];
        for (int moves = 0; moves < MostMoves && Stray(tree(line), line) is var (place, at) && IsGuest(line[at]); moves++)
        {
            int verb = line.FindIndex(at + 1, word => place.Subcommands.Any(sub => sub.Name == word));
            if (verb < 0)
            {
                break;
            }

            string word = line[verb];
            line.RemoveAt(verb);
            line.Insert(at, word);
        }

        return line;
    }

    /// <summary>True for a word that is hardly anything but a guest, or a selection of some.</summary>
    public static bool IsGuest(string word) => word.StartsWith('@') || word.Any(char.IsAsciiDigit);

    private static Command? Sub(Command place, string word) =>
        place.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word));
}
