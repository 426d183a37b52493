using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>Explains command lines that cannot be understood.</summary>
internal static class UsageErrors
{
    /// <summary>Returns one error for all that is wrong, naming a similar word where a word is unknown; null if nothing is wrong.</summary>
    public static CliError? Find(ParseResult parse, IReadOnlyList<string> arguments)
    {
        CommandResult command = parse.CommandResult;
        string help = $"Run: {Path(command)} --help";
        if (ValueErrors.FindWrongSwitch(command, arguments) is { } wrong)
        {
            return wrong;
        }

        if (OfOtherTools(parse, arguments) is { } habit)
        {
            return habit;
        }

        if (WrongOption(parse, arguments, help) is { } option)
        {
            return option;
        }

        if (OptionHabits.FindLastWord(command, string.Join(' ', Words(command, parse))) is { } last)
        {
            return last;
        }

        if (parse.UnmatchedTokens is [{ } word, ..])
        {
            IEnumerable<string> known = command.Command.Subcommands.Select(static sub => sub.Name);
            bool isPlace = command.Command.Subcommands.Count > 0;
            string? meant = isPlace && Nearest(word, known) is null ? Habits.Find(Words(command, parse), takesAny: true) : null;
            return Unknown(isPlace ? "command" : "argument", word, command, known, meant ?? Sibling(word, known, command) ?? PlaceOption(word, command) ?? help);
        }

        return parse.Errors.Count == 0
            ? null
            : CliError.Usage(string.Join("; ", parse.Errors.Select(static error => ValueErrors.Plain(error.Message)).Distinct(StringComparer.Ordinal)), help);
    }

    // Options of other tools come with words of other tools: the words say more.
    private static CliError? OfOtherTools(ParseResult parse, IReadOnlyList<string> arguments)
    {
        if (arguments is [{ } program, ..] && Habits.Programs.ContainsKey(program) && Habits.Find(arguments, takesAny: true) is { } other)
        {
            return CliError.Usage($"Unknown command '{program}' for 'prox'", other);
        }

        CommandResult command = parse.CommandResult;
        return command.Command.Subcommands.Count > 0 && parse.UnmatchedTokens is [{ } strange, ..]
            && Habits.Find(Words(command, parse), takesAny: false) is { } habit
            ? CliError.Usage($"Unknown command '{strange}' for '{Path(command)}'", habit)
            : null;
    }

    private static CliError? WrongOption(ParseResult parse, IReadOnlyList<string> arguments, string help)
    {
        CommandResult command = parse.CommandResult;

        // The parser takes an option it does not know for an argument; behind -- that is right.
        string? option = arguments.Contains("--") ? null : command.Children.OfType<ArgumentResult>()
            .SelectMany(static argument => argument.Tokens)
            .Concat(parse.UnmatchedTokens.Select(static word => new Token(word, TokenType.Argument, null!)))
            .Select(static token => token.Value)
            .FirstOrDefault(static word => word.Length > 1 && word[0] == '-');
        if (option is not null && AllOptions(command).Any(known => known.Name == option || known.Aliases.Contains(option)))
        {
            return CliError.Usage($"The option '{option}' stands in front of the command", $"Write it behind: {Path(command)} {option} ...");
        }

        // Figures are drawn by a verb beside the one that lists them.
        if (option is "--chart" or "--png" or "--svg" && command.Parent is CommandResult noun && noun.Command.Subcommands.Any(static verb => verb.Name == "chart"))
        {
            return CliError.Usage($"'{Path(command)}' draws no charts", $"See: {Path(noun)} chart --help");
        }

        if (option is not null && option[1] != '-' && command.Command is VerbCommand { Verb: { } verb }
            && verb.Arguments.Any(static argument => argument.Name is "guest" or "selection"))
        {
            return CliError.Usage(
                $"'{option}' would be an option", $"To leave a guest out write it behind a comma, as in @tag-web,{option}, or behind --. {help}");
        }

        IEnumerable<string> known = AllOptions(command).SelectMany(static known => known.Aliases.Append(known.Name));
        if (option is null)
        {
            return null;
        }

        string? habit = Nearest(option, known) is null ? OptionHabits.Find(Path(command)["prox".Length..].Trim(), option, arguments) : null;
        return Unknown("option", option, command, known, habit ?? help);
    }

    private static CliError Unknown(string kind, string word, CommandResult command, IEnumerable<string> known, string help)
    {
        string? near = Nearest(word, known);
        return CliError.Usage($"Unknown {kind} '{word}' for '{Path(command)}'", near is null ? help : $"Did you mean '{near}'? {help}");
    }

    // Some things have a list and no page of their own, and others the reverse.
    private static string? Sibling(string word, IEnumerable<string> known, CommandResult command)
    {
        string? other = word switch { "show" or "get" or "info" => "list", "list" or "ls" => "show", _ => null };
        return other is not null && known.Contains(other) ? $"There is '{Path(command)} {other}'. Run: {Path(command)} {other} --help" : null;
    }

    // pveum acl modify / has the path without an option, and so have uploads their file.
    private static string? PlaceOption(string word, CommandResult command)
    {
        bool Has(string name) => command.Command.Options.Any(option => option.Name == name);
        string? option = word.StartsWith('/') && Has("--path") ? $"A path is written behind its option: --path {GuardWords.Join([word])}"
            : Has("--tmpfilename") && Has("--filename") ? $"The file is written behind its option: --filename {GuardWords.Join([$"@{word.TrimStart('@')}"])}"
            : null;
        return option is null ? null : $"{option}. Run: {Path(command)} --help";
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
        return known.Select(name => (Name: name, Distance: Distance(name, word)))
            .Where(near => near.Distance <= bound)
            .OrderBy(static near => near.Distance)
            .FirstOrDefault().Name;
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
