using System.CommandLine;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Help;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox help</c>: topics, and the help of commands.</summary>
internal sealed class HelpCommand : ProxCommand
{
    private readonly Argument<string[]> _words = new("topic") { Description = "A topic, or the words of a command", Arity = ArgumentArity.ZeroOrMore };

    public HelpCommand(CommandServices services, GlobalOptions globals, Func<Command> root)
        : base("help", $"Explain a topic ({string.Join(", ", HelpTopics.All.Select(static topic => topic.Name))}) or a command.")
    {
        Add(_words);
        Runs(services, globals, (run, _) => Task.FromResult(Show(run, root())));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("help exit-codes", "what exit codes mean, and the form of errors"),
        new("help selectors", "how guests are named"),
        new("help vm start", "the same as prox vm start --help"),
    ];

    private int Show(CommandRun run, Command root)
    {
        string[] words = run.Value(_words) ?? [];
        TextWriter writer = run.Services.Console.Out;
        if (words.Length == 1 && HelpTopics.All.FirstOrDefault(topic => topic.Name == words[0]) is { } topic)
        {
            HelpWriter.Write(topic, writer, run.Services.Console.Width);
            return ExitCodes.Success;
        }

        Command command = root;
        foreach (string word in words)
        {
            IEnumerable<string> known = command.Subcommands.Select(static sub => sub.Name);
            command = command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word))
                ?? throw CliException.Usage(
                    $"There is neither a topic nor a command '{string.Join(' ', words)}'",
                    UsageErrors.Nearest(word, known.Concat(HelpTopics.All.Select(static topic => topic.Name))) is { } near
                        ? $"Did you mean '{near}'?"
                        : "See: prox --help");
        }

        HelpWriter.Write(command, writer, run.Services.Console.Width);
        return ExitCodes.Success;
    }
}
