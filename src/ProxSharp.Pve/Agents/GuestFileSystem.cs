namespace ProxSharp.Pve.Agents;

/// <summary>A mounted file system inside a guest.</summary>
public sealed record GuestFileSystem
{
    /// <summary>The name of its device inside the guest.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is mounted.</summary>
    public required string MountPoint { get; init; }

    /// <summary>Its kind, for example <c>ext4</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Its size in bytes that users can fill; null if the guest does not tell.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Bytes in use; null if the guest does not tell.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>The disks it lies on.</summary>
    public IReadOnlyList<GuestDisk> Disks { get; init; } = [];
}
