using ProxSharp.Tls;

namespace ProxSharp.Peers;

/// <summary>A node as its cluster tells about it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The address inside the cluster; null if it is not known.</param>
/// <param name="Fingerprint">The fingerprint of the certificate it shows; null if it is not known.</param>
/// <param name="IsLocal">True for the node that told it.</param>
internal sealed record ClusterPeer(string Name, string? Address, CertificateFingerprint? Fingerprint, bool IsLocal);
