using System.CommandLine;
using System.CommandLine.Parsing;

namespace ProxSharp.Cli.Errors;

/// <summary>Explains command lines that cannot be understood.</summary>
internal static class UsageErrors
{
    /// <summary>Returns one error for all that is wrong, naming a similar word where a word is unknown; null if nothing is wrong.</summary>
    public static CliError? Find(ParseResult parse, IReadOnlyList<string> arguments)
    {
        CommandResult command = parse.CommandResult;
        string help = $"Run: {Path(command)} --help";

        // The parser takes an option it does not know for an argument; behind -- that is right.
        string? option = arguments.Contains("--") ? null : command.Children.OfType<ArgumentResult>()
            .SelectMany(static argument => argument.Tokens)
            .Concat(parse.UnmatchedTokens.Select(static word => new Token(word, TokenType.Argument, null!)))
            .Select(static token => token.Value)
            .FirstOrDefault(static word => word.Length > 1 && word[0] == '-');
        if (option is not null)
        {
            return Unknown("option", option, command, AllOptions(command).SelectMany(static known => known.Aliases.Append(known.Name)), help);
        }

        if (parse.UnmatchedTokens is [{ } word, ..])
        {
            string kind = command.Command.Subcommands.Count > 0 ? "command" : "argument";
            return Unknown(kind, word, command, command.Command.Subcommands.Select(static sub => sub.Name), help);
        }

        return parse.Errors.Count == 0
            ? null
            : CliError.Usage(string.Join("; ", parse.Errors.Select(static error => error.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal)), help);
    }

    private static CliError Unknown(string kind, string word, CommandResult command, IEnumerable<string> known, string help)
    {
        string? near = known.Select(name => (Name: name, Distance: Distance(name, word)))
            .Where(static near => near.Distance <= 2)
            .OrderBy(static near => near.Distance)
            .FirstOrDefault().Name;
        return CliError.Usage($"Unknown {kind} '{word}' for '{Path(command)}'", near is null ? help : $"Did you mean '{near}'? {help}");
    }

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "prox";

    private static IEnumerable<Option> AllOptions(CommandResult result) => result.Parent is CommandResult parent
        ? result.Command.Options.Concat(AllOptions(parent))
        : result.Command.Options;

    /// <summary>The number of single-letter edits between two words.</summary>
    internal static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + cost);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
