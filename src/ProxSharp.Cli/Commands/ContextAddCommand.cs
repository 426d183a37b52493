using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox context add</c>: remembers a server.</summary>
internal sealed class ContextAddCommand : ProxCommand
{
    private readonly LoginOptions _login = new(recursive: false);
    private readonly Argument<string> _name = new("name") { Description = "The name of the context: letters, digits, '.', '_' and '-'" };
    private readonly Argument<string[]> _urls = new("url")
    {
        Description = "The server's address, for example pve1 or https://pve1:8006; further addresses of the same cluster are tried if the first is away",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly ContextRules _rules = new();
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace a context of that name" };
    private readonly Option<bool> _use = new("--use") { Description = "Make it the current context" };

    public ContextAddCommand(CommandServices services, GlobalOptions globals)
        : base("add", "Remember a server under a name. The first context becomes the current one.")
    {
        Add(_name);
        Add(_urls);
        foreach (Option option in _login.All.Concat(_rules.All))
        {
            Add(option);
        }

        Add(_replace);
        Add(_use);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "context add lab pve1 pve2 --token-id 'root@pam!ci' --secret env:PVE_SECRET --ca-file pve-root-ca.pem",
            "a cluster, with an API token from the environment"),
        new(
            "context add home 10.0.0.5 --user root@pam --secret 'exec:pass show pve' --fingerprint AB:CD:...",
            "a password from a password manager, and a pinned certificate"),
        new("context add backup pbs1:8007 --token-id 'sync@pbs!nightly' --secret file:/run/secrets/pbs", "a backup server"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The file holds no secret, only where to find it. Nothing is sent to the server.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string name = run.Value(_name)!;
        ContextNames.Check(name, "Use letters, digits, '.', '_' and '-'");
        ServerContext context = _rules.Apply(run, _login.Read(run, name, run.Value(_urls)!));
        if (run.Value(_replace))
        {
            await GuardedContexts.ConfirmAsync(run, name, context, cancellationToken).ConfigureAwait(false);
        }

        await GuardedContexts.ConfirmNewAsync(run, context, cancellationToken).ConfigureAwait(false);
        ContextList changed = await run.Services.Contexts.UpdateAsync(list => Add(run, list, context), cancellationToken).ConfigureAwait(false);
        bool current = changed.Current == name;
        run.Note($"Context '{name}' saved{(current ? " and current" : "")}. Try it: prox api get /version{(current ? "" : $" --context {name}")}");
        if (context.Trust.IsInsecure)
        {
            run.Warn($"the certificate of '{name}' is not checked. Whoever is on the way to the server can read the secret.");
        }

        if (run.IsMachineOutput)
        {
            run.WriteVersioned(JsonText.Build(json => ContextFile.WriteContext(json, context, current)));
        }

        return ExitCodes.Success;
    }

    private ContextList Add(CommandRun run, ContextList list, ServerContext context)
    {
        string name = context.Name!;
        if (list.Find(name) is not null && !run.Value(_replace))
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"There is a context '{name}' already",
                Hint = "Take another name, or add --replace",
            });
        }

        bool current = run.Value(_use) || list.Items.Count == 0 || list.Current == name;
        return current ? list.With(context) with { Current = name } : list.With(context);
    }
}
