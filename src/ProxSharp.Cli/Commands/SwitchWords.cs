using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>
/// Takes the truth value behind a switch of a verb, as the servers' own tools do: <c>--onboot 1</c>, <c>--onboot=0</c>, <c>--onboot no</c>. A word of its
/// own only where no argument of the verb could be that word; one behind an equals sign with every switch of every command: <c>--yes=0</c>.
/// </summary>
internal static class SwitchWords
{
    private const string Enable = "--enable";

    /// <summary>Parses a line.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="words">The words.</param>
    /// <returns>What was understood, and the words as the parser got them.</returns>
    public static (ParseResult Parse, IReadOnlyList<string> Words) Parse(RootCommand root, IReadOnlyList<string> words)
    {
        words = ValueWords.Settle(root, words);
        ParseResult parse = root.Parse(words, CliApp.Parsing);
        if (WithBare(words, parse.CommandResult.Command) is { } whole)
        {
            words = whole;
            parse = root.Parse(words, CliApp.Parsing);
        }

        if (AllWord.Settle(parse, words) is { } all)
        {
            words = all;
            parse = root.Parse(words, CliApp.Parsing);
        }

        Verb? verb = parse.CommandResult.Command is VerbCommand { Verb: { } own } && CanTake(own) ? own : null;
        if (TakesProgram(parse.CommandResult.Command))
        {
            verb = null;
            HashSet<string> switches = Names(Switches(parse.CommandResult));
            int end = words.TakeWhile(static word => word != "--").Count();
            words = [.. words.Select((word, at) => at + 1 < end && switches.Contains(word) && Truth(words[at + 1]) is not null ? $"{word}=true" : word)];
            parse = root.Parse(words, CliApp.Parsing);
        }

        IReadOnlyList<string> settled = Settle(words, Names(Switches(parse.CommandResult)), verb is null ? [] : Names(verb.Options.Concat(verb.HiddenOptions)));
        if (settled.SequenceEqual(words))
        {
            return (parse, words);
        }

        // A word that was an argument after all: ceph osd scrub --deep 0.
        ParseResult taken = root.Parse(settled, CliApp.Parsing);
        return parse.Errors.Count == 0 && taken.Errors.Count > 0 ? (parse, words) : (taken, settled);
    }

    // Proxmox: of a rule of a firewall this is a number, which is 1 or 0 all the same. Nothing that begins with a dash is one.
    private static List<string>? WithBare(IReadOnlyList<string> words, Command command)
    {
        int end = words.TakeWhile(static word => word != "--").Count();
        bool IsBare(string word, int at) => word == Enable && at < end && (at + 1 == end || words[at + 1].StartsWith('-'));
        return command is VerbCommand && !TakesProgram(command) && words.Where(IsBare).Any()
            && command.Options.Any(static option => option.Name == Enable && option.ValueType != typeof(bool))
            ? [.. words.Select((word, at) => IsBare(word, at) ? $"{Enable}=1" : word)]
            : null;
    }

    // Where a number is an argument of its own it may well follow a switch: undo --apply 1.
    private static bool CanTake(Verb verb) => !verb.Arguments.Any(static argument => argument.ValueType == typeof(int));

    /// <summary>True if a program stands behind the command. Behind a switch "true" and "false" are programs there: vm agent exec 100 --dry-run true.</summary>
    public static bool TakesProgram(Command command) => command is VerbCommand && command.Arguments.Any(static argument => argument.Name == "command");

    /// <summary>Returns the switches of a command, and those of the commands above it that count there too.</summary>
    public static IEnumerable<Option> Switches(CommandResult command) => ValueWords.Of(command).Where(static option => option.ValueType == typeof(bool));

    private static HashSet<string> Names(IEnumerable<Option> options) =>
    [
        .. options.Where(static option => option.ValueType == typeof(bool)).SelectMany(static option => option.Aliases.Append(option.Name)),
    ];

    private static List<string> Settle(IReadOnlyList<string> words, HashSet<string> all, HashSet<string> own)
    {
        int end = words.TakeWhile(static word => word != "--").Count();
        List<string> settled = [];
        for (int at = 0; at < end; at++)
        {
            string[] parts = words[at].Split('=', 2);
            bool isApart = parts.Length == 1 && at + 1 < end && own.Contains(parts[0]);
            string? value = isApart ? words[at + 1] : parts.Length == 2 && all.Contains(parts[0]) ? parts[1] : null;
            bool? truth = value is null ? null : Truth(value);
            settled.Add(truth is { } known ? $"{parts[0]}={(known ? "true" : "false")}" : words[at]);
            at += truth is not null && isApart ? 1 : 0;
        }

        return [.. settled, .. words.Skip(end)];
    }

    /// <summary>Reads a truth value; null if the word is none.</summary>
    public static bool? Truth(string word) => word.ToLowerInvariant() switch
    {
        "1" or "yes" or "on" or "true" => true,
        "0" or "no" or "off" or "false" => false,
        _ => null,
    };
}
