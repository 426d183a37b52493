using System.CommandLine;
using System.Globalization;
using System.Text;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Help;

/// <summary>Writes a manual page in the man macros: the command, and everything below it.</summary>
internal sealed class ManPage
{
    private const int LongWord = 30;
    private const string BreakAfter = "/:;,|=)]}";

    private readonly StringBuilder _page = new();

    private ManPage()
    {
    }

    /// <summary>Returns the page of a command.</summary>
    public static string Write(Command command)
    {
        ManPage page = new();
        string name = HelpWriter.Names(command).Replace(' ', '-');
        page.Line($".TH {name.ToUpperInvariant()} 1 \"\" \"prox {ToolVersion.Text}\" \"ProxSharp\"");

        // Long words would tear lines apart that have an even margin.
        page.Line(".ad l");
        page.Section("NAME");
        page.Line($"{Text(name)} \\- {Text((command.Description ?? "").TrimEnd('.'))}");
        page.Body(command, isTop: true);
        page.Below(command);
        page.Examples(command);
        if (command is RootCommand)
        {
            page.Section("EXIT STATUS");
            foreach ((int code, string meaning) in ExitCodes.All)
            {
                page.Tagged(code.ToString(CultureInfo.InvariantCulture), meaning);
            }

            page.Section("ENVIRONMENT");
            foreach ((string variable, string meaning) in HelpWriter.Variables)
            {
                page.Tagged(variable, meaning);
            }
        }

        return page._page.ToString();
    }

    private void Below(Command command)
    {
        foreach (Command sub in command.Subcommands.Where(static sub => !sub.Hidden))
        {
            // The page of prox itself names the commands; each has a page of its own.
            if (command is RootCommand)
            {
                continue;
            }

            Line($".SS {Text(HelpWriter.Names(sub))}");
            Line(Text(sub.Description ?? ""));
            Body(sub, isTop: false);
            Below(sub);
        }
    }

    private void Body(Command command, bool isTop)
    {
        if (isTop)
        {
            Section("SYNOPSIS");
        }

        Line(".PP");
        Line($".B {Text(HelpWriter.Usage(command))}");
        if ((command as ProxCommand)?.Details is { } details)
        {
            Line(".PP");
            Line(Text(details));
        }

        if (command is RootCommand)
        {
            Section("COMMANDS");
            foreach (Command sub in command.Subcommands.Where(static sub => !sub.Hidden))
            {
                Tagged($"prox-{sub.Name}(1)", sub.Description ?? "");
            }
        }

        if (isTop)
        {
            Section("OPTIONS");
        }

        Symbols(command);
    }

    // All of a page together, in the order of its commands, where readers of manuals look for them.
    private void Examples(Command command)
    {
        CommandExample[] examples = [.. ExamplesOf(command).DistinctBy(static example => example.Line)];
        if (examples.Length == 0)
        {
            return;
        }

        Section("EXAMPLES");
        foreach (CommandExample example in examples)
        {
            Example(example);
        }
    }

    private static IEnumerable<CommandExample> ExamplesOf(Command command) => command is RootCommand
        ? CommandTree.Examples
        : ((ProxCommand)command).Examples.Concat(command.Subcommands.Where(static sub => !sub.Hidden).SelectMany(ExamplesOf));

    private void Symbols(Command command)
    {
        foreach (Argument argument in command.Arguments)
        {
            Tagged(HelpWriter.ArgumentLabel(argument), argument.Description ?? "");
        }

        foreach (Option option in command.Options.Where(static option => !option.Hidden))
        {
            Tagged(HelpWriter.OptionLabel(option), option.Description ?? "");
        }
    }

    private void Example(CommandExample example)
    {
        Line(".PP");
        Line($"{Text(char.ToUpperInvariant(example.Meaning[0]) + example.Meaning[1..])}:");
        Line(".RS 4");
        Line($"prox {Text(example.Line)}");
        Line(".RE");
    }

    private void Section(string title) => Line($".SH {title}");

    private void Tagged(string label, string text)
    {
        Line(".TP");
        Line($".B {Text(label)}");
        Line(Text(text));
    }

    private void Line(string line) => _page.Append(line).Append('\n');

    // A leading dot or quote would be taken for a macro, and a hyphen for one between words.
    private static string Text(string text)
    {
        string plain = string.Join(' ', text.ReplaceLineEndings(" ").Split(' ').Select(Word));
        return plain.StartsWith('.') || plain.StartsWith('\'') ? $"\\&{plain}" : plain;
    }

    // A line holds no more than about 70 letters: a longer word, such as a pattern or a fingerprint, has to be told where it may go on in the next one.
    private static string Word(string word)
    {
        StringBuilder plain = new();
        for (int at = 0; at < word.Length; at++)
        {
            plain.Append(word[at] switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                < ' ' and var control => string.Create(CultureInfo.InvariantCulture, $"\\ex{(int)control:x2}"),
                var letter => letter.ToString(),
            });
            if (word.Length > LongWord && at < word.Length - 1 && BreakAfter.Contains(word[at], StringComparison.Ordinal))
            {
                plain.Append("\\:");
            }
        }

        return plain.ToString();
    }
}
