using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context remove</c>: forgets a server.</summary>
internal sealed class ContextRemoveCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The context to forget" };

    public ContextRemoveCommand(CommandServices services, GlobalOptions globals)
        : base("remove", "Forget a server. Nothing changes on the server, and the secret stays where it is.")
    {
        Aliases.Add("rm");
        Add(_name);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context remove lab", "forget lab"),
        new("context list", "see what is left"),
    ];

    private Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        ContextList list = run.Services.Contexts.Load();
        if (list.Find(name) is null)
        {
            throw ConnectionOptions.Unknown(name, list);
        }

        run.Services.Contexts.Save(list.Without(name));
        run.Note($"Context '{name}' removed.{(list.Current == name ? " No context is current now: choose one with: prox context use NAME" : "")}");
        return Task.FromResult(ExitCodes.Success);
    }
}
