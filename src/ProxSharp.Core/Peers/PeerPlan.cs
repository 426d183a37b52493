using System.Globalization;
using System.Net;
using ProxSharp.Tls;

namespace ProxSharp.Peers;

/// <summary>Decides under which address a node is reached and which certificate it may show. Pure.</summary>
internal static class PeerPlan
{
    /// <summary>Makes the endpoint of a node.</summary>
    /// <param name="trust">What the user trusts.</param>
    /// <param name="teller">The endpoint that told about the node; its connection was trusted.</param>
    /// <param name="local">The name of the node behind that endpoint; null if it is not known.</param>
    /// <param name="peer">The node.</param>
    /// <returns>Null if the node cannot be reached in a way that is trusted.</returns>
    public static PeerRoute? Make(ServerTrust trust, ProxmoxEndpoint teller, string? local, ClusterPeer peer)
    {
        // Whoever can change what a plain connection carries could name any server and any certificate.
        if (teller.Scheme != Uri.UriSchemeHttps)
        {
            return null;
        }

        if (trust.JudgesByFingerprint(teller))
        {
            return peer is { Fingerprint: { } fingerprint } && Endpoint(teller, peer.Address ?? peer.Name) is { } pinned
                ? new PeerRoute(pinned, trust.WithPins([new(pinned, fingerprint)]))
                : null;
        }

        string? host = trust.AcceptsAnything ? peer.Address ?? peer.Name : Name(teller, local, peer);
        return host is not null && Endpoint(teller, host) is { } named ? new PeerRoute(named, trust) : null;
    }

    // A certificate that an authority signed is for a name. The user's own way of writing names is kept: a domain that follows the node's name, or addresses.
    private static string? Name(ProxmoxEndpoint teller, string? local, ClusterPeer peer)
    {
        if (IPAddress.TryParse(teller.Host.Trim('[', ']'), out _))
        {
            return peer.Address;
        }

        bool hasDomain = local is not null && teller.Host.StartsWith(local + ".", StringComparison.OrdinalIgnoreCase);
        return hasDomain ? peer.Name + teller.Host[local!.Length..] : peer.Name;
    }

    private static ProxmoxEndpoint? Endpoint(ProxmoxEndpoint teller, string host)
    {
        string bracketed = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        string text = string.Create(CultureInfo.InvariantCulture, $"{teller.Scheme}://{bracketed}:{teller.Port}");
        return ProxmoxEndpoint.TryParse(text, ProxmoxProduct.VirtualEnvironment, out ProxmoxEndpoint? endpoint) ? endpoint : null;
    }
}
