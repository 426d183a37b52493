using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Monitoring;

namespace ProxSharp.Pve;

public sealed partial class Cluster
{
    /// <summary>
    /// Reads the latest entries of the cluster log, the newest first. Without <c>Sys.Syslog</c> on <c>/</c> only those of the caller are given.
    /// </summary>
    /// <param name="max">How many to read at most; null leaves it to the server (all it keeps).</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/log</c>.</remarks>
    public async Task<IReadOnlyList<ClusterLogEntry>> ListLogAsync(int? max = null, CancellationToken cancellationToken = default) =>
        Read(await Client.Api.Cluster.ListLogAsync(new ClusterListLogRequest { Max = max }, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="ListLogAsync"/>
    public IReadOnlyList<ClusterLogEntry> ListLog(int? max = null, CancellationToken cancellationToken = default) =>
        Read(Client.Api.Cluster.ListLog(new ClusterListLogRequest { Max = max }, cancellationToken: cancellationToken).Data);

    private static IReadOnlyList<ClusterLogEntry> Read(IReadOnlyList<ClusterLogItem> items) => [.. items.Select(static item => new ClusterLogEntry(item))];
}
