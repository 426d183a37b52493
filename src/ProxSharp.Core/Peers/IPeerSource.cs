namespace ProxSharp.Peers;

/// <summary>Asks a cluster for its nodes.</summary>
internal interface IPeerSource
{
    /// <summary>Reads the nodes, the one that answers among them.</summary>
    Task<IReadOnlyList<ClusterPeer>> ReadAsync(CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    IReadOnlyList<ClusterPeer> Read(CancellationToken cancellationToken);
}
