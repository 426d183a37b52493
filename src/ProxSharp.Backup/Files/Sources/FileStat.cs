using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>What a file system says about an entry.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">The whole st_mode.</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The owning group.</param>
/// <param name="Length">The length of a regular file in bytes; 0 for all else.</param>
/// <param name="ModificationTime">When the content was changed last.</param>
internal readonly record struct FileStat(
    PxarEntryKind Kind,
    uint Mode,
    uint UserId,
    uint GroupId,
    long Length,
    PxarTimestamp ModificationTime)
{
    /// <summary>The file system it is on.</summary>
    internal ulong Device { get; init; }

    /// <summary>Its number on that file system; 0 where the system has none.</summary>
    internal ulong Inode { get; init; }

    /// <summary>How many names it has.</summary>
    internal uint Links { get; init; }

    /// <summary>For a device: its major number.</summary>
    internal uint NodeMajor { get; init; }

    /// <summary>For a device: its minor number.</summary>
    internal uint NodeMinor { get; init; }

    /// <summary>When anything about it was changed last; default where the system does not say.</summary>
    internal PxarTimestamp ChangeTime { get; init; }

    /// <summary>Whether parts of a file take no space.</summary>
    internal bool IsSparse { get; init; }

    /// <summary>Whether another name stands for the same entry; false where the system does not say.</summary>
    internal bool IsSameAs(FileStat other) => Inode != 0 && Inode == other.Inode && Device == other.Device;
}
