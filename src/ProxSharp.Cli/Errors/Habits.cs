using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>What people who know other tools type, and what it is called here. The data are in <see cref="HabitTable"/>.</summary>
internal static class Habits
{
    /// <summary>Any word that says nothing of what is to be done: what stands there is a name or a number.</summary>
    private const string Any = "*";

    /// <summary>Any path: what begins with a slash. It is no word of the command.</summary>
    private const string Path = "/";

    // Names that people take the program for.
    private static readonly string[] s_guesses = ["pmx", "pve", "proxmox", "proxmox-ve"];

    /// <summary>Programs of the servers and the words in their place.</summary>
    public static IReadOnlyDictionary<string, string> Programs => field ??= TextTable.Rows(HabitTable.Programs)
        .SelectMany(static row => row[0].Split(", "), static (row, program) => KeyValuePair.Create(program, row[1]))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Words and the command that is meant; what follows in capitals is to be filled in.</summary>
    public static IReadOnlyList<Habit> All => field ??=
    [
        .. OfGuests("vm", "qm", "scsi1"),
        .. OfGuests("ct", "pct", "mp0"),
        .. Read(HabitTable.Alone),
        .. Read(HabitTable.OldSpellings),
        .. OldLines.OnNodes(),
        .. Read(HabitTable.Others),
        .. GuestsOfOneKind(),
    ];

    /// <summary>The same for people who have named a repository of backups: words of the official client that mean guests otherwise.</summary>
    public static IReadOnlyList<Habit> OfBackups => field ??= [.. Read(HabitTable.OfBackups)];

    /// <summary>True if a line begins with a program that is another one, or that does not exist.</summary>
    public static bool IsProgram(IReadOnlyList<string> words) => words.Count > 0 && (Programs.ContainsKey(words[0]) || (words.Count > 1 && s_guesses.Contains(words[0])));

    /// <summary>Finds what was meant; null if nobody is known to type this.</summary>
    /// <param name="words">The words that were typed, those of commands that exist among them.</param>
    /// <param name="takesAny">True if a name or number may stand where a word was expected.</param>
    /// <param name="lines">Finds the whole line; null names the command alone.</param>
    public static string? Find(IReadOnlyList<string> words, bool takesAny, KnownLines? lines = null)
    {
        if (words.Count > 1 && s_guesses.Contains(words[0]))
        {
            string[] rest = [.. words.Skip(1)];
            return lines?.Complete(rest) is { } whole ? $"The program is 'prox'. Write: {whole}"
                : Find(rest, takesAny, lines) ?? "The program is 'prox'. Run: prox --help";
        }

        if (words.Count > 0 && Programs.TryGetValue(words[0], out string? place))
        {
            string known = $"'{words[0]}' is 'prox {place}' here";
            string[] moved = [.. place.Split(' '), .. words.Skip(1)];
            return OldLines.Find(words, lines) is { } old ? known + (old.StartsWith("Write", StringComparison.Ordinal) ? $". {old}" : $": {old}")
                : lines?.Complete(moved) is { } line ? $"{known}. Write: {line}"
                : KnownLines.FindInstead(moved) is { } instead ? $"{known}. {instead}"
                : Advice(moved, takesAny, lines) is { } more ? $"{known}: {more}"
                : OldLines.Respelled(moved, lines) is { } respelled ? $"{known}. Write: {respelled}"
                : lines?.Known(moved) is { } path && path.Count > place.Split(' ').Length
                ? $"{known}: see 'prox {string.Join(' ', path)}'. Run: prox {string.Join(' ', path)} --help"
                : $"{known}. Run: prox {place} --help";
        }

        return Advice(words, takesAny, lines) is { } advice ? char.ToUpperInvariant(advice[0]) + advice[1..] : null;
    }

    private static string? Advice(IReadOnlyList<string> words, bool takesAny, KnownLines? lines)
    {
        if (OldLines.Find(OldLines.OfProgram(words), lines) is { } old)
        {
            return old;
        }

        Habit? habit = (lines?.IsOfBackups == true ? Matching(OfBackups, words, takesAny) : null) ?? Matching(All, words, takesAny);
        if (habit is null || habit.Command.Length == 0)
        {
            return habit?.More;
        }

        // Where nothing has to be filled in, the rest of the line stays as it is.
        string[]? line = habit.More.Length == 0 && !habit.Typed.Contains(Any, StringComparison.Ordinal)
            ? [.. habit.Command.Split(' '), .. words.Skip(habit.Typed.Split(' ').Count(static word => word != Path))]
            : null;
        if (line is not null && InPlural(habit, words) is { } singular && lines?.Complete(singular) is { } verb)
        {
            return $"that is 'prox {string.Join(' ', singular.Take(2))}'. Write: {verb}";
        }

        return line is not null && lines?.Complete(line) is { } complete ? $"that is '{habit.Line}'. Write: {complete}"
            : line is not null && lines?.IsStray(line) == true && Advice(line, takesAny: true, lines) is { } deeper ? deeper
            : $"that is '{habit.Line}'. Run: prox {habit.Command} --help";
    }

    // Things in the plural are listed, and may have a verb all the same: vms list, storages show local.
    private static string[]? InPlural(Habit habit, IReadOnlyList<string> words) =>
        words.Count > 1 && habit.Command.Split(' ') is [{ } noun, "list"] && !habit.Typed.Contains(' ', StringComparison.Ordinal) && !words[1].StartsWith('-')
            ? [noun, .. words.Skip(1)]
            : null;

    private static Habit? Matching(IReadOnlyList<Habit> habits, IReadOnlyList<string> words, bool takesAny) => habits
        .Where(habit => takesAny || !habit.Typed.Contains(Any, StringComparison.Ordinal))
        .Where(habit => Begins(words, habit.Typed.Split(' ')))
        .MaxBy(static habit => (habit.Typed.Split(' ').Length, !habit.Typed.Contains(Any, StringComparison.Ordinal)));

    private static bool Begins(IReadOnlyList<string> words, string[] typed) => words.Count >= typed.Length
        && Enumerable.Range(0, typed.Length).All(
            at => (typed[at] == Any && !VerbWords.IsVerb(words[at])) || typed[at] == words[at] || (typed[at] == Path && words[at].StartsWith('/')));

    private static IEnumerable<Habit> Read(ReadOnlySpan<byte> table) => Read(TextTable.Rows(table));

    private static IEnumerable<Habit> Read(IEnumerable<string[]> rows) =>
        from row in rows
        from typed in row[0].Split(", ")
        select new Habit(typed, row[1], row.Length > 2 ? row[2] : "");

    private static IEnumerable<Habit> OfGuests(string noun, string program, string disk) => Read(
        TextTable.Rows(HabitTable.OfGuests).Select(row => Array.ConvertAll(row, cell => cell
            .Replace("NOUN", noun, StringComparison.Ordinal)
            .Replace("QM", program, StringComparison.Ordinal)
            .Replace("DISK", disk, StringComparison.Ordinal))));

    // What is not the same for both kinds is a verb of each.
    private static IEnumerable<Habit> GuestsOfOneKind() =>
    [
        .. new (string Typed, string Verb)[] { ("delete", "delete"), ("destroy", "delete"), ("rm", "delete"), ("remove", "delete"), ("clone", "clone"), ("set", "set"), ("create", "create") }
            .Select(static word => new Habit(
                $"guest {word.Typed}", "", $"for a virtual machine: prox vm {word.Verb}; for a container: prox ct {word.Verb}. Which one it is: prox guest list")),
    ];
}
