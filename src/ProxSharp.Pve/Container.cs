using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve;

/// <summary>A container (LXC).</summary>
public sealed partial class Container : Guest
{
    internal Container(PveClient client, VmId id, string? node)
        : base(client, id, node)
    {
    }

    /// <inheritdoc/>
    public override GuestType Type => GuestType.Lxc;

    /// <summary>The configuration.</summary>
    public ContainerConfigEditor Config => new(this);

    /// <inheritdoc/>
    public override ContainerSnapshots Snapshots => new(this);

    internal NodesLxcApi Api => Client.Api.Nodes.Lxc;
}
