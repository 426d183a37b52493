using ProxSharp.Pve.Agents;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <summary>The guest agent, which works inside the machine.</summary>
    public GuestAgent Agent => new(this);
}
