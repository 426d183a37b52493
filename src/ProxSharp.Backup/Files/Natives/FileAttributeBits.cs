using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>How the attributes of Linux (chattr) and FAT stand in archives. Pure.</summary>
internal static class FileAttributeBits
{
    private const uint FatHidden = 2;
    private const uint FatSystem = 4;
    private const uint FatArchive = 0x20;

    private static readonly (uint Linux, PxarFlags Flag)[] Table =
    [
        (0x4, PxarFlags.Compressed),
        (0x8, PxarFlags.Sync),
        (0x10, PxarFlags.Immutable),
        (0x20, PxarFlags.Append),
        (0x40, PxarFlags.NoDump),
        (0x80, PxarFlags.NoAccessTime),
        (0x400, PxarFlags.NoCompression),
        (0x10000, PxarFlags.DirectorySync),
        (0x800000, PxarFlags.NoCopyOnWrite),
        (0x20000000, PxarFlags.ProjectInherit),
    ];

    /// <summary>Attributes that must be set before content comes.</summary>
    internal const PxarFlags Early = PxarFlags.NoAccessTime | PxarFlags.Compressed | PxarFlags.NoCopyOnWrite
        | PxarFlags.NoCompression | PxarFlags.ProjectInherit;

    /// <summary>All attributes of Linux that archives keep.</summary>
    internal static uint LinuxMask { get; } = Table.Aggregate(0u, static (mask, pair) => mask | pair.Linux);

    internal static PxarFlags FromLinux(uint value) =>
        Table.Aggregate(PxarFlags.None, (flags, pair) => (value & pair.Linux) != 0 ? flags | pair.Flag : flags);

    internal static uint ToLinux(PxarFlags flags) =>
        Table.Aggregate(0u, (value, pair) => (flags & pair.Flag) != 0 ? value | pair.Linux : value);

    internal static PxarFlags FromFat(uint value) =>
        ((value & FatHidden) != 0 ? PxarFlags.Hidden : 0)
        | ((value & FatSystem) != 0 ? PxarFlags.System : 0)
        | ((value & FatArchive) != 0 ? PxarFlags.Archive : 0);

    internal static uint ToFat(PxarFlags flags) =>
        ((flags & PxarFlags.Hidden) != 0 ? FatHidden : 0)
        | ((flags & PxarFlags.System) != 0 ? FatSystem : 0)
        | ((flags & PxarFlags.Archive) != 0 ? FatArchive : 0);

    /// <summary>The mask of <see cref="ToFat"/>.</summary>
    internal const uint FatMask = FatHidden | FatSystem | FatArchive;
}
