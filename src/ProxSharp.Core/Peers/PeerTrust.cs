using ProxSharp.Tls;

namespace ProxSharp.Peers;

/// <summary>Which certificate a learnt node may show by now: certificates are renewed, and the cluster tells so.</summary>
internal sealed class PeerTrust(ServerTrust trust)
{
    private volatile ServerTrust _trust = trust;

    /// <summary>What is trusted now.</summary>
    public ServerTrust Current
    {
        get => _trust;
        set => _trust = value;
    }
}
