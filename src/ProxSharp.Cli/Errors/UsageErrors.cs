using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>Explains command lines that cannot be understood.</summary>
internal static class UsageErrors
{
    /// <summary>Returns one error for all that is wrong, naming a similar word where a word is unknown; null if nothing is wrong.</summary>
    /// <param name="parse">What was understood.</param>
    /// <param name="arguments">What was typed.</param>
    /// <param name="lines">Finds lines that would do what was meant; null names commands alone.</param>
    public static CliError? Find(ParseResult parse, IReadOnlyList<string> arguments, KnownLines? lines = null)
    {
        CommandResult command = parse.CommandResult;
        string help = $"Run: {Path(command)} --help";
        return OfOtherTools(arguments, lines)
            ?? FindStray((RootCommand)parse.RootCommandResult.Command, arguments, lines)
            ?? ValueWords.FindSwallowed(command, arguments)
            ?? ValueWords.FindColon(command, arguments)
            ?? ValueWords.FindEmptyFile(command)
            ?? ValueErrors.FindWrongSwitch(command, arguments)
            ?? ValueErrors.FindWatchedGuest(command, Path(command), arguments)
            ?? OneDash(command, arguments, help)
            ?? JoinedGuest(parse, arguments, help)
            ?? SecondVerb(command, arguments, lines)
            ?? WrongOption(parse, arguments, lines, help)
            ?? BareOptions.Find(command, parse.UnmatchedTokens, arguments, AllOptions(command), Path(command), lines)
            ?? LastWords.Find(command, string.Join(' ', Words(command, parse)), arguments, lines)
            ?? OptionHabits.FindNodeFirst(command, string.Join(' ', Path(command).Split(' ').Skip(1)), parse.UnmatchedTokens)
            ?? SeveralGuests.Find(command, Path(command), parse.UnmatchedTokens, arguments, lines)
            ?? (parse.UnmatchedTokens is [{ } word, ..] ? Unmatched(word, parse, arguments, lines, help)
                : parse.Errors.Count == 0 ? null
                : CliError.Usage(
                    string.Join("; ", parse.Errors.Select(static error => ValueErrors.Plain(error.Message)).Distinct(StringComparer.Ordinal)), help));
    }

    /// <summary>Tells whether there is no such command at all, so that nobody can be helped with it.</summary>
    /// <param name="parse">What was understood.</param>
    public static bool IsUnknown(ParseResult parse) =>
        parse.CommandResult.Command is RootCommand && parse.UnmatchedTokens.Any(static word => !word.StartsWith('-'));

    private static CliError? OneDash(CommandResult command, IReadOnlyList<string> arguments, string help) =>
        OptionHabits.FindOneDash(AllOptions(command), string.Join(' ', Path(command).Split(' ').Skip(1)), arguments) is var (word, advice)
            ? CliError.Usage($"'{word}' has one dash", $"{advice}. {help}")
            : null;

    private static CliError Unmatched(string word, ParseResult parse, IReadOnlyList<string> arguments, KnownLines? lines, string help)
    {
        CommandResult command = parse.CommandResult;
        IEnumerable<string> known = command.Command.Subcommands.Select(static sub => sub.Name);
        bool isPlace = command.Command.Subcommands.Count > 0;
        string? meant = isPlace ? VerbWords.Find(command.Command, Path(command), arguments, arguments.ToList().IndexOf(word), lines) : null;
        meant ??= VerbWords.Nearest(word, known) is null ? Habits.Find(Words(command, parse), takesAny: true, lines) : null;
        return Unknown(
            isPlace ? "command" : "argument", word, Path(command), known,
            meant ?? (isPlace ? Elsewhere(word, command.Command, Path(command)) : null) ?? PlaceOption(word, command.Command, Path(command))
                ?? (isPlace ? null : OptionPlaces.Find(command, word, arguments, lines, help) ?? Elsewhere(word, command.Command, Path(command))) ?? help);
    }

    private static CliError? OfOtherTools(IReadOnlyList<string> arguments, KnownLines? lines) =>
        arguments is [{ } program, ..] && Habits.IsProgram(arguments)
            ? CliError.Usage($"Unknown command '{program}' for 'prox'", Habits.Find(arguments, takesAny: true, lines)!)
            : null;

    /// <summary>
    /// Returns the error for the first word that is no command where one is expected; null if there is none. The parser goes on with the next word that it knows,
    /// so that <c>vm guest exec 1 ls</c> would be the list.
    /// </summary>
    /// <param name="root">All commands.</param>
    /// <param name="arguments">What was typed.</param>
    /// <param name="lines">Finds lines that would do what was meant; null names commands alone.</param>
    public static CliError? FindStray(RootCommand root, IReadOnlyList<string> arguments, KnownLines? lines)
    {
        if (KnownLines.Stray(root, arguments) is not var (place, at))
        {
            return null;
        }

        string path = string.Join(' ', arguments.Take(at).Prepend("prox"));
        string word = arguments[at];
        string[] known = [.. place.Subcommands.Select(static sub => sub.Name)];
        string? meant = at == 0 && lines?.WithoutFirst(arguments) is { } rest ? $"Write: {rest}"
            : Habits.Find(arguments, takesAny: false, lines) is { } habit ? habit
            : lines?.Complete(arguments) is { } line ? $"Write: {line}"
            : VerbWords.Find(place, path, arguments, at, lines);
        return meant is not null ? CliError.Usage($"Unknown command '{word}' for '{path}'", meant)
            : Unknown("command", word, path, known, (VerbWords.Nearest(word, known) is null ? Habits.Find(arguments, takesAny: true, lines) : null)
                ?? Elsewhere(word, place, path) ?? PlaceOption(word, place, path) ?? $"Run: {path} --help");
    }

    private static CliError? WrongOption(ParseResult parse, IReadOnlyList<string> arguments, KnownLines? lines, string help)
    {
        CommandResult command = parse.CommandResult;
        if (FindOption(parse, arguments) is not { } option)
        {
            return null;
        }

        if (AllOptions(command).Any(known => known.Name == option || known.Aliases.Contains(option)))
        {
            if (OwnerOnly(command, option) is { } place)
            {
                return CliError.Usage($"'{option}' is an option of '{Path(place)}' alone", $"Write: {Path(place)} {option}");
            }

            return CliError.Usage($"The option '{option}' stands in front of the command", $"Write it behind: {Path(command)} {option} ...");
        }

        // Figures are drawn by a verb beside the one that lists them.
        if (option is "--chart" or "--png" or "--svg" && command.Parent is CommandResult noun && noun.Command.Subcommands.Any(static verb => verb.Name == "chart"))
        {
            return CliError.Usage($"'{Path(command)}' draws no charts", $"See: {Path(noun)} chart --help");
        }

        string[] known = [.. AllOptions(command).SelectMany(static known => known.Aliases.Append(known.Name))];
        if (Nearest(option, known) is null && Habit(command, option, arguments, known, lines) is { } habit)
        {
            return CliError.Usage($"Unknown option '{option}' for '{Path(command)}'", habit);
        }

        return OptionHabits.FindShrinking(Path(command)["prox".Length..].Trim(), option) ?? NoOption(command, option, help) ?? Unknown("option", option, Path(command), known, help);
    }

    // An option of a command above that does not count below it, such as --version of prox; null if it may stand behind the command.
    private static CommandResult? OwnerOnly(CommandResult command, string option)
    {
        for (CommandResult? place = command; place is not null; place = place.Parent as CommandResult)
        {
            if (place.Command.Options.FirstOrDefault(known => known.Name == option || known.Aliases.Contains(option)) is { } own)
            {
                return place == command || own.Recursive ? null : place;
            }
        }

        return null;
    }

    private static CliError? NoOption(CommandResult command, string option, string help)
    {
        // One letter is a slip or another program's option, and hardly a guest.
        if (option[1] != '-' && option.Length > 2 && TakesGuests(command))
        {
            return CliError.Usage($"'{option}' would be an option", Exclusion(option, help));
        }

        if (option is "--yes" or "-y" && command.Command is VerbCommand)
        {
            return CliError.Usage($"'{Path(command)}' asks nothing, and has no {option}", "Leave it out: it goes on at once");
        }

        return null;
    }

    // A verb that starts something by itself: datastore gc start is one, datastore verify another. What is no backup stands where one is to.
    private static CliError? SecondVerb(CommandResult command, IReadOnlyList<string> arguments, KnownLines? lines)
    {
        string[] typed = [.. command.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens).Select(static token => token.Value)];
        if (command.Command is not VerbCommand { Verb: { Class: not VerbClass.Read, Arguments: [{ Name: "store" }, ..] } }
            || typed is not ["start" or "run", { } store, ..] || store.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        int at = arguments.ToList().IndexOf(typed[0]);
        string[] line = [.. arguments.Take(at), .. arguments.Skip(at + 1)];
        return CliError.Usage(
            $"'{Path(command)}' is the verb, and '{typed[0]}' would be the name of a datastore",
            $"Write: {lines?.Complete(line) ?? $"{Path(command)} {GuardWords.Join([store])}"}");
    }

    /// <summary>Tells whether words of a command choose guests.</summary>
    public static bool TakesGuests(Command command) =>
        command is VerbCommand { Verb: { } verb } && verb.Arguments.Any(static argument => argument.Name is "guest" or "selection");

    private static bool TakesGuests(CommandResult command) => TakesGuests(command.Command);

    /// <summary>How a guest is left out whose name would be an option.</summary>
    public static string Exclusion(string word, string help) =>
        $"To leave a guest out write it behind other words and a comma, as in @tag-web,{word}, or behind -- at the end: @tag-web -- {word}. {help}";

    // The parser takes -web-1 for -w with the value eb-1, and says something about a value that nobody has typed.
    private static CliError? JoinedGuest(ParseResult parse, IReadOnlyList<string> arguments, string help)
    {
        if (!TakesGuests(parse.CommandResult))
        {
            return null;
        }

        foreach (ParseError error in parse.Errors)
        {
            if (error.SymbolResult is OptionResult result && arguments.TakeWhile(static word => word != "--").FirstOrDefault(IsOf(result)) is { } word)
            {
                int values = error.Message.IndexOf(" Must be one of", StringComparison.Ordinal);
                return CliError.Usage(
                    $"'{word}' is taken for the option {word[..2]} with the value '{word[2..]}', which it does not take"
                        + (values > 0 ? $".{error.Message[values..].TrimEnd('.')}" : ""),
                    Exclusion(word, help));
            }
        }

        return null;
    }

    private static Func<string, bool> IsOf(OptionResult result) => word => word is ['-', not '-', _, ..]
        && (result.Option.Name == word[..2] || result.Option.Aliases.Contains(word[..2])) && result.Tokens.Any(token => token.Value == word[2..]);

    // Behind a program of a guest an option is the program's.
    private static string? Habit(CommandResult command, string option, IReadOnlyList<string> arguments, string[] known, KnownLines? lines) =>
        (SwitchWords.TakesProgram(command.Command) ? null : FormatHabits.Find(option, arguments, lines))
            ?? OptionHabits.Find(Path(command)["prox".Length..].Trim(), option, arguments)
            ?? OptionHabits.FindUsual(Path(command)["prox".Length..].Trim(), option, arguments, known, lines)
            ?? OptionHabits.FindPlace(command.Command.Arguments, option, Path(command))
            ?? (SwitchWords.TakesProgram(command.Command) ? null : SelectionHabits.Find(command, option, arguments, known, lines));

    // The parser takes an option it does not know for an argument; behind -- that is right, and so it is where an option is to be explained.
    private static string? FindOption(ParseResult parse, IReadOnlyList<string> arguments) => arguments.Contains("--") || ExplainsOption(parse.CommandResult)
        ? null
        : parse.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(static argument => argument.Tokens)
            .Select(static token => token.Value)
            .Concat(parse.UnmatchedTokens)
            .FirstOrDefault(static word => word.Length > 1 && word[0] == '-');

    private static bool ExplainsOption(CommandResult command) => command.Command is ExplainCommand
        && command.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens).FirstOrDefault() is { } first && !first.Value.StartsWith('-');

    private static CliError Unknown(string kind, string word, string path, IEnumerable<string> known, string help)
    {
        string? near = VerbWords.Nearest(word, known);
        return CliError.Usage($"Unknown {kind} '{word}' for '{path}'", near is null ? help : $"Did you mean '{near}'? {help}");
    }

    // Some things are further down or up.
    private static string? Elsewhere(string word, Command place, string path)
    {
        string? line = VerbWords.Nearest(word, place.Subcommands.Select(static sub => sub.Name)) is not null ? null
            : Below(place, path, word, int.MaxValue) ?? Below(Root(place), "prox", word, 1);
        return line is null ? null : $"There is '{line}'. Run: {line} --help";
    }

    // A thing that has verbs of its own, named as it is or by its plural. Those of the first level are not made before they are needed.
    private static string? Below(Command place, string path, string word, int depth)
    {
        Command? found = place.Subcommands.FirstOrDefault(
            sub => (sub.Subcommands.Count > 0 || depth == 1) && sub is not VerbCommand && (sub.Name == word || sub.Name + "s" == word));
        return found is not null ? $"{path} {found.Name}" : depth > 1
            ? place.Subcommands.Select(sub => Below(sub, $"{path} {sub.Name}", word, depth - 1)).FirstOrDefault(static line => line is not null)
            : null;
    }

    private static Command Root(Command place) => place.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Root(parent) : place;

    // pveum acl modify / has the path without an option, and so have uploads their file.
    private static string? PlaceOption(string word, Command command, string path)
    {
        bool Has(string name) => command.Options.Any(option => option.Name == name);
        string? option = word.StartsWith('/') && Has("--path") ? $"A path is written behind its option: --path {GuardWords.Join([word])}"
            : Has("--tmpfilename") && Has("--filename") ? $"The file is written behind its option: --filename {GuardWords.Join([$"@{word.TrimStart('@')}"])}"
            : null;
        return option is null ? null : $"{option}. Run: {path} --help";
    }

    private static string[] Words(CommandResult command, ParseResult parse) => [.. Path(command).Split(' ').Skip(1), .. parse.UnmatchedTokens];

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "prox";

    private static IEnumerable<Option> AllOptions(CommandResult result) => result.Parent is CommandResult parent
        ? result.Command.Options.Concat(AllOptions(parent))
        : result.Command.Options;

    /// <summary>Finds the word that was probably meant; null if none is similar. The shorter a word, the fewer letters may differ.</summary>
    internal static string? Nearest(string word, IEnumerable<string> known)
    {
        int bound = word.TrimStart('-').Length switch
        {
            < 3 => 0,
            < 6 => 1,
            _ => 2,
        };
        return known.Where(name => Distance(name, word) <= bound).MinBy(name => Distance(name, word));
    }

    /// <summary>The number of letters to change, add, leave out or swap with the next one to get from one word to the other.</summary>
    private static int Distance(string a, string b)
    {
        int[,] steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                steps[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(steps[i, j - 1], steps[i - 1, j]) + 1, steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }

        return steps[a.Length, b.Length];
    }
}
