using ProxSharp.Pve.Firewall;

namespace ProxSharp.Pve;

public sealed partial class Node
{
    /// <summary>The firewall of the node.</summary>
    public NodeFirewall Firewall => new(this);
}
