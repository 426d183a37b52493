using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;
using ProxSharp.WebSockets;

namespace ProxSharp;

/// <summary>The base of the clients: one connection to the servers of a cluster. Safe for concurrent use; keep it for the life of the program.</summary>
public abstract class ProxmoxClient : IDisposable, IAsyncDisposable
{
    private readonly ProxmoxConnection _connection;
    private readonly ApiSchema _embedded;

    /// <summary>Creates a client. Nothing is sent until the first call.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <param name="schema">The facts of the product's API.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    protected ProxmoxClient(ProxmoxClientOptions options, ApiSchema schema)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schema);
        Options = options;
        _embedded = schema;
        _connection = new ProxmoxConnection(options, schema.Product, schema);
        Raw = new RawApi(_connection);
    }

    /// <summary>How the client reaches its servers.</summary>
    public ProxmoxClientOptions Options { get; }

    /// <summary>What carries the calls; for code that makes typed calls of its own.</summary>
    public ApiConnection Connection => _connection;

    /// <summary>Any call by verb and path.</summary>
    public RawApi Raw { get; }

    /// <summary>The endpoint that answered last; the first one before any did.</summary>
    public ProxmoxEndpoint CurrentEndpoint => _connection.CurrentEndpoint;

    /// <summary>
    /// All endpoints: those of the options, then those that were learnt from the cluster (see <see cref="ProxmoxClientOptions.LearnPeers"/>).
    /// </summary>
    public IReadOnlyList<ProxmoxEndpoint> Endpoints => [.. _connection.Endpoints];

    /// <summary>
    /// The facts that calls are checked against and the raw API looks up. At the start those that ship with the library; a schema of the
    /// client's own server can take their place, so that a newer server is never blocked.
    /// </summary>
    public ApiSchema Schema
    {
        get => _connection.Schema;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Product != _connection.Schema.Product)
            {
                throw new ArgumentException("The schema belongs to the other product.", nameof(value));
            }

            _connection.Schema = value;
        }
    }

    /// <summary>
    /// Reads the schema that the server publishes about itself and makes it the client's <see cref="Schema"/>: parameters that are new in the
    /// server's version are accepted from then on, and endpoints and parameters have descriptions.
    /// </summary>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="ProxmoxProtocolException">The server publishes no schema, or one that cannot be read; the client keeps its own.</exception>
    public async Task<ApiSchema> LoadSchemaAsync(CancellationToken cancellationToken = default)
    {
        string version = VersionOf(await Raw.GetAsync("/version", cancellationToken: cancellationToken).ConfigureAwait(false));
        ApiDownload script = await OpenScriptAsync(cancellationToken).ConfigureAwait(false);
        await using (script.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await script.Content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return Schema = ServerSchemaReader.Read(bytes.ToArray(), _embedded.Product, _embedded, version);
        }
    }

    /// <inheritdoc cref="LoadSchemaAsync"/>
    public ApiSchema LoadSchema(CancellationToken cancellationToken = default)
    {
        string version = VersionOf(Raw.Get("/version", cancellationToken: cancellationToken));
        using ApiDownload script = OpenScript(cancellationToken);
        using MemoryStream bytes = new();
        script.Content.CopyTo(bytes);
        return Schema = ServerSchemaReader.Read(bytes.ToArray(), _embedded.Product, _embedded, version);
    }

    /// <summary>
    /// Opens a websocket: the call goes through the client's endpoints, trust, credentials and time-outs like any other, and its connection is the
    /// caller's from then on.
    /// </summary>
    /// <param name="operation">The endpoint, one that ends in <c>websocket</c>.</param>
    /// <param name="parameters">The parameters of the call, those of the path included.</param>
    /// <param name="options">How the websocket is opened and kept.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxApiException">The server refuses.</exception>
    /// <exception cref="ProxmoxProtocolException">The server answers, but opens no websocket.</exception>
    public Task<ProxmoxWebSocketStream> OpenWebSocketAsync(
        ApiOperation operation, ApiParameters parameters, ProxmoxWebSocketOptions? options = null, CancellationToken cancellationToken = default)
        => _connection.OpenWebSocketAsync(operation, parameters, options ?? new ProxmoxWebSocketOptions(), cancellationToken);

    /// <inheritdoc cref="OpenWebSocketAsync"/>
    public ProxmoxWebSocketStream OpenWebSocket(
        ApiOperation operation, ApiParameters parameters, ProxmoxWebSocketOptions? options = null, CancellationToken cancellationToken = default)
        => _connection.OpenWebSocket(operation, parameters, options ?? new ProxmoxWebSocketOptions(), cancellationToken);

    /// <summary>Tells whether a call of this client got a task as its answer, among those of late.</summary>
    internal bool KnowsTask(string upid) => _connection.Tasks.Contains(upid);

    /// <summary>Makes a call after which the connection speaks another protocol and is the caller's.</summary>
    internal Task<UpgradedConnection> UpgradeAsync(
        ApiOperation operation, ApiParameters parameters, string protocol, ApiCallOptions? options, CancellationToken cancellationToken)
        => _connection.UpgradeAsync(operation, parameters, protocol, options, cancellationToken);

    /// <summary>Closes all connections. Calls that are still running fail.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    public ValueTask DisposeAsync()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes successful calls ask now and then for the nodes of the cluster.</summary>
    internal void LearnPeersFrom(Peers.IPeerSource source) => _connection.LearnPeersFrom(source);

    /// <summary>Frees what the client holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _connection.Dispose();
        }
    }

    private async Task<ApiDownload> OpenScriptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.DownloadAsync(
                ServerSchema.Operation(_embedded.Product), [], ServerSchema.Options(Options), cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException answer) when (ServerSchema.IsMissing(answer))
        {
            throw ServerSchema.Missing(_embedded.Product, answer);
        }
    }

    private ApiDownload OpenScript(CancellationToken cancellationToken)
    {
        try
        {
            return _connection.Download(ServerSchema.Operation(_embedded.Product), [], ServerSchema.Options(Options), cancellationToken);
        }
        catch (ProxmoxApiException answer) when (ServerSchema.IsMissing(answer))
        {
            throw ServerSchema.Missing(_embedded.Product, answer);
        }
    }

    private static string VersionOf(ApiResponse<JsonElement> answer)
        => answer.Data.ValueKind == JsonValueKind.Object && answer.Data.TryGetProperty("version", out JsonElement version) ? version.ToString() : "";
}
