using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context use</c>: chooses the current context.</summary>
internal sealed class ContextUseCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The context to use from now on" };

    public ContextUseCommand(CommandServices services, GlobalOptions globals)
        : base("use", "Choose the context that commands use when none is named.")
    {
        Add(_name);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context use lab", "use lab from now on"),
        new("api get /version --context backup", "use another context once, without choosing it"),
    ];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        await run.Services.Contexts
            .UpdateAsync(list => list.Find(name) is null ? throw ConnectionOptions.Unknown(name, list) : list with { Current = name }, cancellationToken)
            .ConfigureAwait(false);
        run.Note($"Context '{name}' is current.");
        return ExitCodes.Success;
    }
}
