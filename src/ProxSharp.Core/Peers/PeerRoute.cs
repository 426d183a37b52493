using ProxSharp.Tls;

namespace ProxSharp.Peers;

/// <summary>How a node is reached.</summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Trust">Which certificate it may show.</param>
internal sealed record PeerRoute(ProxmoxEndpoint Endpoint, ServerTrust Trust);
