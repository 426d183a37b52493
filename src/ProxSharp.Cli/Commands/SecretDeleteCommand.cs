using System.CommandLine;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox secret delete</c>: removes a secret from the keyring.</summary>
internal sealed class SecretDeleteCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The name of the entry" };

    public SecretDeleteCommand(CommandServices services, GlobalOptions globals)
        : base("delete", "Remove a secret from the keyring.")
    {
        Add(_name);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
        [new("secret delete lab", "contexts with keyring:lab cannot log in any more"), new("secret delete lab --debug", "with details if it fails")];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        await KeyringErrors.ExplainedAsync(
            run.Services.Secrets.Keyring.DeleteAsync(SecretCommands.Name(run, run.Value(_name)!), cancellationToken)).ConfigureAwait(false);
        run.Note("Removed.");
        return ExitCodes.Success;
    }
}
