using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Firewall;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve;

/// <summary>The cluster as a whole: membership, options, jobs, high availability and all else that is no single node's.</summary>
public sealed partial class Cluster
{
    internal Cluster(PveClient client) => Client = client;

    /// <summary>The background tasks of all nodes; the same as those of the client.</summary>
    public PveTasks Tasks => Client.Tasks;

    /// <summary>The firewall of the cluster.</summary>
    public ClusterFirewall Firewall => new(Client);

    internal PveClient Client { get; }

    /// <summary>The firewall of a virtual network; nothing is sent.</summary>
    /// <param name="vnet">The name of the network.</param>
    public VnetFirewall VnetFirewall(string vnet) => new(Client, vnet);

    /// <summary>
    /// Gets the lowest free guest number. It is not reserved: somebody else may take it first. <see cref="NodeVmCollection.CreateAsync"/> without a number
    /// claims one safely.
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/nextid</c>. For every user who is logged in.</remarks>
    /// <exception cref="ProxmoxApiException">No number is free.</exception>
    public async Task<VmId> GetNextIdAsync(CancellationToken cancellationToken = default) =>
        ToId(await Client.Api.Cluster.GetNextIdAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="GetNextIdAsync"/>
    public VmId GetNextId(CancellationToken cancellationToken = default) => ToId(Client.Api.Cluster.GetNextId(cancellationToken: cancellationToken).Data);

    /// <summary>
    /// Reads the latest entries of the cluster log, the newest first. Without <c>Sys.Syslog</c> on <c>/</c> only those of the caller are given.
    /// </summary>
    /// <param name="max">How many to read at most; null leaves it to the server (all it keeps).</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/log</c>.</remarks>
    public async Task<IReadOnlyList<ClusterLogEntry>> ListLogAsync(int? max = null, CancellationToken cancellationToken = default) =>
        Read(await Client.Api.Cluster.ListLogAsync(
            new ClusterListLogRequest { Max = max }, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListLogAsync"/>
    public IReadOnlyList<ClusterLogEntry> ListLog(int? max = null, CancellationToken cancellationToken = default) =>
        Read(Client.Api.Cluster.ListLog(new ClusterListLogRequest { Max = max }, cancellationToken: cancellationToken).Data);

    private static IReadOnlyList<ClusterLogEntry> Read(IReadOnlyList<ClusterLogItem> items) => [.. items.Select(static item => new ClusterLogEntry(item))];

    private static VmId ToId(long? number) => number is { } id
        ? new VmId(checked((int)id))
        : throw new ProxmoxProtocolException("The server names no free guest number.");
}
