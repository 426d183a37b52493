using System.CommandLine;

namespace ProxSharp.Cli.Errors;

/// <summary>Words for what verbs do, as other tools call it. Which of them a thing has is looked up where one is typed that it has not. Pure.</summary>
internal static class VerbWords
{
    private static readonly Dictionary<string, Synonyms> s_words = Table();

    // No words for anything that could be meant instead, and no names either.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "abort", "cancel", "check", "clean", "clear", "clone", "copy", "disable", "enable", "export", "help", "history", "import", "lock", "log", "logs", "move",
        "pause", "prune", "rename", "reset", "resume", "rollback", "run", "set", "start", "stop", "sync", "test", "undo", "unlock",
    };

    private static readonly string[] s_opposites = ["import export", "attach detach", "online offline", "enable disable"];

    /// <summary>True if a word says what is to be done: it names nothing.</summary>
    public static bool IsVerb(string word) => s_words.ContainsKey(word) || s_others.Contains(word);

    /// <summary>Finds the word that was probably meant, as <see cref="UsageErrors.Nearest"/> does; null if none is similar, or if it means something else.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) =>
        s_words.ContainsKey(word) ? null : UsageErrors.Nearest(word, known.Where(name => !AreOpposite(word, name)));

    /// <summary>Says which verb a thing has for the one that was typed, and how the line is written; null if it has none, or if nobody knows the word.</summary>
    /// <param name="place">The thing.</param>
    /// <param name="path">Its words, <c>prox</c> in front.</param>
    /// <param name="words">The whole line.</param>
    /// <param name="at">Where the word stands in it.</param>
    /// <param name="lines">Finds lines that are understood; null to name the command alone.</param>
    public static string? Find(Command place, string path, IReadOnlyList<string> words, int at, KnownLines? lines)
    {
        if (at < 0 || Verbs(words[at]).FirstOrDefault(verb => place.Subcommands.Any(sub => sub.Name == verb)) is not { } first)
        {
            return null;
        }

        Respelling? found = Lines(words, at, lines).FirstOrDefault();
        return found is (var verb, var line)
            ? $"There is '{path} {verb}'. Write: {line}"
            : $"There is '{path} {first}'. Run: {path} {first} --help";
    }

    /// <summary>Writes a line with another word for the same in place of one; null if that is not understood either.</summary>
    public static string? Respelled(IReadOnlyList<string> words, int at, KnownLines? lines) => Lines(words, at, lines).FirstOrDefault()?.Line;

    // What stands behind a verb of another kind need not be what it takes: the second word of a snapshot to show is no second guest to list.
    private static IEnumerable<Respelling> Lines(IReadOnlyList<string> words, int at, KnownLines? lines)
    {
        bool isAlone = words.Skip(at + 1).All(static word => word.StartsWith('-'));
        return from verb in isAlone ? Verbs(words[at]) : s_words.GetValueOrDefault(words[at])?.Same ?? []
               let line = lines?.Complete([.. words.Take(at), verb, .. words.Skip(at + 1)])
               where line is not null
               select new Respelling(verb, line);
    }

    private static IEnumerable<string> Verbs(string word) => s_words.TryGetValue(word, out Synonyms? found)
        ? found.Otherwise is { } other ? found.Same.Append(other) : found.Same
        : [];

    private static bool AreOpposite(string one, string other) => one == $"un{other}" || other == $"un{one}"
        || s_opposites.Contains($"{one} {other}") || s_opposites.Contains($"{other} {one}");

    private static Dictionary<string, Synonyms> Table()
    {
        Dictionary<string, Synonyms> words = new(StringComparer.Ordinal) { ["show"] = new([], "list"), ["list"] = new([], "show") };
        void Add(string typed, string[] same, string? otherwise = null)
        {
            foreach (string word in typed.Split(' '))
            {
                words.Add(word, new Synonyms(same, otherwise));
            }
        }

        Add("get info describe view config status", ["show"], "list");
        Add("ls", ["list"], "show");
        Add("add new", ["create", "add"]);
        Add("rm remove del delete destroy", ["delete", "remove"]);
        Add("modify edit update change", ["set"]);
        Add("revert restore", ["rollback"]);
        return words;
    }

    private sealed record Respelling(string Verb, string Line);

    private sealed record Synonyms(string[] Same, string? Otherwise);
}
