using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Commands;

/// <summary>
/// Keeps options from being taken for the values of others. The parser gives an option the next word, whatever it is, also where nothing stands behind an
/// equals sign: with an empty variable of a shell, <c>--record=$FILE --dry-run</c> would not be a dry run.
/// </summary>
internal static class ValueWords
{
    private static readonly char[] s_signs = ['=', ':'];

    // Who types them never means a text, also where a command does not have them.
    private static readonly string[] s_guards = ["--dry-run", "--yes", "-y"];

    /// <summary>Gives an option with nothing behind its equals sign the empty value.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="words">The words.</param>
    public static IReadOnlyList<string> Settle(RootCommand root, IReadOnlyList<string> words)
    {
        if (!words.TakeWhile(static word => word != "--").Any(static word => Name(word) is not null))
        {
            return words;
        }

        // The command is found among words of which none can be taken for a value.
        ParseResult parse = root.Parse(Apart(words, [], static _ => true), CliApp.Parsing);
        Dictionary<string, Option> options = Options(parse.CommandResult);
        return Apart(words, options, name => options.TryGetValue(name, out Option? option) && option.ValueType != typeof(bool));
    }

    /// <summary>Finds an option where the value of another is expected; null if there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="words">What was typed.</param>
    public static CliError? FindSwallowed(CommandResult command, IReadOnlyList<string> words)
    {
        Dictionary<string, Option> options = Options(command);
        int end = words.TakeWhile(static word => word != "--").Count();
        for (int at = 0; at < end - 1; at++)
        {
            if (Waiting(words[at], options) is not { } name)
            {
                continue;
            }

            // What stands behind the equals sign may be a secret.
            string next = words[++at];
            string option = next.Split(s_signs)[0];
            if (options.ContainsKey(option) || s_guards.Contains(option))
            {
                string text = GuardWords.Join([option]) + (option.Length < next.Length ? $"{next[option.Length]}..." : "");
                return CliError.Usage(
                    $"The option '{name}' lacks its value: '{option}' behind it is an option itself",
                    $"Write the value behind {name}; if it is to be that text, join them: {name}={text}");
            }
        }

        return null;
    }

    /// <summary>Returns the options of a command, and those of the commands above it that count there too.</summary>
    public static IEnumerable<Option> Of(CommandResult command) => command.Parent is CommandResult parent
        ? command.Command.Options.Concat(Of(parent).Where(static option => option.Recursive))
        : command.Command.Options;

    private static Dictionary<string, Option> Options(CommandResult command)
    {
        Dictionary<string, Option> options = new(StringComparer.Ordinal);
        foreach (Option option in Of(command))
        {
            foreach (string name in option.Aliases.Append(option.Name))
            {
                options.TryAdd(name, option);
            }
        }

        return options;
    }

    private static List<string> Apart(IReadOnlyList<string> words, Dictionary<string, Option> options, Func<string, bool> isMeant)
    {
        int end = words.TakeWhile(static word => word != "--").Count();
        List<string> apart = [];
        for (int at = 0; at < end; at++)
        {
            if (Waiting(words[at], options) is not null && at + 1 < end)
            {
                apart.AddRange([words[at], words[++at]]);
            }
            else
            {
                apart.AddRange(Name(words[at]) is { } name && isMeant(name) ? [name, ""] : [words[at]]);
            }
        }

        return [.. apart, .. words.Skip(end)];
    }

    // The option of a word that ends with its sign: --comment=
    private static string? Name(string word) => word is ['-', _, .., '=' or ':'] && word.IndexOfAny(s_signs) == word.Length - 1 ? word[..^1] : null;

    // The option of a word that the parser gives the next one, whatever it is: -o, --output, and -yo for -y -o.
    private static string? Waiting(string word, Dictionary<string, Option> options)
    {
        if (options.TryGetValue(word, out Option? option))
        {
            return NeedsValue(option) ? word : null;
        }

        if (word is not ['-', not '-', _, ..])
        {
            return null;
        }

        for (int at = 1; at < word.Length; at++)
        {
            if (!options.TryGetValue($"-{word[at]}", out option) || (NeedsValue(option) && at < word.Length - 1))
            {
                return null;
            }
        }

        return NeedsValue(option!) ? $"-{word[^1]}" : null;
    }

    private static bool NeedsValue(Option option) => option.Arity.MinimumNumberOfValues > 0 && option.ValueType != typeof(bool);
}
