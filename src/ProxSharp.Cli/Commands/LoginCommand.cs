using System.CommandLine;
using System.Net;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Secrets;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox login</c>: from a password to a context with an API token of few privileges.</summary>
internal sealed class LoginCommand : ProxCommand
{
    private const string UsualToken = "prox";

    private readonly LoginOptions _login = new(recursive: false);
    private readonly Argument<string[]> _urls = new("url")
    {
        Description = "The server's address, for example pve1; further addresses of the same cluster may follow",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> _name = new("--name")
    {
        Description = "The name of the context [default: the first part of the host name]",
        HelpName = "name",
    };
    private readonly Option<string> _role = new("--role")
    {
        Description = "The role of the token [default: PVEAuditor, on a backup server Audit: it reads only]; at a terminal it is asked for",
        HelpName = "role",
    };
    private readonly Option<string> _path = new("--path")
    {
        Description = "Where the token has the role, for example /vms/100, /pool/web or /datastore/store1 [default: /]",
        HelpName = "path",
    };
    private readonly Option<string> _tokenName = new("--token-name")
    {
        Description = "The name of the token [default: prox, or prox and the name of this machine where that is taken]",
        HelpName = "name",
    };
    private readonly Option<string> _store = new("--store")
    {
        Description = "Where the token's secret goes: keyring or file [default: the keyring if there is one]",
        HelpName = "place",
    };
    private readonly ContextRules _rules = new();
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace a context of that name" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the API calls that would make the token; log in to nothing, send nothing" };
    private readonly Option<bool> _keep = new("--keep-current") { Description = "Leave the current context as it is" };

    public LoginCommand(CommandServices services, GlobalOptions globals)
        : base("login", "Log in with a password once, make an API token with few privileges, and remember the server.")
    {
        _store.AcceptOnlyFromAmong("keyring", "file");
        Add(_urls);
        Option[] all =
        [
            _login.User, _login.Secret, _name, _role, _path, _tokenName, _store, _replace, _keep, _dryRun, .. _rules.All, _login.Product, _login.Fingerprints,
            _login.AuthorityFile, _login.Insecure,
        ];
        foreach (Option option in all)
        {
            Add(option);
        }

        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override VerbClass? Class => VerbClass.Change;

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("login pve1", "asks for user, password, second factor, and what the token may do"),
        new("login pve1 pve2 --user me@pve --role PVEVMAdmin --name lab", "a token that operates guests"),
        new("login pve1 --user me@pve --role PVEVMUser --path /pool/web --dry-run", "see what it would make"),
        new("login pbs1:8007 --user root@pam --secret env:PBS_PASSWORD --store file", "a backup server, without a question"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The password is not stored. The token has its own privileges: what its role gives it on the path, and no more than its user has. A certificate that "
        + "nothing vouches for is asked about at a terminal, and refused elsewhere.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string[] urls = run.Value(_urls)!;
        CheckOrder(run, urls);
        _rules.Check(run);
        ServerContext server = Server(run, urls, run.Value(_login.User));
        string name = server.Name!;
        CheckName(run, name);
        if (run.Value(_dryRun))
        {
            return await ShowAsync(run, server, cancellationToken).ConfigureAwait(false);
        }

        await GuardedContexts.ConfirmAsync(run, name, null, cancellationToken).ConfigureAwait(false);

        // A token that is made is a change of the server.
        ChangeRules.CheckContext(server);
        Questions questions = new(run, cancellationToken);
        string user = await UserAsync(run, questions).ConfigureAwait(false);
        string password = await PasswordAsync(run, questions, user, cancellationToken).ConfigureAwait(false);
        ServerContext person = Server(run, urls, user) with { User = user, Trust = _login.ReadTrust(run) };
        ServerSession session = ServerSession.Open(run, person, password, cancellationToken);
        await using (session.ConfigureAwait(false))
        {
            string token = $"{user}!{run.Value(_tokenName) ?? UsualToken}";

            // What is forbidden anyway needs neither a password nor answers, and who mistypes a password has answered no questions in vain.
            session.CheckGuard(ApiMethod.Post, LoginCalls.TokenPath(token), []);
            await session.GetAsync("/version", null, cancellationToken).ConfigureAwait(false);
            TokenRights rights = await TokenRights.AskAsync(
                run, questions, person.Product, run.Value(_role), run.Value(_path), () => RolesAsync(session, cancellationToken)).ConfigureAwait(false);
            (token, string secret) = await MakeTokenAsync(run, session, token, cancellationToken).ConfigureAwait(false);
            SecretReference reference = await SettleAsync(run, session, new(person, token, secret), rights, cancellationToken).ConfigureAwait(false);
            run.Note(
                $"Logged in as {user}. The token {token} has the role {rights.Role} on {rights.Path}; its secret is at {reference}. "
                + (run.Value(_keep) ? $"The context is '{name}'." : $"The context '{name}' is current."));
        }

        return ExitCodes.Success;
    }

    // A server that does not tell its roles finds a slip when the token gets its role.
    private static async Task<IReadOnlyCollection<string>?> RolesAsync(ServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return (await KeptRoles.ReadRolesAsync(session, cancellationToken).ConfigureAwait(false)).Keys;
        }
        catch (ProxmoxApiException)
        {
            return null;
        }
    }

    // Without a login nobody knows which names are taken: the usual one is shown.
    private async Task<int> ShowAsync(CommandRun run, ServerContext server, CancellationToken cancellationToken)
    {
        Questions questions = new(run, cancellationToken);
        string user = await UserAsync(run, questions).ConfigureAwait(false);
        TokenRights rights = await TokenRights.AskAsync(
            run, questions, server.Product, run.Value(_role), run.Value(_path), static () => Task.FromResult<IReadOnlyCollection<string>?>(null)).ConfigureAwait(false);
        string token = $"{user}!{run.Value(_tokenName) ?? UsualToken}";
        return DryRun.Show(
            run,
            server,
            SchemaSource.Embedded(server.Product),
            [LoginCalls.Token(server.Product, token), LoginCalls.Grant(server.Product, token, rights)]);
    }

    // The order of context add: the name would become the server that the password goes to.
    private void CheckOrder(CommandRun run, string[] urls)
    {
        if (urls.Length > 1 && !urls[0].AsSpan().ContainsAny('.', ':', '/') && urls.Skip(1).All(static url => url.Contains("://", StringComparison.Ordinal)))
        {
            string name = run.Value(_name) ?? urls[0];
            throw CliException.Usage(
                $"'{urls[0]}' would be the first server to log in to, and it looks like the name of a context",
                $"Write {PrintedCommands.Of(["login", .. urls.Skip(1), "--name", name])}; if it is a server: https://{urls[0]}");
        }
    }

    private ServerContext Server(CommandRun run, string[] urls, string? user)
    {
        ProxmoxProduct product = _login.NamedProduct(run) ?? Products.Guess(urls, user);
        ProxmoxEndpoint[] endpoints = [.. urls.Select(url => Products.ParseEndpoint(url, product))];
        return new ServerContext
        {
            Name = run.Value(_name) ?? NameOf(endpoints[0]),
            Product = product,
            Endpoints = endpoints,
            IsReadOnly = run.Services.Environment.IsReadOnly,
        };
    }

    // The first part of a name tells the server; that of an address does not.
    private static string NameOf(ProxmoxEndpoint endpoint)
    {
        string host = new Uri($"https://{endpoint.Authority}").Host.Trim('[', ']');
        return IPAddress.TryParse(host, out _) ? host.Replace(':', '-').Trim('-') : host.Split('.')[0];
    }

    /// <summary>Gives a token that was just made its role and keeps its secret; a token whose secret nobody has is deleted again.</summary>
    private async Task<SecretReference> SettleAsync(
        CommandRun run, ServerSession session, MadeToken made, TokenRights rights, CancellationToken cancellationToken)
    {
        bool isGranted = false;
        try
        {
            if (await GrantAsync(session, made.Token, rights, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw await UndoAsync(run, session, made, rights, refusal, cancellationToken).ConfigureAwait(false);
            }

            isGranted = true;
            return await KeepAsync(run, made, isCurrent: !run.Value(_keep), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is InvalidOperationException or IOException or UnauthorizedAccessException
            || (isGranted && lost is CliException)
            || (lost is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            CliError? error = await new LostToken(run, session, made.Token).DeleteAsync(LoginCalls.TokenPath(made.Token), lost).ConfigureAwait(false);
            throw error is null ? new OperationCanceledException(lost.Message, lost, cancellationToken) : new CliException(error, lost);
        }
    }

    private void CheckName(CommandRun run, string name)
    {
        ContextNames.Check(name, ContextNames.ByOption);
        if (run.Services.Contexts.Load().Find(name) is not null && !run.Value(_replace))
        {
            throw new CliException(
                new CliError
                {
                    Code = "conflict",
                    ExitCode = ExitCodes.Conflict,
                    Message = $"There is a context '{name}' already",
                    Hint = "Choose another name with --name, or add --replace",
                });
        }
    }

    private async Task<string> UserAsync(CommandRun run, Questions questions)
    {
        string? user = run.Value(_login.User) ?? (questions.CanAsk ? await questions.AskAsync("User (for example root@pam): ").ConfigureAwait(false) : null);
        return user is not null && LoginNames.IsUser(user)
            ? user
            : throw CliException.Usage(user is null ? "Nobody is named to log in as" : "That is no user", "A user is written with its realm: --user root@pam");
    }

    private async Task<string> PasswordAsync(CommandRun run, Questions questions, string user, CancellationToken cancellationToken)
    {
        if (run.Value(_login.Secret) is { } reference)
        {
            return await run.Services.Secrets.ReadAsync(
                SecretReference.Parse(reference, run.Services.Environment), run.Note, cancellationToken).ConfigureAwait(false);
        }

        return questions.CanAsk
            ? await questions.AskSecretAsync($"Password of {user}: ").ConfigureAwait(false)
            : throw CliException.Usage(
                "There is no password, and nobody can be asked", "Say where it is: --secret env:NAME, file:/path, keyring:NAME or 'exec:command arguments'");
    }

    // Whoever logs in on a second machine has a token of the usual name already, and its secret is on the first one.
    private async Task<(string Token, string Secret)> MakeTokenAsync(
        CommandRun run, ServerSession session, string token, CancellationToken cancellationToken)
    {
        try
        {
            return (token, await MakeTokenAsync(session, token, run.Note, cancellationToken).ConfigureAwait(false));
        }
        catch (CliException taken) when (taken.Error.ExitCode == ExitCodes.Conflict && run.Value(_tokenName) is null)
        {
            string second = $"{token}-{MachineName(run.Services.Environment.MachineName)}";
            string secret = await MakeTokenAsync(session, second, run.Note, cancellationToken).ConfigureAwait(false);
            run.Note($"There is a token {token} already, maybe of another machine: this one is {second}.");
            return (second, secret);
        }
    }

    private static string MachineName(string name) =>
        string.Concat(name.Split('.')[0].Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));

    private static async Task<string> MakeTokenAsync(
        ServerSession session, string token, Action<string> tell, CancellationToken cancellationToken)
    {
        PlannedCall call = LoginCalls.Token(session.Context.Product, token);
        try
        {
            JsonElement made = (await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false)).Data;
            return made.GetProperty("value").GetString()!;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            tell($"The command was interrupted while the server made the token {token}: if it is there now, delete it, for nobody knows its secret.");
            throw;
        }
        catch (ProxmoxApiException exists) when (exists.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            throw new CliException(
                new CliError
                {
                    Code = "conflict",
                    ExitCode = ExitCodes.Conflict,
                    Message = $"The token {token} exists already, and its secret cannot be read again",
                    Hint = "Choose another name with --token-name, or remove it first",
                },
                exists);
        }
    }

    /// <summary>Gives the token its role; returns why that was refused, null if it was not.</summary>
    private static async Task<ProxmoxException?> GrantAsync(ServerSession session, string token, TokenRights rights, CancellationToken cancellationToken)
    {
        PlannedCall call = LoginCalls.Grant(session.Context.Product, token, rights);
        try
        {
            await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ProxmoxException refusal)
        {
            return refusal;
        }
    }

    /// <summary>
    /// Deletes a token that got no role, so that another try finds its name free. Where that fails its secret is kept: it cannot be read again.
    /// </summary>
    private async Task<CliException> UndoAsync(
        CommandRun run, ServerSession session, MadeToken made, TokenRights rights, ProxmoxException refusal, CancellationToken cancellationToken)
    {
        CliError error = ErrorMapper.Map(refusal);
        string refused = $"the role {rights.Role} on {rights.Path} could not be given to it: {error.Message}";
        try
        {
            await session.CallAsync(ApiMethod.Delete, LoginCalls.TokenPath(made.Token), [], null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception kept) when (kept is ProxmoxException or CliException)
        {
            await KeepAsync(run, made, isCurrent: false, cancellationToken).ConfigureAwait(false);
            string grant = IsBackup(session)
                ? $"proxmox-backup-manager acl update {rights.Path} {rights.Role} --auth-id '{made.Token}'"
                : $"pveum acl modify {rights.Path} --roles {rights.Role} --tokens '{made.Token}'";
            return new CliException(
                error with
                {
                    Message = $"The token {made.Token} was made and is kept in the context '{made.Person.Name}', but it may do nothing yet: {refused}; "
                        + $"and it could not be deleted again: {ErrorMapper.Map(kept).Message}",
                    Hint = $"Ask an administrator: {grant}; then: prox context use {made.Person.Name}",
                },
                refusal);
        }

        return new CliException(
            error with
            {
                Message = $"The token {made.Token} was deleted again, for {refused}",
                Hint = "Choose what you may grant with --role and --path, or let an administrator log in or make the token; "
                    + "a token that is there already is added with: prox context add",
            },
            refusal);
    }

    private async Task<SecretReference> KeepAsync(CommandRun run, MadeToken made, bool isCurrent, CancellationToken cancellationToken)
    {
        string name = made.Person.Name!;
        SecretReference reference = await SecretKeeper.StoreAsync(run, name, made.Secret, run.Value(_store), cancellationToken).ConfigureAwait(false);
        ServerContext context = _rules.Apply(run, made.Person with { User = null, TokenId = made.Token, Secret = reference });
        await run.Services.Contexts.UpdateAsync(
            list => isCurrent ? list.With(context) with { Current = name } : list.With(context), cancellationToken).ConfigureAwait(false);
        return reference;
    }

    private static bool IsBackup(ServerSession session) => session.Context.Product == ProxmoxProduct.BackupServer;

    /// <summary>A token that was made a moment ago, and the context of the person it was made for.</summary>
    private sealed record MadeToken(ServerContext Person, string Token, string Secret);
}
