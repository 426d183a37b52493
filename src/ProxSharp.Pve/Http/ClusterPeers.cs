using ProxSharp.Peers;
using ProxSharp.Pve.Api;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Http;

/// <summary>Reads the nodes of a cluster: addresses from the cluster's state, fingerprints from the list of nodes.</summary>
internal sealed class ClusterPeers(PveClient client) : IPeerSource
{
    public async Task<IReadOnlyList<ClusterPeer>> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ClusterStatusItem> status = await client.Api.Cluster.ListStatusAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false);
        return Join(status, await client.Api.Nodes.ListAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));
    }

    public IReadOnlyList<ClusterPeer> Read(CancellationToken cancellationToken) =>
        Join(client.Api.Cluster.ListStatus(cancellationToken: cancellationToken).Data, client.Api.Nodes.List(cancellationToken: cancellationToken).Data);

    private static IReadOnlyList<ClusterPeer> Join(IReadOnlyList<ClusterStatusItem> status, IReadOnlyList<NodesItem> nodes) =>
    [
        .. status.Where(static item => item.Type == ClusterStatusType.Node).Select(item => new ClusterPeer(
            item.Name,
            item.Ip,
            CertificateFingerprint.TryParse(nodes.FirstOrDefault(node => node.Node == item.Name)?.SslFingerprint, out CertificateFingerprint fingerprint) ? fingerprint : null,
            item.Local == true)),
    ];
}
