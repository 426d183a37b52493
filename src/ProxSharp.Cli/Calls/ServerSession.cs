using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Calls;

/// <summary>A connection to the server that the user chose.</summary>
internal sealed class ServerSession : IAsyncDisposable
{
    private static readonly JsonElement s_none = JsonElement.Parse("[]");

    private readonly ProxmoxClient _client;
    private readonly CommandServices? _services;
    private readonly GuardPlace? _place;
    private readonly ConcurrentDictionary<string, Task<IReadOnlyList<string>>> _names = new(StringComparer.Ordinal);
    private IReadOnlyList<GuestSummary>? _protected;

    private ServerSession(
        ServerContext context, ProxmoxClient client, CommandServices? services = null, GuardPlace? place = null, OperationGuard? guard = null) =>
        (Context, _client, _services, _place, Guard) = (context, client, services, place, guard);

    /// <summary>The server.</summary>
    public ServerContext Context { get; }

    /// <summary>True if a policy guards the server.</summary>
    public bool IsGuarded => _place is { HasPolicy: true };

    /// <summary>What stands between the commands and the server; null if nothing does.</summary>
    public OperationGuard? Guard { get; }

    /// <summary>The client, if the server is a Proxmox VE node.</summary>
    public PveClient? Pve => _client as PveClient;

    /// <summary>The client, if the server is a backup server.</summary>
    public PbsClient? Pbs => _client as PbsClient;

    /// <summary>Uses a client that exists; it is disposed with the session.</summary>
    public static ServerSession Over(ServerContext context, ProxmoxClient client) => new(context, client);

    /// <summary>Gets everything ready; nothing is sent before the first call.</summary>
    /// <exception cref="CliException">The secret is not where it should be.</exception>
    public static async Task<ServerSession> OpenAsync(CommandRun run, ServerContext context, CancellationToken cancellationToken) =>
        Open(run, context, await SecretAsync(run, context, cancellationToken).ConfigureAwait(false), cancellationToken);

    /// <summary>Gets everything ready with a guard, whether there is a policy or not.</summary>
    /// <param name="run">The run.</param>
    /// <param name="context">The server.</param>
    /// <param name="options">How the guard works.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The secret is not where it should be.</exception>
    public static async Task<ServerSession> OpenGuardedAsync(
        CommandRun run, ServerContext context, GuardOptions options, CancellationToken cancellationToken)
    {
        string secret = await SecretAsync(run, context, cancellationToken).ConfigureAwait(false);
        OperationGuard guard = OperationGuard.Create(context.Product, ClientOptions(run, context, secret, cancellationToken), options);
        return new ServerSession(context, guard.Client, run.Services, GuardPlaces.Find(run.Services, context), guard);
    }

    /// <summary>Gets everything ready with a secret that was typed.</summary>
    public static ServerSession Open(CommandRun run, ServerContext context, string secret, CancellationToken cancellationToken)
    {
        ProxmoxClientOptions options = ClientOptions(run, context, secret, cancellationToken);
        GuardPlace place = GuardPlaces.Find(run.Services, context);
        if (place.HasPolicy || run.Services.Environment.IsReadOnlyName)
        {
            OperationGuard guard = OperationGuard.Create(context.Product, options, GuardPlaces.Options(place, context));
            return new ServerSession(context, guard.Client, run.Services, place, guard);
        }

        ProxmoxClient client = context.Product == ProxmoxProduct.BackupServer ? new PbsClient(options) : new PveClient(options);
        return new ServerSession(context, client);
    }

    /// <summary>How the server is reached, for a guard of one's own.</summary>
    /// <exception cref="CliException">The secret is not where it should be.</exception>
    public static async Task<ProxmoxClientOptions> OptionsAsync(CommandRun run, ServerContext context, CancellationToken cancellationToken) =>
        ClientOptions(run, context, await SecretAsync(run, context, cancellationToken).ConfigureAwait(false), cancellationToken);

    private static async Task<string> SecretAsync(CommandRun run, ServerContext context, CancellationToken cancellationToken)
    {
        run.Server = context;
        if (context.Secret is not { } reference)
        {
            return "";
        }

        string secret = await run.Services.Secrets.ReadAsync(reference, run.Note, cancellationToken).ConfigureAwait(false);
        return context.TokenId is null || secret.All(static c => c is > ' ' and < (char)127) ? secret : throw new CliException(new CliError
        {
            Code = "secret",
            ExitCode = ExitCodes.Authentication,
            Message = $"What is at {reference.ShortText} cannot be the secret of an API token: it has blanks, or signs that are not ASCII",
            Hint = "Put there the bare value that was shown when the token was made, or name another place.",
        });
    }

    private static ProxmoxClientOptions ClientOptions(CommandRun run, ServerContext context, string secret, CancellationToken cancellationToken)
    {
        if (context.Trust.IgnoresSigners && !run.AsksOtherServers)
        {
            run.Services.Environment.LeaveOutAuthorities?.Invoke();
        }

        Questions questions = new(run, cancellationToken);
        return new ProxmoxClientOptions
        {
            Endpoints = context.Endpoints,
            Credentials = context.TokenId is { } token
                ? ProxmoxCredentials.ApiToken(token, secret)
                : ProxmoxCredentials.Password(context.User!, secret, questions.SecondFactor),
            Trust = Trust(context, run, questions),
            TimeProvider = run.Services.Time,
            Recorder = run.Recorder,
            UserAgent = $"prox/{ToolVersion.Text}",
            LoggerFactory = (ILoggerFactory?)run.HttpLog ?? NullLoggerFactory.Instance,
        };
    }

    /// <summary>Reads the server's own schema; calls are checked against it from then on.</summary>
    /// <exception cref="CliException">The server publishes none.</exception>
    public async Task<ApiSchema> LoadSchemaAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _client.LoadSchemaAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxProtocolException e) when (e.InnerException is ProxmoxApiException answer)
        {
            throw new CliException(
                new CliError
                {
                    Code = "no_schema",
                    ExitCode = ExitCodes.Error,
                    Message = "This server publishes no schema",
                    Hint = "Leave out --from-server: the schema inside the tool is used then.",
                    Status = (int)answer.StatusCode,
                },
                e);
        }
    }

    /// <summary>Makes a call.</summary>
    /// <exception cref="CliException">A rule of the context is against it.</exception>
    public async Task<ApiResponse<JsonElement>> CallAsync(
        ApiMethod method, string path, ApiParameters parameters, ApiCallOptions? options, CancellationToken cancellationToken)
    {
        await CheckAsync(method, path, parameters, cancellationToken).ConfigureAwait(false);
        CheckGuard(method, path, parameters);
        return await _client.Raw.SendAsync(method, path, parameters, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a call that only says what it would do, which a context that is read-only allows.</summary>
    /// <exception cref="CliException">It is no such call, or a policy is against it.</exception>
    public Task<ApiResponse<JsonElement>> TryOutAsync(ApiMethod method, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        CheckGuard(method, path, parameters);
        return _client.Raw.SendAsync(method, path, parameters, null, cancellationToken);
    }

    /// <summary>Makes sure that the rules of the context allow a call: it may be read-only, and guests may have protected tags.</summary>
    /// <exception cref="CliException">They do not.</exception>
    public Task CheckAsync(ApiMethod method, string path, ApiParameters parameters, CancellationToken cancellationToken) =>
        CheckAsync(isShown: false, method, path, parameters, cancellationToken);

    /// <summary>Makes sure that the rules of the context allow a call. One that is only shown may be read about in a context that is read-only.</summary>
    /// <param name="isShown">True if the call is shown and not sent.</param>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path.</param>
    /// <param name="parameters">The other parameters.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CliException">They do not.</exception>
    public async Task CheckAsync(bool isShown, ApiMethod method, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        if (!CallClass.Changes(method, path))
        {
            return;
        }

        if (!isShown)
        {
            ChangeRules.CheckContext(Context);
        }

        if (Context.ProtectedTags.Count > 0 && Pve is { } pve)
        {
            _protected ??= [.. (await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(guest => ChangeRules.IsProtected(Context, guest))];
            await ChangeRules.CheckReachAsync(Context, pve, new PlanRequest(method, path, parameters), _protected, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses what is no read in a context that only reads, and where a policy guards the server; there it says how it is planned.</summary>
    /// <exception cref="CliException">It has to be planned, or is forbidden.</exception>
    public void CheckGuard(ApiMethod method, string path, ApiParameters parameters)
    {
        if (Context.IsReadOnly && !GuardedMode.IsRead(Context, method, path, parameters))
        {
            ChangeRules.CheckContext(Context);
        }

        if (_services is { Environment.IsReadOnlyName: true })
        {
            GuardedMode.CheckRead(Context, method, path, parameters);
        }

        if (IsGuarded && _place is not null && _services is not null)
        {
            GuardedMode.Check(_services, _place, Context, method, path, parameters);
        }
    }

    /// <summary>Lets a conversation with the backup server through where a policy guards it; null where none does.</summary>
    /// <param name="path"><c>/backup</c> or <c>/reader</c>.</param>
    /// <param name="keys">The group that it is about.</param>
    /// <exception cref="GuardRefusedException">The policy does not allow it.</exception>
    public GuardedSession? Converse(string path, ApiParameters keys) =>
        Guard is not null && IsGuarded && _services is not { Environment.IsReadOnlyName: true } ? Guard.OpenSession(path, keys) : null;

    /// <summary>Reads.</summary>
    /// <exception cref="CliException">It is more than a read, and a policy guards the server.</exception>
    public Task<ApiResponse<JsonElement>> GetAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        CheckGuard(ApiMethod.Get, path, parameters ?? []);
        return _client.Raw.GetAsync(path, parameters, null, cancellationToken);
    }

    /// <summary>Reads a list of objects. What a server answers that has none to tell, or a list that is null, is an empty one.</summary>
    /// <exception cref="ProxmoxProtocolException">The answer is another thing.</exception>
    /// <exception cref="CliException">It is more than a read, and a policy guards the server.</exception>
    public async Task<JsonElement> ListAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        JsonElement answer = (await GetAsync(path, parameters, cancellationToken).ConfigureAwait(false)).Data;
        return answer.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => s_none,
            JsonValueKind.Array when answer.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Object) => answer,
            _ => throw new ProxmoxProtocolException($"GET {path} was answered with something else than the list of objects that the API has there"),
        };
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="ProxmoxProtocolException">The answer is another thing.</exception>
    /// <exception cref="CliException">It is more than a read, and a policy guards the server.</exception>
    public async Task<JsonElement> ObjectAsync(string path, CancellationToken cancellationToken)
    {
        JsonElement answer = (await GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
        return answer.ValueKind == JsonValueKind.Object
            ? answer
            : throw new ProxmoxProtocolException($"GET {path} was answered with something else than the object that the API has there");
    }

    /// <summary>The names on a list, read once for the whole run, for those who have to choose one; none if it cannot be read.</summary>
    /// <param name="path">The path of the list.</param>
    /// <param name="member">The member that names an item.</param>
    public Task<IReadOnlyList<string>> NamesAsync(string path, string member) => _names.GetOrAdd(path, list => ReadNamesAsync(list, member));

    private async Task<IReadOnlyList<string>> ReadNamesAsync(string path, string member)
    {
        try
        {
            JsonElement items = (await GetAsync(path, null, CancellationToken.None).ConfigureAwait(false)).Data;
            IEnumerable<string> names = (items.ValueKind == JsonValueKind.Array ? items.EnumerateArray().AsEnumerable() : [])
                .Select(item => item.TryGetProperty(member, out JsonElement name) ? name.GetString() : null).OfType<string>();
            return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
        catch (ProxmoxException)
        {
            // It is for an error message, which says more than that there was another one.
            return [];
        }
    }

    /// <summary>Sends a file.</summary>
    /// <param name="path">The path of the call.</param>
    /// <param name="upload">The file.</param>
    /// <param name="parameters">The other parameters.</param>
    /// <param name="options">What differs from other calls.</param>
    /// <param name="terminal">Where the progress is shown; null shows none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ApiResponse<JsonElement>> UploadAsync(
        string path, CallUpload upload, ApiParameters parameters, ApiCallOptions? options, TextWriter? terminal, CancellationToken cancellationToken)
    {
        await CheckAsync(ApiMethod.Post, path, parameters, cancellationToken).ConfigureAwait(false);
        CheckGuard(ApiMethod.Post, path, parameters);
        FileStream content = new(
            upload.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (content.ConfigureAwait(false))
        {
            UploadProgress? progress = terminal is null ? null : new UploadProgress(terminal, content.Length);
            ApiUpload file = new(content, upload.Name) { Progress = progress };
            try
            {
                return await _client.Raw.UploadAsync(path, file, parameters, options, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                progress?.End();
            }
        }
    }

    /// <summary>Reads raw bytes.</summary>
    /// <exception cref="CliException">It is more than a read, and a policy guards the server.</exception>
    public Task<ApiDownload> DownloadAsync(string path, ApiParameters parameters, ApiCallOptions? options, CancellationToken cancellationToken)
    {
        CheckGuard(ApiMethod.Get, path, parameters);
        return _client.Raw.DownloadAsync(path, parameters, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static ServerTrust Trust(ServerContext context, CommandRun run, Questions questions)
    {
        TrustSettings trust = context.Trust;
        if (trust.IsInsecure)
        {
            return ServerTrust.Insecure;
        }

        if (trust.Fingerprints.Count > 0)
        {
            return ServerTrust.Pin([.. trust.Fingerprints.Select(static fingerprint => fingerprint.ToString())]);
        }

        if (trust.AuthorityFile is { } file)
        {
            return AuthorityCertificate.Load(file);
        }

        // A certificate that a person confirmed once is remembered beside the contexts, as ssh does with host keys.
        return ServerTrust.FirstUse(new FingerprintStore(run.Services.Contexts.KnownServers), questions.CanAsk ? questions.Trusts : null);
    }
}
