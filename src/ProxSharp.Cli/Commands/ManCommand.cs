using System.CommandLine;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Help;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox man</c>: manual pages for the man program, made from the same descriptions as the help.</summary>
internal sealed class ManCommand : ProxCommand
{
    private readonly Argument<string[]> _words = new("command")
    {
        Description = "The words of a command; none for prox itself",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string> _folder = new("--output-dir")
    {
        Description = "Write a page for prox and one for each command and noun of the first level into this folder",
        HelpName = "folder",
    };

    public ManCommand(CommandServices services, GlobalOptions globals, Func<Command> root)
        : base("man", "Print the manual page of a command, or write all pages into a folder.")
    {
        Add(_words);
        Add(_folder);
        Runs(services, globals, (run, cancellationToken) => RunAsync(run, root(), cancellationToken));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
        [new("man vm", "the page about virtual machines, for man -l -"), new("man --output-dir /usr/local/share/man/man1", "all pages, where man finds them")];

    private async Task<int> RunAsync(CommandRun run, Command root, CancellationToken cancellationToken)
    {
        if (run.Value(_folder) is { } folder)
        {
            string path = run.Services.Environment.AbsolutePath(folder);
            Directory.CreateDirectory(path);
            foreach (Command command in root.Subcommands.Where(static sub => !sub.Hidden).Prepend(root))
            {
                string name = command == root ? "prox" : $"prox-{command.Name}";
                await File.WriteAllTextAsync(Path.Combine(path, $"{name}.1"), ManPage.Write(command), cancellationToken).ConfigureAwait(false);
            }

            run.Note($"The pages are in {path}.");
            return ExitCodes.Success;
        }

        Command page = root;
        foreach (string word in run.Value(_words) ?? [])
        {
            page = page.Subcommands.FirstOrDefault(sub => sub.Name == word) ?? throw CliException.Usage($"There is no command '{word}'", "See: prox commands");
        }

        await run.Services.Console.Out.WriteAsync(ManPage.Write(page).AsMemory(), cancellationToken).ConfigureAwait(false);
        return ExitCodes.Success;
    }
}
