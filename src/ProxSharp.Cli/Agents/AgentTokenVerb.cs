using System.CommandLine;
using System.Text.Json;
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
            Options = [settings.Role, settings.User, settings.Token, settings.Paths, settings.Storages, settings.Networks, settings.Store, settings.Name],
            Traits = VerbTraits.DryRun,
            IsNeverPlanned = true,
            Details =
                "Needs a context that may manage users. The token has privileges of its own (privilege separation). A user that is made for it gets the same "
                + "roles, because a token never has more than its user; what a user that was there may do stays as it is, and what it lacks is told. If a call "
                + "fails, what was made before is taken back. An operator cannot make or destroy guests, open consoles, run programs in guests, set "
                + "passwords or keys by cloud-init, or change rights; on a backup server it makes backups and removes none. Below a path other than /, backups and new disks need --storage, and changes of network "
                + "devices --bridge.",
            Examples =
            [
                new("agent token create --role reader", "prints the token and its secret"),
                new(
                    "agent token create --role operator --path /pool/staging --storage local --bridge vmbr0 --store file --name lab-agent",
                    "for one pool, with backups, kept as a context"),
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
            Description = "The user that the token belongs to [default: prox-agent, for an operator prox-operator, in the realm pve or pbs]",
            HelpName = "user",
        };

        public Option<string> Token { get; } = new("--token-name") { Description = "The name of the token [default: the role]", HelpName = "name" };

        public Option<string[]> Paths { get; } = new("--path")
        {
            Description = "Where an operator may change things: /pool/staging, /vms/106, /datastore/store1 [default: /]; may be given again",
            HelpName = "path",
        };

        public Option<string[]> Storages { get; } = new("--storage")
        {
            Description = "A storage that an operator may put backups and disks on; may be given again",
            HelpName = "storage",
        };

        public Option<string[]> Networks { get; } = new("--bridge")
        {
            Description = "A bridge that an operator may connect guests to, or ZONE/VNET; may be given again",
            HelpName = "bridge",
        };

        public Option<string> Store { get; } = new("--store")
        {
            Description = "Keep the secret in the keyring or a file and remember a context, in place of printing it",
            HelpName = "place",
        };

        public Option<string> Name { get; } = new("--name")
        {
            Description = "The name of that context, with --store [default: that of the server with the role behind it]",
            HelpName = "name",
        };
    }

    private static async Task<int> CreateAsync(VerbRun run, Settings settings, CancellationToken cancellationToken)
    {
        if (run.Command.Services.Planning is not null)
        {
            throw CliException.Usage("The secret of a token is shown once, and a plan would lose it", "Run it in a context that no policy guards");
        }

        if (run.IsGiven(settings.Name) && !run.IsGiven(settings.Store))
        {
            throw CliException.Usage(
                "--name is the name of the context that --store makes, and --store is missing", "Add --store keyring or --store file; the token's name is --token-name");
        }

        ServerContext context = run.Context;
        bool isBackup = context.Product == ProxmoxProduct.BackupServer;
        AgentRole role = run.Value(settings.Role) == "operator" ? AgentRole.Operator : AgentRole.Reader;
        AgentGrant grant = GrantOf(run, settings, role, isBackup);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedCall> calls = await CallsAsync(run, session, grant, cancellationToken).ConfigureAwait(false);
        string contextName = run.Value(settings.Name) ?? $"{context.Name ?? context.Endpoints[0].Host}-{role.Name}";
        CheckName(run, settings, contextName);
        if (run.IsDryRun)
        {
            Tell(run, grant, await MissingAsync(run, session, grant, cancellationToken).ConfigureAwait(false));
            return await DryRun.ShowAsync(run, isBackup ? VerbContext.Pbs : VerbContext.Pve, calls, cancellationToken).ConfigureAwait(false);
        }

        IReadOnlyList<AgentRights> missing = await MissingAsync(run, session, grant, cancellationToken).ConfigureAwait(false);
        string secret = await new AgentMaker(session, run.Command.Warn).MakeAsync(calls, cancellationToken).ConfigureAwait(false);
        Tell(run, grant, missing);
        return await HandOverAsync(run, settings, grant, (contextName, secret), missing, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> HandOverAsync(
        VerbRun run,
        Settings settings,
        AgentGrant grant,
        (string Context, string Secret) made,
        IReadOnlyList<AgentRights> missing,
        CancellationToken cancellationToken)
    {
        try
        {
            string? kept = run.Value(settings.Store) is { } place
                ? await KeepAsync(run, run.Context, made.Context, grant.TokenId, made.Secret, place, cancellationToken).ConfigureAwait(false)
                : null;
            Write(run, grant, made.Secret, kept, missing);
            return ExitCodes.Success;
        }
        catch (Exception lost) when (
            lost is InvalidOperationException or IOException or UnauthorizedAccessException or CliException or OperationCanceledException)
        {
            // The server tells the secret only once: printed it is of use, lost it is not.
            run.Command.Warn($"the secret could not be stored, so it is printed: {lost.Message.ReplaceLineEndings(" ")}");
            Write(run, grant, made.Secret, null, missing);
            return ExitCodes.Error;
        }
    }

    private static async Task<IReadOnlyList<AgentRights>> MissingAsync(
        VerbRun run, ServerSession session, AgentGrant grant, CancellationToken cancellationToken)
    {
        if (!grant.IsUserThere)
        {
            return [];
        }

        IReadOnlyList<AgentRights>? missing = await AgentRights.MissingAsync(session, grant, cancellationToken).ConfigureAwait(false);
        if (missing is null)
        {
            run.Command.Warn($"what {grant.User} may do cannot be read here, and a token never has more than its user");
        }

        return missing ?? [];
    }

    private static void Tell(VerbRun run, AgentGrant grant, IReadOnlyList<AgentRights> missing)
    {
        foreach (AgentRights lack in missing)
        {
            run.Command.Warn(
                $"{grant.User} was there before and keeps the rights it has: on {lack.Path} it lacks {string.Join(", ", lack.Privileges)}, so {grant.TokenId} "
                + $"lacks them too. This gives them and keeps what it has there: {string.Join("; ", lack.Lines)}");
        }

        foreach (string limit in grant.Limits)
        {
            run.Note(limit);
        }
    }

    private static AgentGrant GrantOf(VerbRun run, Settings settings, AgentRole role, bool isBackup)
    {
        string user = run.Value(settings.User) ?? (role == AgentRole.Operator ? "prox-operator@" : "prox-agent@") + (isBackup ? "pbs" : "pve");
        string name = run.Value(settings.Token) ?? role.Name;
        if (!LoginNames.IsUser(user) || !LoginNames.IsTokenId($"{user}!{name}"))
        {
            throw CliException.Usage($"{user}!{name} can be no token", "A user is written name@realm; the name of a token has letters, digits and . - _");
        }

        AgentScope scope = AgentScope.Parse(
            role, isBackup, run.Value(settings.Paths) ?? [], run.Value(settings.Storages) ?? [], run.Value(settings.Networks) ?? []);
        return new AgentGrant(role, user, name, scope, isBackup, run.Command.Services.Time.GetUtcNow());
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
        if (!run.IsGiven(settings.Store))
        {
            return;
        }

        ContextNames.Check(name, ContextNames.ByOption);
        if (run.Command.Services.Contexts.Load().Find(name) is not null)
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

    private static async Task<string> KeepAsync(
        VerbRun run, ServerContext context, string name, string token, string secret, string place, CancellationToken cancellationToken)
    {
        SecretReference reference = await SecretKeeper.StoreAsync(run.Command, name, secret, place, cancellationToken).ConfigureAwait(false);
        ServerContext kept = context with { Name = name, User = null, TokenId = token, Secret = reference, IsReadOnly = false };
        await run.Command.Services.Contexts.UpdateAsync(list => list.With(kept), cancellationToken).ConfigureAwait(false);
        run.Note($"The context '{name}' uses it: {PrintedCommands.Of("context", "use", name)}");
        return name;
    }

    private static void Write(VerbRun run, AgentGrant grant, string secret, string? context, IReadOnlyList<AgentRights> missing) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("tokenid", grant.TokenId);
            if (context is null)
            {
                json.WriteString("secret", secret);
            }

            json.WriteString("role", grant.Role.Name);
            json.WriteOptional("context", context);
            if (missing.Count > 0)
            {
                WriteMissing(json, missing);
            }

            json.WriteEndObject();
        }),
        s_shape);

    private static void WriteMissing(Utf8JsonWriter json, IReadOnlyList<AgentRights> missing)
    {
        json.WriteStartArray("missing");
        foreach (AgentRights lack in missing)
        {
            json.WriteStartObject();
            json.WriteString("path", lack.Path);
            json.WriteString("privileges", string.Join(',', lack.Privileges));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
