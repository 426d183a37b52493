using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Errors;

/// <summary>Explains values that are of the wrong kind, and switches that were given something else than true or false.</summary>
internal static partial class ValueErrors
{
    /// <summary>Finds <c>--protection 1</c>, as the servers' own tools take it, and the like; null if there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="words">What was typed.</param>
    public static CliError? FindWrongSwitch(CommandResult command, IReadOnlyList<string> words)
    {
        Option[] switches = [.. SwitchWords.Switches(command)];
        for (int i = 0; i < words.Count && words[i] != "--"; i++)
        {
            string[] parts = words[i].Split('=', 2);
            bool isWrong = parts.Length == 2 && !bool.TryParse(parts[1], out _);
            if (isWrong && switches.Any(option => option.Name == parts[0] || option.Aliases.Contains(parts[0])))
            {
                return CliError.Usage(
                    $"The option '{parts[0]}' is a switch, and '{parts[1]}' is neither true nor false", SwitchForm(parts[0]));
            }
        }

        return null;
    }

    /// <summary>Explains a word that is no guest, and stands where a switch would have its value; null if there is no switch in front of it.</summary>
    /// <param name="options">The options of the command.</param>
    /// <param name="words">What was typed.</param>
    /// <param name="word">The word.</param>
    public static CliError? FindSwitchValue(IEnumerable<Option> options, IReadOnlyList<string> words, string word)
    {
        string? before = words.TakeWhile(static typed => typed != "--").Zip(words.Skip(1)).FirstOrDefault(pair => pair.Second == word
            && options.Any(option => option.ValueType == typeof(bool) && (option.Name == pair.First || option.Aliases.Contains(pair.First)))).First;
        return before is null
            ? null
            : CliError.Usage($"The option '{before}' is a switch, and '{word}' behind it is neither true nor false, nor a guest", SwitchForm(before));
    }

    private static string SwitchForm(string option) => $"Write {option} for yes and {option}=false for no";

    /// <summary>Finds the number of a guest that the parser takes for the seconds of <c>--watch</c>; null if there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">The command as it is typed, <c>prox</c> included.</param>
    /// <param name="words">What was typed.</param>
    public static CliError? FindWatchedGuest(CommandResult command, string path, IReadOnlyList<string> words)
    {
        bool takesOne = command.Command.Arguments.Any(argument =>
            argument.Name is "guest" or "selection" && (command.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MaximumNumberOfValues);
        bool watches = takesOne && command.Children.OfType<OptionResult>().Any(static result => result.Option.Name == "--watch");
        for (int at = 0; watches && at + 1 < words.Count && words[at] != "--"; at++)
        {
            if (words[at] is "--watch" or "-w" && Guest.IsMatch(words[at + 1]))
            {
                string number = words[at + 1];
                return CliError.Usage(
                    $"'{number}' behind {words[at]} would be a pause of {number} seconds, and no guest",
                    $"A guest stands in front of it: {path} {number} --watch; for the pause write --watch={number}");
            }
        }

        return null;
    }

    /// <summary>Says in plain words what the parser says in those of programmers.</summary>
    public static string Plain(string message) => Kind.Match(message) is { Success: true } match
        ? $"'{match.Groups["value"].Value}' is {KindOf(match.Groups["type"].Value)}: {Owner(match.Groups["kind"].Value, match.Groups["name"].Value)}"
        : message.TrimEnd('.');

    private static string KindOf(string type) => type switch
    {
        _ when type.Contains("Int", StringComparison.Ordinal) => "no whole number that fits",
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "neither true nor false",
        _ when type.Contains("Double", StringComparison.Ordinal) || type.Contains("Decimal", StringComparison.Ordinal) => "no number",
        _ => "not of the right form",
    };

    private static string Owner(string kind, string name) => kind == "option" ? $"the option '{name}' takes another value" : $"'{name}' takes another value";

    // The numbers of guests begin at 100.
    private static Regex Guest => field ??= new("^[1-9][0-9]{2,8}$", RegexOptions.CultureInvariant);

    private static Regex Kind => field ??= new(
        "^Cannot parse argument '(?<value>.*)' for (?<kind>option|command|argument) '(?<name>.*?)' as expected type '(?<type>.*?)'",
        RegexOptions.Singleline | RegexOptions.CultureInvariant);
}
