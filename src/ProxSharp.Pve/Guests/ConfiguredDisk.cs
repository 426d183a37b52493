using ProxSharp.PropertyStrings;

namespace ProxSharp.Pve.Guests;

/// <summary>A disk, drive, mount point or unused volume in a guest's configuration.</summary>
public sealed record ConfiguredDisk
{
    internal static readonly IReadOnlyList<string> VmKeys = ["scsi", "virtio", "sata", "ide", "efidisk", "tpmstate", "unused"];

    internal static readonly IReadOnlyList<string> ContainerKeys = ["mp", "unused"];

    /// <summary>The name of the option, for example <c>scsi0</c> or <c>rootfs</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The volume, for example <c>local-lvm:vm-100-disk-0</c>; <c>none</c> for an empty drive; a path for a bind mount.</summary>
    public required string Volume { get; init; }

    /// <summary>The size; null if the configuration does not say.</summary>
    public DiskSize? Size { get; init; }

    /// <summary>True for CD-ROM drives, the cloud-init drive included.</summary>
    public bool IsCdRom { get; init; }

    /// <summary>True for a volume that was detached and still exists.</summary>
    public bool IsUnused => Key.StartsWith("unused", StringComparison.Ordinal);

    internal static IReadOnlyList<ConfiguredDisk> Of(IReadOnlyDictionary<string, string> values, IReadOnlyList<string> prefixes) =>
    [
        .. values
            .Where(pair => (pair.Key == "rootfs" && prefixes == ContainerKeys) || prefixes.Any(prefix => GuestSettings.TryGetIndex(pair.Key, prefix, out _)))
            .Select(static pair => Read(pair.Key, pair.Value)),
    ];

    private static ConfiguredDisk Read(string key, string text)
    {
        string volume = "";
        DiskSize? size = null;
        bool isCdRom = false;
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(text).Items)
        {
            switch (entry.Key)
            {
                case null or "file" or "volume":
                    volume = entry.Value;
                    break;
                case "size":
                    size = DiskSize.TryParse(entry.Value, null, out DiskSize read) ? read : null;
                    break;
                case "media":
                    isCdRom = entry.Value == "cdrom";
                    break;
            }
        }

        return new ConfiguredDisk { Key = key, Volume = volume, Size = size, IsCdRom = isCdRom };
    }
}
