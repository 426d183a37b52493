using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Secrets;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Agents;

/// <summary><c>prox agent token create</c>: a user and a token for an agent, with roles that give no more than is needed.</summary>
internal static class AgentTokenVerb
{
    private static readonly ResultShape s_shape = new()
    {
        LeadingFields = ["tokenid", "secret", "role", "context"],
        NameField = "tokenid",
        WholeField = "secret",
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Settings settings = new();
        return new Verb(
            "create",
            "Make a user, a role and a token for an agent, with the least privileges. The secret is shown once.",
            VerbClass.Change,
            (run, cancel) => CreateAsync(run, settings, cancel))
        {
            Calls =
            [
                "POST /access/roles", "POST /access/users", "POST /access/users/{userid}/token/{tokenid}", "POST /access/users/{userid}/token/{token-name}",
                "PUT /access/acl",
            ],
            Options = [settings.Role, settings.User, settings.Token, settings.Paths, settings.Store, settings.Name],
            Traits = VerbTraits.DryRun,
            IsNeverPlanned = true,
            Details =
                "Needs a context that may manage users. The token has privileges of its own (privilege separation); user and token get the same roles, "
                + "because a token never has more than its user. An operator cannot make or destroy guests, open consoles, run programs in guests, or change "
                + "rights.",
            Examples =
            [
                new("agent token create --role reader", "prints the token and its secret"),
                new("agent token create --role operator --path /pool/staging --store file --name lab-agent", "for one pool, kept as a context"),
            ],
        };
    }

    private sealed class Settings
    {
        public Settings()
        {
            Role.AcceptOnlyFromAmong("reader", "operator");
            Store.AcceptOnlyFromAmong("keyring", "file");
        }

        public Option<string> Role { get; } = new("--role")
        {
            Description = "reader: reads, changes nothing; operator: also runs and changes guests",
            HelpName = "role",
            Required = true,
        };

        public Option<string> User { get; } = new("--user")
        {
            Description = "The user that the token belongs to [default: prox-agent@pve, prox-agent@pbs]",
            HelpName = "user",
        };

        public Option<string> Token { get; } = new("--token-name") { Description = "The name of the token [default: the role]", HelpName = "name" };

        public Option<string[]> Paths { get; } = new("--path")
        {
            Description = "Where an operator may change things: /pool/staging, /vms/106, /datastore/store1 [default: /]; may be given again",
            HelpName = "path",
        };

        public Option<string> Store { get; } = new("--store")
        {
            Description = "Keep the secret in the keyring or a file and remember a context, in place of printing it",
            HelpName = "place",
        };

        public Option<string> Name { get; } = new("--name")
        {
            Description = "The name of that context [default: that of the server with the role behind it]",
            HelpName = "name",
        };
    }

    private static async Task<int> CreateAsync(VerbRun run, Settings settings, CancellationToken cancellationToken)
    {
        if (run.Command.Services.Planning is not null)
        {
            throw CliException.Usage("The secret of a token is shown once, and a plan would lose it", "Run it in a context that no policy guards");
        }

        ServerContext context = run.Context;
        bool isBackup = context.Product == ProxmoxProduct.BackupServer;
        AgentRole role = run.Value(settings.Role) == "operator" ? AgentRole.Operator : AgentRole.Reader;
        AgentGrant grant = GrantOf(run, settings, role, isBackup);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedCall> calls = await CallsAsync(run, session, grant, cancellationToken).ConfigureAwait(false);
        if (run.IsDryRun)
        {
            return await DryRun.ShowAsync(run, isBackup ? VerbContext.Pbs : VerbContext.Pve, calls, cancellationToken).ConfigureAwait(false);
        }

        string contextName = run.Value(settings.Name) ?? $"{context.Name ?? context.Endpoints[0].Host}-{role.Name}";
        CheckName(run, settings, contextName);
        string secret = await MakeAsync(session, calls, cancellationToken).ConfigureAwait(false);
        try
        {
            string? kept = run.Value(settings.Store) is { } place
                ? await KeepAsync(run, context, contextName, grant.TokenId, secret, place, cancellationToken).ConfigureAwait(false)
                : null;
            Write(run, grant, secret, kept);
            return ExitCodes.Success;
        }
        catch (Exception lost) when (lost is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // The server tells the secret only once: printed it is of use, lost it is not.
            run.Command.Warn($"the secret could not be stored, so it is printed: {lost.Message.ReplaceLineEndings(" ")}");
            Write(run, grant, secret, null);
            return ExitCodes.Error;
        }
    }

    private static AgentGrant GrantOf(VerbRun run, Settings settings, AgentRole role, bool isBackup)
    {
        string user = run.Value(settings.User) ?? (isBackup ? "prox-agent@pbs" : "prox-agent@pve");
        string name = run.Value(settings.Token) ?? role.Name;
        return LoginNames.IsUser(user) && LoginNames.IsTokenId($"{user}!{name}")
            ? new(role, user, name, run.Value(settings.Paths) is { Length: > 0 } paths ? paths : ["/"], isBackup)
            : throw CliException.Usage($"{user}!{name} can be no token", "A user is written name@realm; the name of a token has letters, digits and . - _");
    }

    // All are checked before the first is sent: a token without its rights is of no use, and its secret is shown once.
    private static async Task<IReadOnlyList<PlannedCall>> CallsAsync(
        VerbRun run, ServerSession session, AgentGrant grant, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlannedCall> calls = await grant.CallsAsync(session, cancellationToken).ConfigureAwait(false);
        foreach (PlannedCall call in calls)
        {
            await session.CheckAsync(run.IsShown, call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        }

        return calls;
    }

    private static void CheckName(VerbRun run, Settings settings, string name)
    {
        if (run.IsGiven(settings.Store) && run.Command.Services.Contexts.Load().Find(name) is not null)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"There is a context '{name}' already",
                Hint = "Choose another name with --name",
            });
        }
    }

    private static async Task<string> MakeAsync(ServerSession session, IReadOnlyList<PlannedCall> calls, CancellationToken cancellationToken)
    {
        string? secret = null;
        foreach (PlannedCall call in calls)
        {
            JsonElement answer = (await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false)).Data;
            secret = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("value", out JsonElement value) ? value.GetString() : secret;
        }

        return secret ?? throw new ProxmoxProtocolException("The server made a token and showed no secret.");
    }

    private static async Task<string> KeepAsync(
        VerbRun run, ServerContext context, string name, string token, string secret, string place, CancellationToken cancellationToken)
    {
        SecretReference reference = await SecretKeeper.StoreAsync(run.Command, name, secret, place, cancellationToken).ConfigureAwait(false);
        ServerContext kept = context with { Name = name, User = null, TokenId = token, Secret = reference, IsReadOnly = false };
        await run.Command.Services.Contexts.UpdateAsync(list => list.With(kept), cancellationToken).ConfigureAwait(false);
        run.Note($"The context '{name}' uses it: {PrintedCommands.Of("context", "use", name)}");
        return name;
    }

    private static void Write(VerbRun run, AgentGrant grant, string secret, string? context) => run.Write(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("tokenid", grant.TokenId);
        if (context is null)
        {
            json.WriteString("secret", secret);
        }

        json.WriteString("role", grant.Role.Name);
        json.WriteOptional("context", context);
        json.WriteEndObject();
    }), s_shape);
}
