using ProxSharp.Ids;

namespace ProxSharp.Pve;

/// <summary>A virtual machine.</summary>
public sealed partial class Vm : Guest
{
    internal Vm(PveClient client, VmId id, string? node)
        : base(client, id, node)
    {
    }
}
