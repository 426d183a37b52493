using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context trust</c>: accepts another certificate of a server that is remembered, as after a renewal.</summary>
internal sealed class ContextTrustCommand : ProxCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The context" };
    private readonly Argument<string[]> _fingerprints = new("sha256")
    {
        Description = "The SHA-256 fingerprint of the certificate; several where the nodes of a cluster show different ones",
        Arity = ArgumentArity.OneOrMore,
    };

    public ContextTrustCommand(CommandServices services, GlobalOptions globals)
        : base("trust", "Accept the certificates with these fingerprints, and no others, as those of a server.")
    {
        Add(_name);
        Add(_fingerprints);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("context trust lab AB:CD:...", "the certificate was renewed, and the server itself shows this fingerprint"),
        new("context trust lab AB:CD:... 12:34:...", "a cluster of two nodes"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "Compare the fingerprint with what the server itself shows: pvenode cert info, or proxmox-backup-manager cert info. It takes the place of whatever the "
        + "context trusted before: fingerprints, an authority, any certificate. Nothing is sent to the server.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        TrustSettings trust = new() { Fingerprints = [.. run.Value(_fingerprints)!.Select(LoginOptions.ReadFingerprint).Distinct()] };
        ContextList known = run.Services.Contexts.Load();
        ServerContext next = (known.Find(name) ?? throw ConnectionOptions.Unknown(name, known)) with { Trust = trust };
        await GuardedContexts.ConfirmAsync(run, name, next, cancellationToken).ConfigureAwait(false);
        await run.Services.Contexts.UpdateAsync(
            list => list.With((list.Find(name) ?? throw ConnectionOptions.Unknown(name, list)) with { Trust = trust }), cancellationToken).ConfigureAwait(false);
        run.Note($"Context '{name}' accepts {trust} and nothing else.");
        return ExitCodes.Success;
    }
}
