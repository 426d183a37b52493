using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>Finds options that were written as the parameters of <c>prox api</c> are: <c>vm set web-1 memory=4096</c>. Pure.</summary>
internal static class BareOptions
{
    private static readonly string[] s_conditions = ["status", "type", "node", "tag", "pool", "template"];

    /// <summary>True if a word is a condition that guests have to meet: <c>status=running</c>.</summary>
    public static bool IsCondition(string word) => s_conditions.Contains(word.Split('=', 2)[0]);

    /// <summary>Returns how the line is written; null if no such word stands in it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="unmatched">The words that nothing takes.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="known">The options that the command has.</param>
    /// <param name="path">The command as it is typed, <c>prox</c> included.</param>
    /// <param name="lines">Knows what is understood; null to tell the form alone.</param>
    public static CliError? Find(
        CommandResult command, IReadOnlyList<string> unmatched, IReadOnlyList<string> arguments, IEnumerable<Option> known, string path, KnownLines? lines)
    {
        if (command.Command is not VerbCommand)
        {
            return null;
        }

        // Conditions are words of their own where guests are named.
        IEnumerable<string> places = command.Children.OfType<ArgumentResult>().Where(static place => place.Argument.Name is "guest" or "selection")
            .SelectMany(static place => place.Tokens).Select(static token => token.Value).Where(static word => !IsCondition(word));
        HashSet<string> loose = [.. unmatched.Concat(places)];
        Option[] options = [.. known];
        int end = arguments.TakeWhile(static word => word != "--").Count();
        int first = arguments.Take(end).ToList().FindIndex(word => loose.Contains(word) && Owner(word, options) is not null);
        if (first < 0)
        {
            return null;
        }

        string[] line =
        [
            .. arguments.SelectMany((word, at) => at < end && loose.Contains(word) && Owner(word, options) is { } owner ? Written(word, owner) : [word]),
        ];
        string name = $"--{arguments[first].Split('=')[0]}";
        return CliError.Usage(
            $"'{arguments[first].Split('=')[0]}' is an option of '{path}', with two dashes",
            lines?.Complete(line) is { } whole ? $"Write: {whole}" : $"It is written as: {name} VALUE. Run: {path} --help");
    }

    private static Option? Owner(string word, Option[] options)
    {
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        if (sign < 2 || !char.IsAsciiLetterLower(word[0]))
        {
            return null;
        }

        // Of a family such as net0, net1 the first alone is always known.
        string name = $"--{word[..sign]}";
        string first = $"{name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')}0";
        return options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name))
            ?? (first == $"{name}0" ? null : options.FirstOrDefault(option => option.Name == first));
    }

    private static string[] Written(string word, Option owner)
    {
        string[] parts = word.Split('=', 2);
        return owner.ValueType != typeof(bool) ? [$"--{parts[0]}", parts[1]]
            : [SwitchWords.Truth(parts[1]) is false ? $"--{parts[0]}=false" : $"--{parts[0]}"];
    }
}
