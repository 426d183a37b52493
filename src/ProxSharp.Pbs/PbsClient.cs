using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>A client for Proxmox Backup Server. Safe for concurrent use; keep one for the life of the program.</summary>
/// <example>
/// <code>
/// await using PbsClient pbs = PbsClient.Connect("https://pbs1:8007", ProxmoxCredentials.ApiToken("backup@pbs!ci", secret));
/// BackupGroup group = pbs.Datastores["store1"].Groups["vm/100"];
/// IReadOnlyList&lt;PruneDecision&gt; plan = await group.PreviewPruneAsync(new RetentionPolicy { KeepLast = 3, KeepDaily = 7 });
/// </code>
/// </example>
public sealed class PbsClient : ProxmoxClient
{
    // Proxmox: a backup server is always one machine, and its paths know it by this name, whatever its own is.
    internal const string LocalNode = "localhost";

    private static readonly NodeName s_localNode = NodeName.Parse(LocalNode, null);

    /// <summary>Creates a client. Nothing is sent until the first call.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public PbsClient(ProxmoxClientOptions options)
        : base(options, PbsApiSchema.Embedded)
    {
        Api = new PbsApi(Connection);
        Tasks = new PbsTasks(this);
    }

    /// <summary>Every endpoint of Proxmox Backup Server as a typed method.</summary>
    public PbsApi Api { get; }

    /// <summary>The datastores of the server.</summary>
    public DatastoreCollection Datastores => new(this);

    /// <summary>The background tasks of the server.</summary>
    public PbsTasks Tasks { get; }

    /// <summary>The machine that the server runs on.</summary>
    public Node Node => new(this, s_localNode);

    /// <summary>The jobs that copy backups to or from other servers or datastores.</summary>
    public SyncJobs SyncJobs => new(this);

    /// <summary>The jobs that remove old backups.</summary>
    public PruneJobs PruneJobs => new(this);

    /// <summary>The jobs that check backups against their checksums.</summary>
    public VerifyJobs VerifyJobs => new(this);

    /// <summary>The other servers that this one copies backups from or to.</summary>
    public Remotes Remotes => new(this);

    /// <summary>The rules that limit the speed of connections.</summary>
    public TrafficControl TrafficControl => new(this);

    /// <summary>The S3 endpoints that datastores can use.</summary>
    public S3Endpoints S3Endpoints => new(this);

    /// <summary>The keys that sync jobs encrypt and decrypt backups with.</summary>
    public EncryptionKeys EncryptionKeys => new(this);

    /// <summary>Where the server sends its metrics, and the metrics themselves.</summary>
    public MetricServers Metrics => new(this);

    /// <summary>Who is told about what.</summary>
    public Notifications Notifications => new(this);

    /// <summary>Accounts and plugins for certificates from ACME directories.</summary>
    public Acme Acme => new(this);

    /// <summary>Users, permissions, realms, API tokens and second factors.</summary>
    public Access Access => new(this);

    /// <summary>Tape drives, changers, media, and backups on tape.</summary>
    public Tape Tape => new(this);

    /// <summary>Creates a client for one server. Nothing is sent until the first call.</summary>
    /// <param name="address">The server as <see cref="ProxmoxEndpoint.Parse"/> reads it, for example <c>https://pbs1:8007</c> or <c>pbs1</c>.</param>
    /// <param name="credentials">Who the client is.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static PbsClient Connect(string address, ProxmoxCredentials credentials) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(address, ProxmoxProduct.BackupServer)],
        Credentials = credentials,
    });

    /// <summary>Gets the version of the server.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /version</c>. For every user who is logged in.</remarks>
    public Task<VersionResult> GetVersionAsync(CancellationToken cancellationToken = default) =>
        Api.GetVersionAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetVersionAsync"/>
    public VersionResult GetVersion(CancellationToken cancellationToken = default) => Api.GetVersion(cancellationToken: cancellationToken).Data;

    /// <summary>Asks whether the server is up. Nobody needs to be logged in for that.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if the server says so; whatever keeps it from answering is thrown.</returns>
    /// <exception cref="ProxmoxConnectionException">The server cannot be reached.</exception>
    /// <remarks><c>GET /ping</c>. For everybody.</remarks>
    public async Task<bool> PingAsync(CancellationToken cancellationToken = default) =>
        (await Api.GetPingAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Data.Pong;

    /// <inheritdoc cref="PingAsync"/>
    public bool Ping(CancellationToken cancellationToken = default) => Api.GetPing(cancellationToken: cancellationToken).Data.Pong;

    /// <summary>Lists the entries below the nodes, of which there is one: <c>localhost</c>.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes</c>. For <c>root@pam</c>.</remarks>
    public Task<IReadOnlyList<NodesItem>> ListNodesAsync(CancellationToken cancellationToken = default) =>
        Api.Nodes.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListNodesAsync"/>
    public IReadOnlyList<NodesItem> ListNodes(CancellationToken cancellationToken = default) => Api.Nodes.List(cancellationToken: cancellationToken).Data;
}
