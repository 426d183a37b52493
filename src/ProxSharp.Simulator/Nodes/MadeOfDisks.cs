namespace ProxSharp.Simulator.Nodes;

/// <summary>Something made of whole disks of a node.</summary>
/// <param name="Kind"><c>directory</c>, <c>lvm</c>, <c>lvmthin</c> or <c>zfs</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Disks">The disks.</param>
/// <param name="Detail">The file system of a directory, the layout of a ZFS pool.</param>
internal sealed record MadeOfDisks(string Kind, string Name, IReadOnlyList<NodeDisk> Disks, string Detail)
{
    /// <summary>Bytes that can be used.</summary>
    public long Size => Detail switch
    {
        "mirror" => Disks.Min(static disk => disk.Size),
        "raid10" => Disks.Sum(static disk => disk.Size) / 2,
        "raidz" => Disks.Min(static disk => disk.Size) * (Disks.Count - 1),
        "raidz2" => Disks.Min(static disk => disk.Size) * (Disks.Count - 2),
        "raidz3" => Disks.Min(static disk => disk.Size) * (Disks.Count - 3),
        _ => Disks.Sum(static disk => disk.Size),
    };
}
