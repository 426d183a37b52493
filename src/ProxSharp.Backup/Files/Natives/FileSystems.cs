namespace ProxSharp.Backup.Files.Natives;

/// <summary>File systems by the number that statfs gives for them.</summary>
internal static class FileSystems
{
    internal const long Fat = 0x4d44;

    // Kernel interfaces that look like files: a backup of them is of no use and may never end.
    private static ReadOnlySpan<long> VirtualOnes =>
    [
        0x42494e4d, 0x63677270, 0x27e0eb, 0x62656570, 0x64626720, 0x1cd1, 0xde5e81e4, 0x65735543, 0x958458f6, 0x19800202,
        0x6e667364, 0x9fa0, 0x6165676c, 0x67596969, 0x73636673, 0xf97cff8c, 0x43415d53, 0x62656572,
    ];

    // ext4, XFS, FUSE, ZFS.
    private static ReadOnlySpan<long> WithProjects => [0xef53, 0x58465342, 0x65735546, 0x2fc12fc1];

    internal static bool IsVirtual(long type) => VirtualOnes.Contains(type & 0xffffffff);

    internal static bool HasProjects(long type) => WithProjects.Contains(type & 0xffffffff);
}
