using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Pools;

/// <summary>A guest or a storage in a resource pool.</summary>
public sealed record PoolMember
{
    internal PoolMember(PoolsMembersItem item)
    {
        Details = item;
        Guest = item.Type == PoolMemberType.Storage ? null : WireValues.Guest(item.VmId);
        Storage = item.Type == PoolMemberType.Storage && StorageId.TryParse(item.Storage, out StorageId storage) ? storage : null;
        Node = NodeName.TryParse(item.Node, out NodeName node) ? node : null;
    }

    /// <summary>What it is: a virtual machine, a container or a storage.</summary>
    public PoolMemberType Type => Details.Type;

    /// <summary>The number of the guest; null for a storage.</summary>
    public VmId? Guest { get; }

    /// <summary>The name of the storage; null for a guest.</summary>
    public StorageId? Storage { get; }

    /// <summary>The node it is on. A storage is listed once, with one of its nodes.</summary>
    public NodeName? Node { get; }

    /// <summary>The name of the guest; null for a storage.</summary>
    public string? Name => Details.Name;

    /// <summary>The state, for example <c>running</c> or <c>available</c>; null if it is not known.</summary>
    public string? Status => Details.Status;

    /// <summary>All that the server said, with figures.</summary>
    public PoolsMembersItem Details { get; }
}
