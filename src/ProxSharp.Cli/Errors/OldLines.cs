using System.Text.RegularExpressions;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>
/// Lines of the servers' own programs whose words stand in another place here: those behind the command may be options, and the node has to be named. The
/// table has a line for each, words to be filled in in capitals.
/// </summary>
internal static partial class OldLines
{
    // Options of the old names of commands.
    private static readonly Dictionary<string, string> s_plurals = new(StringComparer.Ordinal)
    {
        ["--user"] = "--users",
        ["--group"] = "--groups",
        ["--role"] = "--roles",
        ["--token"] = "--tokens",
    };

    private static readonly Dictionary<string, string> s_places = Habits.Programs
        .Where(static program => program.Value is "storage" or "access" or "cluster" or "ha")
        .ToDictionary(static program => program.Value, static program => program.Key, StringComparer.Ordinal);

    /// <summary>What was typed and what it is, both in words.</summary>
    public static readonly IReadOnlyList<OldLine> All =
    [
        .. TextTable.Lines(OldLineTable.Text)
            .Select(static line => line.Split(" => ")).Select(static sides => new OldLine(sides[0].Split(' '), sides[1].Split(' '))),
    ];

    /// <summary>What only the programs themselves do, on their node.</summary>
    public static IEnumerable<Habit> OnNodes() =>
        from line in TextTable.Lines(OldLineTable.OnNodes)
        let program = line.Split(' ')[0]
        from word in line.Split(' ').Skip(1)
        let place = Habits.Programs.GetValueOrDefault(program, program)
        select new Habit($"{place} {word}", "", $"the API has no such call: run {program} {word} on the node");

    /// <summary>Writes words as the program whose place they begin with takes them.</summary>
    public static IReadOnlyList<string> OfProgram(IReadOnlyList<string> words) =>
        words.Count > 0 && s_places.TryGetValue(words[0], out string? program) ? [program, .. words.Skip(1)] : words;

    /// <summary>
    /// Finds the line that is meant, and says so; null if it is in no table. Where something is to be filled in, or may be a secret, the form is told.
    /// </summary>
    /// <param name="words">The words that were typed, the program first.</param>
    /// <param name="lines">Knows what is understood; null to tell the form alone.</param>
    public static string? Find(IReadOnlyList<string> words, KnownLines? lines)
    {
        switch (words)
        {
            case ["vzdump", ..]:
                return lines?.Complete(Vzdump(words)) is { } backup ? $"Write: {backup}" : null;
            case ["pvesh", "get" or "set" or "create" or "delete" or "ls", { } path, ..] when !path.StartsWith('-'):
                return lines?.Complete(["api", .. words.Skip(1).Take(2), .. Parameters([.. words.Skip(3)])]) is { } call ? $"Write: {call}" : null;
        }

        string[] places = [.. words.TakeWhile(static word => !word.StartsWith('-'))];
        if (All.FirstOrDefault(line => Fits(line.Typed, places)) is not (var typed, var meant))
        {
            return null;
        }

        string form = $"prox {string.Join(' ', meant)}";
        string[] command = [.. meant.TakeWhile(static word => char.IsAsciiLetterLower(word[0]))];
        string rest = $"Run: prox {string.Join(' ', command)} --help";
        Dictionary<string, string> known = typed.Where(IsGap).ToDictionary(static word => word, word => places[Array.IndexOf(typed, word)]);
        string[] line =
        [
            .. meant.Select(word => Gap.Replace(word, gap => known.GetValueOrDefault(gap.Value, gap.Value))),
            .. words.Skip(places.Length).Select(option => Option(option, words)),
        ];
        return lines?.Complete(line) is not { } whole ? $"that is '{form}'. {rest}"
            : meant.All(word => Gap.Matches(word).All(gap => known.ContainsKey(gap.Value))) ? $"Write: {whole}"
            : $"that is '{whole}'. {rest}";
    }

    /// <summary>Writes a line with the word for the same in place of the first that is unknown; null if that is not understood either.</summary>
    public static string? Respelled(IReadOnlyList<string> words, KnownLines? lines) =>
        lines?.Known(words).Count is { } at && at > 0 && at < words.Count ? VerbWords.Respelled(words, at, lines) : null;

    private static bool Fits(string[] typed, string[] places) =>
        typed.Length == places.Length && Enumerable.Range(0, typed.Length).All(at => IsGap(typed[at]) || typed[at] == places[at]);

    private static bool IsGap(string word) => word.All(static sign => char.IsAsciiLetterUpper(sign));

    private static string Option(string option, IReadOnlyList<string> words)
    {
        string dashed = option.Length > 2 && option[0] == '-' && char.IsAsciiLetter(option[1]) ? $"-{option}" : option;
        return words[1].StartsWith("acl", StringComparison.Ordinal) ? s_plurals.GetValueOrDefault(dashed, dashed) : dashed;
    }

    // vzdump --all 1 --exclude 100 --pool web
    private static string[] Vzdump(IReadOnlyList<string> words)
    {
        List<string> line = [];
        List<string> excluded = [];
        bool isAll = false;
        for (int at = 1; at < words.Count; at++)
        {
            string[] parts = words[at].StartsWith('-') ? words[at].Split('=', 2) : [words[at]];
            string option = parts[0].StartsWith('-') ? parts[0].TrimStart('-') : "";
            string? next = parts.Length == 2 ? parts[1] : at + 1 < words.Count && !words[at + 1].StartsWith('-') ? words[at + 1] : null;
            bool isApart = parts.Length == 1 && next is not null;
            switch (option)
            {
                case "all" or "quiet":
                    isApart &= next is "0" or "1";
                    isAll |= option == "all" && !(next == "0");
                    break;
                case "exclude" when next is not null:
                    excluded.AddRange(next.Split(',', ';', ' ').Select(static guest => $"-{guest}"));
                    break;
                case "pool" when next is not null:
                    line.Add($"@pool-{next}");
                    break;
                default:
                    line.Add(words[at]);
                    isApart = false;
                    break;
            }

            at += isApart ? 1 : 0;
        }

        isAll |= excluded.Count > 0 && !line.Any(static word => word.StartsWith('@'));
        return ["guest", "backup", .. line, .. isAll ? ["--all"] : Array.Empty<string>(), .. excluded.Count > 0 ? excluded.Prepend("--") : []];
    }

    // pvesh takes parameters as options.
    private static IEnumerable<string> Parameters(string[] words)
    {
        for (int at = 0; at < words.Length; at++)
        {
            string[] parts = words[at].TrimStart('-').Split('=', 2);
            bool isOption = words[at].StartsWith('-');
            bool isApart = isOption && parts.Length == 1 && at + 1 < words.Length && !words[at + 1].StartsWith('-');
            string value = parts.Length == 2 ? parts[1] : isApart ? words[++at] : "1";
            string[] made = !isOption ? [words[at]]
                : parts[0] == "output-format" ? ["-o", value switch { "text" => "table", "json-pretty" => "json", _ => value }]
                : parts[0] is "noborder" or "noheader" or "human-readable" or "quiet" ? []
                : [$"{parts[0]}={value}"];
            foreach (string word in made)
            {
                yield return word;
            }
        }
    }

    private static Regex Gap => field ??= new("[A-Z]{2,}");

    /// <summary>A line of old, and what it is now, both in words.</summary>
    internal sealed record OldLine(string[] Typed, string[] Meant);
}
