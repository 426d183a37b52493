using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

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
    public override string Details =>
        "A policy of yours holds for the addresses of its context: a person has to type the name at a terminal to forget such a context.";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context remove lab", "forget lab"),
        new("context list", "see what is left"),
    ];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        await GuardedContexts.ConfirmAsync(run, name, null, cancellationToken).ConfigureAwait(false);
        bool wasCurrent = false;
        await run.Services.Contexts.UpdateAsync(
            list =>
            {
                wasCurrent = list.Current == name;
                return list.Find(name) is null ? throw ConnectionOptions.Unknown(name, list) : list.Without(name);
            },
            cancellationToken).ConfigureAwait(false);
        run.Note($"Context '{name}' removed.{(wasCurrent ? " No context is current now: choose one with: prox context use NAME" : "")}");
        return ExitCodes.Success;
    }
}
