using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Pools;

/// <summary>A resource pool.</summary>
public sealed record PoolInfo
{
    internal PoolInfo(PoolsItem item)
    {
        (Id, Comment) = (item.PoolId, item.Comment);
        Members = [.. item.Members.Select(static member => new PoolMember(member))];
    }

    /// <summary>The name of the pool; the name of a pool inside another one starts with the other's and a slash.</summary>
    public string Id { get; }

    /// <summary>The pool this one is inside of; null for none.</summary>
    public string? Parent => Id.LastIndexOf('/') is int slash and > 0 ? Id[..slash] : null;

    /// <summary>Free text; null for none.</summary>
    public string? Comment { get; }

    /// <summary>The guests and storages in it that the user may see; empty in lists. Members of pools inside this one do not count.</summary>
    public IReadOnlyList<PoolMember> Members { get; }

    /// <summary>The guests in it.</summary>
    public IEnumerable<VmId> Guests => Members.Where(static member => member.Guest is not null).Select(static member => member.Guest!.Value);

    /// <summary>The storages in it.</summary>
    public IEnumerable<StorageId> Storages => Members.Where(static member => member.Storage is not null).Select(static member => member.Storage!.Value);
}
