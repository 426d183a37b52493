using System.CommandLine;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox secret set</c>: stores a secret in the keyring.</summary>
internal sealed class SecretSetCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The name of the entry: letters, digits and - _ . @" };

    public SecretSetCommand(CommandServices services, GlobalOptions globals)
        : base("set", "Store a secret in the keyring: type it, or pipe it in.")
    {
        Add(_name);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
        [new("secret set lab", "at a terminal it is asked for and not shown"), new("secret set lab < token.txt", "from a file, its last line break left out")];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = SecretCommands.Name(run, run.Value(_name)!);
        Questions questions = new(run, cancellationToken);
        string secret = questions.CanAsk
            ? await questions.AskSecretAsync($"Secret for {name}: ").ConfigureAwait(false)
            : (await Terminal.HeldReading.ToEndAsync(run.Services.Console, cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n');
        if (secret.Length == 0)
        {
            throw CliException.Usage("There is no secret to store", "Type it, or pipe it in");
        }

        await KeyringErrors.ExplainedAsync(run.Services.Secrets.Keyring.StoreAsync(name, secret, cancellationToken)).ConfigureAwait(false);
        run.Note($"Stored. Use it as: --secret keyring:{name}");
        return ExitCodes.Success;
    }
}
