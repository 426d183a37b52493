using ProxSharp.Authentication;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>A client for Proxmox VE. Safe for concurrent use; keep one for the life of the program.</summary>
/// <example>
/// <code>
/// await using PveClient pve = PveClient.Connect("https://pve1:8006", ProxmoxCredentials.ApiToken("root@pam!ci", secret));
/// Vm vm = await pve.FindVmAsync("web1");
/// await vm.StartAsync().WaitForCompletionAsync();
/// </code>
/// </example>
public sealed partial class PveClient : ProxmoxClient
{
    /// <summary>Creates a client. Nothing is sent until the first call.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public PveClient(ProxmoxClientOptions options)
        : base(options, PveApiSchema.Embedded)
    {
        Api = new PveApi(Connection);
        Tasks = new PveTasks(this);
        Locator = new GuestLocator(this);
        if (options.LearnPeers)
        {
            LearnPeersFrom(new ClusterPeers(this));
        }
    }

    /// <summary>Every endpoint of Proxmox VE as a typed method.</summary>
    public PveApi Api { get; }

    /// <summary>The cluster as a whole.</summary>
    public Cluster Cluster => new(this);

    /// <summary>Users, groups, roles, permissions and what belongs to them.</summary>
    public Access Access => new(this);

    /// <summary>The nodes of the cluster.</summary>
    public NodeCollection Nodes => new(this);

    /// <summary>The storages as they are defined for the whole cluster. What is on them is found at a node: <see cref="Node.Storages"/>.</summary>
    public ClusterStorageCollection Storages => new(this);

    /// <summary>The resource pools.</summary>
    public PoolCollection Pools => new(this);

    /// <summary>One action with many guests.</summary>
    public PveBulk Bulk => new(this);

    /// <summary>The whole cluster in one view, also when parts of it do not answer.</summary>
    public PveInventory Inventory => new(this);

    /// <summary>The background tasks of the cluster.</summary>
    public PveTasks Tasks { get; }

    internal GuestLocator Locator { get; }

    /// <summary>Creates a client for one server. Nothing is sent until the first call.</summary>
    /// <param name="address">The server as <see cref="ProxmoxEndpoint.Parse"/> reads it, for example <c>https://pve1:8006</c> or <c>pve1</c>.</param>
    /// <param name="credentials">Who the client is.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static PveClient Connect(string address, ProxmoxCredentials credentials) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(address, ProxmoxProduct.VirtualEnvironment)],
        Credentials = credentials,
    });

    /// <summary>Gets the version of the server that answers.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /version</c>. For every user who is logged in.</remarks>
    public Task<VersionResult> GetVersionAsync(CancellationToken cancellationToken = default) =>
        Api.GetVersionAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetVersionAsync"/>
    public VersionResult GetVersion(CancellationToken cancellationToken = default) => Api.GetVersion(cancellationToken: cancellationToken).Data;
}
