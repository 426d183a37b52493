using ProxSharp.Pve.Firewall;

namespace ProxSharp.Pve;

public sealed partial class Cluster
{
    /// <summary>The firewall of the cluster.</summary>
    public ClusterFirewall Firewall => new(Client);

    /// <summary>The firewall of a virtual network; nothing is sent.</summary>
    /// <param name="vnet">The name of the network.</param>
    public VnetFirewall VnetFirewall(string vnet) => new(Client, vnet);
}
