using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>Where a disk goes: another storage, or another guest.</summary>
public sealed record GuestMoveDiskOptions
{
    /// <summary>The target storage; null with <see cref="TargetGuest"/>.</summary>
    public StorageId? Storage { get; init; }

    /// <summary>The format of the image at the target; null keeps it if the storage can. VMs only.</summary>
    public DiskFormat? Format { get; init; }

    /// <summary>Destroys the original after the copy; otherwise (the default) it is kept as an unused volume.</summary>
    public bool DeleteSource { get; init; }

    /// <summary>The guest that gets the disk; null for a move between storages.</summary>
    public VmId? TargetGuest { get; init; }

    /// <summary>The name the disk gets in the target guest; null for the same one.</summary>
    public string? TargetDisk { get; init; }

    /// <summary>The digest of the configuration as last read: the call fails if it has changed since. Null does not check.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The digest of the target guest's configuration as last read. Null does not check.</summary>
    public Digest? TargetDigest { get; init; }

    /// <summary>Limit in KiB/s; 0 means none, null takes the cluster's.</summary>
    public long? BandwidthLimit { get; init; }

    internal NodesQemuMoveDiskRequest ForVm(string disk) => new()
    {
        Disk = new QemuMovableDisk(disk),
        Storage = Storage?.Value,
        Format = Format,
        Delete = OptionCheck.Flag(DeleteSource),
        TargetVmId = TargetGuest?.Value,
        TargetDisk = TargetDisk is null ? null : new QemuMovableDisk(TargetDisk),
        Digest = Digest?.Value,
        TargetDigest = TargetDigest?.Value,
        BwLimit = BandwidthLimit,
    };

    internal NodesLxcMoveVolumeRequest ForContainer(string disk)
    {
        OptionCheck.Refuse(Format is not null, nameof(Format), "VMs");
        return new NodesLxcMoveVolumeRequest
        {
            Volume = new LxcVolume(disk),
            Storage = Storage?.Value,
            Delete = OptionCheck.Flag(DeleteSource),
            TargetVmId = TargetGuest?.Value,
            TargetVolume = TargetDisk is null ? null : new LxcVolume(TargetDisk),
            Digest = Digest?.Value,
            TargetDigest = TargetDigest?.Value,
            BwLimit = BandwidthLimit,
        };
    }
}
