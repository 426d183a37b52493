using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How a guest is cloned.</summary>
public sealed record GuestCloneOptions
{
    /// <summary>The number of the clone; null (the default) claims a free one.</summary>
    public VmId? NewId { get; init; }

    /// <summary>Where a free number is looked for; null asks the server for its lowest one.</summary>
    public VmIdRange? IdRange { get; init; }

    /// <summary>The name of the clone: a VM's name, a container's host name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// True copies all data, false makes a linked clone that needs the template. Null (the default): templates give linked clones, other guests full
    /// ones.
    /// </summary>
    public bool? Full { get; init; }

    /// <summary>The snapshot to clone; null for the present state.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The node for the clone; the volumes must be on shared storage. Null for the node of the original.</summary>
    public NodeName? Target { get; init; }

    /// <summary>The pool the clone joins.</summary>
    public string? Pool { get; init; }

    /// <summary>The storage for a full clone; null for those of the original.</summary>
    public StorageId? Storage { get; init; }

    /// <summary>The format of the disks of a full clone. VMs only.</summary>
    public DiskFormat? Format { get; init; }

    /// <summary>Notes of the clone.</summary>
    public string? Description { get; init; }

    /// <summary>Limit in KiB/s; 0 means none, null takes the cluster's.</summary>
    public long? BandwidthLimit { get; init; }

    internal NodesQemuCloneRequest ForVm(VmId newId) => new()
    {
        NewId = newId.Value,
        Name = Name,
        Full = Full,
        SnapName = Snapshot,
        Target = Target?.Value,
        Pool = Pool,
        Storage = Storage?.Value,
        Format = Format,
        Description = Description,
        BwLimit = BandwidthLimit,
    };

    internal NodesLxcCloneRequest ForContainer(VmId newId)
    {
        OptionCheck.Refuse(Format is not null, nameof(Format), "VMs");
        return new NodesLxcCloneRequest
        {
            NewId = newId.Value,
            HostName = Name,
            Full = Full,
            SnapName = Snapshot,
            Target = Target?.Value,
            Pool = Pool,
            Storage = Storage?.Value,
            Description = Description,
            BwLimit = BandwidthLimit,
        };
    }
}
