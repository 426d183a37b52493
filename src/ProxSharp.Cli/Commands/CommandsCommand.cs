using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox commands</c>: the whole tree, for people who search it and for programs.</summary>
internal sealed class CommandsCommand : ProxCommand
{
    private readonly Argument<string[]> _words = new("word") { Description = "Only commands below these words", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _match = new("--match")
    {
        Description = "Only commands with this text in their words, sentence or API call",
        HelpName = "text",
    };

    public CommandsCommand(CommandServices services, GlobalOptions globals, Func<Command> root)
        : base("commands", "List all commands, with their arguments, options, examples and API calls in machine formats.")
    {
        Add(_words);
        Add(_match);
        Runs(services, globals, (run, _) => Task.FromResult(Run(run, root())));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("commands --match snapshot", "where snapshots occur"),
        new("commands vm -o json", "everything about vm, for a program"),
    ];

    private int Run(CommandRun run, Command root)
    {
        string prefix = string.Join(' ', run.Value(_words) ?? []);
        string? match = run.Value(_match);
        bool table = run.Output.Format is OutputFormat.Table or OutputFormat.Wide or OutputFormat.Name;
        run.WriteVersioned(
            JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach ((string path, ProxCommand command) in Leaves("", root).Where(item => Fits(item.Path, item.Command, prefix, match)))
                {
                    CommandJson.Write(json, path, command, isWhole: !table);
                }

                json.WriteEndArray();
            }),
            new ResultShape
            {
                LeadingFields = ["command", "class", "summary"],
                TableFields = ["command", "class", "summary"],
                NameField = "command",
                WholeField = "command",
            });
        return ExitCodes.Success;
    }

    private static IEnumerable<(string Path, ProxCommand Command)> Leaves(string path, Command command)
    {
        foreach (ProxCommand sub in command.Subcommands.OfType<ProxCommand>())
        {
            string name = $"{path} {sub.Name}".Trim();
            if (sub.Subcommands.Count == 0)
            {
                yield return (name, sub);
            }

            foreach ((string Path, ProxCommand Command) below in Leaves(name, sub))
            {
                yield return below;
            }
        }
    }

    private static bool Fits(string path, ProxCommand command, string prefix, string? match)
    {
        bool isBelow = prefix.Length == 0 || path == prefix || path.StartsWith(prefix + " ", StringComparison.Ordinal);
        string text = $"{path}\n{command.Description}\n{string.Join('\n', (command as VerbCommand)?.Verb.Calls ?? [])}";
        return isBelow && (match is null || text.Contains(match, StringComparison.OrdinalIgnoreCase));
    }
}
