using ProxSharp.Pve.Firewall;

namespace ProxSharp.Pve;

public abstract partial class Guest
{
    /// <summary>The firewall of the guest.</summary>
    public GuestFirewall Firewall => new(this);
}
