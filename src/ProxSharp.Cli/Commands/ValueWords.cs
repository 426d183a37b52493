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
    private static readonly string[] s_guards = ["--dry-run", "--yes", "-y", "--context", "-c"];

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

            string next = words[++at];
            if (Looks(next, options, name) is { } what)
            {
                // What stands behind the sign, or joined to a short option, may be a secret.
                string option = next.Split(s_signs)[0];
                option = option is ['-', not '-', _, _, ..] && !options.ContainsKey($"-{option}") ? option[..2] : option;
                string text = GuardWords.Join([option]) + (option.Length < next.Length ? $"{next[option.Length]}..." : "");
                return CliError.Usage(
                    $"The option '{name}' lacks its value: '{option}' behind it {what}",
                    $"Write the value behind {name}; if it is to be that text, join them: {name}={text}");
            }
        }

        return null;
    }

    /// <summary>Returns the options of a command, and those of the commands above it that count there too.</summary>
    public static IEnumerable<Option> Of(CommandResult command) => command.Parent is CommandResult parent
        ? command.Command.Options.Concat(Of(parent).Where(static option => option.Recursive))
        : command.Command.Options;

    /// <summary>Finds an option with a colon before its value, which what reads lines ahead of the parser does not take apart; null if there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="words">What was typed.</param>
    public static CliError? FindColon(CommandResult command, IReadOnlyList<string> words)
    {
        Dictionary<string, Option> options = Options(command);
        int end = words.TakeWhile(static word => word != "--").Count();
        for (int at = 0; at < end; at++)
        {
            int sign = words[at].IndexOfAny(s_signs);
            string option = sign > 0 && words[at][sign] == ':' ? words[at][..sign] : "";
            if ((option is ['-', '-', _, ..] && char.IsAsciiLetter(option[2])) || options.ContainsKey(option) || option == "-c")
            {
                return CliError.Usage($"'{option}:' is no way to give '{option}' a value", $"Write an equals sign: {option}=...");
            }

            at += Waiting(words[at], options) is not null ? 1 : 0;
        }

        return null;
    }

    /// <summary>Finds an option for a file or a folder that names none; null if there is none.</summary>
    /// <param name="command">The command.</param>
    public static CliError? FindEmptyFile(CommandResult command)
    {
        for (CommandResult? place = command; place is not null; place = place.Parent as CommandResult)
        {
            foreach (OptionResult result in place.Children.OfType<OptionResult>())
            {
                bool isFile = result.Option.HelpName is "file" or "folder" or "directory" || result.Option.Name.EndsWith("file", StringComparison.Ordinal);
                if (isFile && result.Tokens.Any(static token => token.Value.Length == 0))
                {
                    string kind = result.Option.HelpName is "folder" or "directory" ? "folder" : "file";
                    return CliError.Usage($"The option '{result.Option.Name}' names no {kind}", CliError.EmptyVariable);
                }
            }
        }

        return null;
    }

    // What makes a word look like an option; null for a text, such as -5 or -.
    private static string? Looks(string word, Dictionary<string, Option> options, string before)
    {
        string option = word.Split(s_signs)[0];
        if (options.ContainsKey(option) || s_guards.Contains(option))
        {
            return "is an option itself";
        }

        if (word is ['-', '-', _, ..] && char.IsAsciiLetter(word[2]))
        {
            string plain = option.ToLowerInvariant().Replace('_', '-');
            return UsageErrors.Nearest(plain, s_guards.Concat(options.Keys)) is { } near ? $"looks like the option '{near}'" : "begins like an option";
        }

        // Lists are sorted by -cpu and -name; what changes something sorts nothing.
        if (word is not ['-', not '-', _, ..] || (before == "--sort" && !options.ContainsKey("--dry-run")))
        {
            return null;
        }

        string one = $"-{option.ToLowerInvariant().Replace('_', '-')}";
        return options.ContainsKey(one) || s_guards.Any(guard => guard.Length > 2 && guard.Replace("-", "", StringComparison.Ordinal) == one.Replace("-", "", StringComparison.Ordinal)) || IsBundle(word, options)
            ? "looks like an option"
            : null;
    }

    // -cpve1, -ojson and -yo. A text with spaces, such as '-cpu host', is none.
    private static bool IsBundle(string word, Dictionary<string, Option> options)
    {
        if (word.Contains(' ', StringComparison.Ordinal))
        {
            return false;
        }

        for (int at = 1; at < word.Length; at++)
        {
            bool isKnown = options.TryGetValue($"-{word[at]}", out Option? option);
            if (word[at] == 'c' || (isKnown && option!.ValueType != typeof(bool)))
            {
                return true;
            }

            if (!isKnown && word[at] != 'y')
            {
                return false;
            }
        }

        return true;
    }

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
    private static string? Name(string word) => word is ['-', _, .., '='] && word.IndexOfAny(s_signs) == word.Length - 1 ? word[..^1] : null;

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
