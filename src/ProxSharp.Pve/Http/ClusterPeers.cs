using ProxSharp.Api;
using ProxSharp.Peers;
using ProxSharp.Pve.Api;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Http;

/// <summary>Reads the nodes of a cluster: addresses from the cluster's state, fingerprints from the list of nodes.</summary>
internal sealed class ClusterPeers(PveClient client) : IPeerSource
{
    // Some call waits for this.
    private static readonly ApiCallOptions s_brief = new() { Timeout = TimeSpan.FromSeconds(10) };

    public async Task<IReadOnlyList<ClusterPeer>> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ClusterStatusItem> status = await client.Api.Cluster.ListStatusAsync(s_brief, cancellationToken).DataAsync().ConfigureAwait(false);
        return Join(status, await client.Api.Nodes.ListAsync(s_brief, cancellationToken).DataAsync().ConfigureAwait(false));
    }

    public IReadOnlyList<ClusterPeer> Read(CancellationToken cancellationToken) =>
        Join(client.Api.Cluster.ListStatus(s_brief, cancellationToken).Data, client.Api.Nodes.List(s_brief, cancellationToken).Data);

    private static IReadOnlyList<ClusterPeer> Join(IReadOnlyList<ClusterStatusItem> status, IReadOnlyList<NodesItem> nodes) =>
    [
        .. status.Where(static item => item.Type == ClusterStatusType.Node).Select(item => new ClusterPeer(
            item.Name,
            item.Ip,
            Fingerprint(nodes.FirstOrDefault(node => node.Node == item.Name)?.SslFingerprint),
            item.Local == true)),
    ];

    private static CertificateFingerprint? Fingerprint(string? text) => CertificateFingerprint.TryParse(text, out CertificateFingerprint read) ? read : null;
}
