using System.Buffers;
using System.CommandLine;
using System.Globalization;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Help;

/// <summary>Writes a command's help: what it does, how it is typed, examples, then the details.</summary>
internal sealed class HelpWriter
{
    private const string Indent = "  ";
    private const int WidestText = 100;

    // The server's own spelling of an option is understood, but one spelling is enough for help.
    private static readonly SearchValues<char> s_wireOnly = SearchValues.Create("_ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private readonly TextWriter _writer;
    private readonly int _width;

    private HelpWriter(TextWriter writer, int width) => (_writer, _width) = (writer, width);

    /// <summary>Writes the help.</summary>
    /// <param name="command">The command.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="width">The terminal's width; null if there is none.</param>
    public static void Write(Command command, TextWriter writer, int? width) =>
        new HelpWriter(writer, Math.Clamp(width ?? WidestText, 40, WidestText)).Write(command);

    private void Write(Command command)
    {
        bool isRoot = command is RootCommand;
        Paragraph(command.Description ?? "", "");
        if (command is ProxCommand { Details: { } details })
        {
            _writer.WriteLine();
            Paragraph(details, "");
        }

        Section("Usage");
        _writer.WriteLine(Indent + Usage(command));
        WriteExamples(isRoot ? CommandTree.Examples : ((ProxCommand)command).Examples);
        Columns("Commands", [.. command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => new HelpRow(sub.Name, sub.Description ?? ""))]);
        Columns(
            "Arguments",
            [
                .. command.Arguments.Where(static argument => !argument.Hidden)
                    .Select(static argument => new HelpRow(ArgumentLabel(argument), argument.Description ?? "")),
            ]);
        Columns("Options", [.. OptionsOf(command, isRoot).Select(static option => new HelpRow(OptionLabel(option), option.Description ?? ""))]);
        if (isRoot)
        {
            Columns("Exit codes", [.. ExitCodes.All.Select(static code => new HelpRow(code.Code.ToString(CultureInfo.InvariantCulture), code.Meaning))]);
            Columns("Environment", Variables);
            _writer.WriteLine();
            Paragraph("Help for a command: prox COMMAND --help. Help about a topic: prox help TOPIC.", "");
        }
        else
        {
            _writer.WriteLine();
            string inherited = string.Join(
                ", ", Inherited(command).Select(static option => option.Aliases.FirstOrDefault(static alias => alias is "-o" or "-h") ?? option.Name));
            Paragraph($"Options of every command: {inherited} (see: prox help options)", "");
        }
    }

    /// <summary>The environment variables that the tool reads.</summary>
    public static readonly IReadOnlyList<HelpRow> Variables =
    [
        new("PROX_CONTEXT", "the context to use where --context is not given"),
        new("PROX_CONFIG", "the file with the contexts"),
        new("PROX_READ_ONLY", "1: refuse everything that changes something, as under the program name prox-ro"),
        new("PBS_REPOSITORY", "the server of 'prox backup' without --repository; or PBS_SERVER, PBS_PORT, PBS_AUTH_ID, PBS_DATASTORE, PBS_NAMESPACE; with PBS_FINGERPRINT"),
        new("PBS_PASSWORD", "its secret, and PBS_ENCRYPTION_PASSWORD that of the key; both as _FILE, _CMD and _FD, too"),
        new("NO_COLOR", "set to anything: no colours"),
        new("CLICOLOR", "0: no colours; CLICOLOR_FORCE=1: colours in pipes too"),
    ];

    /// <summary>Writes a topic: paragraphs and rows.</summary>
    public static void Write(HelpTopic topic, TextWriter writer, int? width)
    {
        HelpWriter help = new(writer, Math.Clamp(width ?? WidestText, 40, WidestText));
        help.Paragraph(topic.Summary, "");
        foreach ((string title, IReadOnlyList<HelpRow> rows) in topic.Sections)
        {
            help.Columns(title, rows);
        }

        help.WriteExamples(topic.Examples);
    }

    private void WriteExamples(IReadOnlyList<CommandExample> examples)
    {
        if (examples.Count == 0)
        {
            return;
        }

        Section("Examples");
        int longest = examples.Max(static example => example.Line.Length);
        bool oneLine = examples.All(example => Indent.Length + "prox ".Length + longest + "  # ".Length + example.Meaning.Length <= _width);
        foreach (CommandExample example in examples)
        {
            if (oneLine)
            {
                _writer.WriteLine($"{Indent}prox {example.Line.PadRight(longest)}  # {example.Meaning}");
            }
            else
            {
                _writer.WriteLine($"{Indent}# {example.Meaning}");
                _writer.WriteLine($"{Indent}prox {example.Line}");
            }
        }
    }

    internal static string Usage(Command command)
    {
        List<string> words = [Names(command)];
        words.AddRange(command.Arguments.Where(static argument => !argument.Hidden).Select(ArgumentLabel));
        words.Add(command.Subcommands.Count > 0 ? "COMMAND" : "[options]");
        return string.Join(' ', words);
    }

    internal static string Names(Command command) => command is RootCommand
        ? "prox"
        : $"{Names(command.Parents.OfType<Command>().First())} {command.Name}";

    private static IEnumerable<Option> OptionsOf(Command command, bool isRoot) => isRoot
        ? command.Options.Where(static option => !option.Hidden)
        : command.Options.Concat(Above(command).SelectMany(static parent => parent.Options)).Where(static option => !option.Hidden);

    private static IEnumerable<Command> Above(Command command) => command.Parents.OfType<Command>()
        .Where(static parent => parent is not RootCommand)
        .SelectMany(static parent => Above(parent).Prepend(parent));

    private static IEnumerable<Option> Inherited(Command command)
    {
        Command root = command;
        while (root is not RootCommand)
        {
            root = root.Parents.OfType<Command>().First();
        }

        return root.Options.Where(static option => option is { Hidden: false, Recursive: true });
    }

    internal static string ArgumentLabel(Argument argument) => (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
    {
        (0, 1) => $"[{argument.HelpName ?? argument.Name}]",
        (0, _) => $"[{argument.HelpName ?? argument.Name}...]",
        (_, 1) => $"<{argument.HelpName ?? argument.Name}>",
        _ => $"<{argument.HelpName ?? argument.Name}...>",
    };

    internal static string OptionLabel(Option option)
    {
        string names = string.Join(
            ", ",
            option.Aliases.Where(
                static alias => alias is not "-?"
                    && !alias.AsSpan().ContainsAny(s_wireOnly)).Append(option.Name).OrderBy(static name => name.Length));
        return option.HelpName is null ? names : $"{names} <{option.HelpName}>";
    }

    private void Section(string title)
    {
        _writer.WriteLine();
        _writer.WriteLine($"{title}:");
    }

    private void Columns(string title, IReadOnlyList<HelpRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        Section(title);
        int longest = Math.Min(rows.Max(static row => row.Label.Length), _width / 3);
        int start = Indent.Length + longest + 2;
        foreach ((string label, string text) in rows)
        {
            string lead = Indent + label.PadRight(longest) + "  ";
            if (label.Length > longest)
            {
                _writer.WriteLine(Indent + label);
                lead = new string(' ', start);
            }

            foreach (string line in TextCells.Wrap(text, _width - start)
                .SelectMany(line => line.Length > _width - start ? line.Chunk(_width - start).Select(static part => new string(part)) : [line]))
            {
                _writer.WriteLine((lead + line).TrimEnd());
                lead = new string(' ', start);
            }
        }
    }

    private void Paragraph(string text, string indent)
    {
        foreach (string line in TextCells.Wrap(text, _width - indent.Length))
        {
            _writer.WriteLine(indent + line);
        }
    }
}
