using ProxSharp.Ids;

namespace ProxSharp.Pve;

/// <summary>A container (LXC).</summary>
public sealed partial class Container : Guest
{
    internal Container(PveClient client, VmId id, string? node)
        : base(client, id, node)
    {
    }
}
