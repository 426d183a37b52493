namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>File attributes of FAT and of Linux (chattr) that archives keep. Bits without a name are kept as they are.</summary>
[Flags]
public enum PxarFlags : ulong
{
    /// <summary>No attribute.</summary>
    None = 0,

    /// <summary>FAT attribute "hidden" (0x2).</summary>
    Hidden = 0x2000,

    /// <summary>FAT attribute "system" (0x4).</summary>
    System = 0x4000,

    /// <summary>FAT attribute "archive" (0x20).</summary>
    Archive = 0x8000,

    /// <summary>Linux FS_APPEND_FL (0x20): only appending is allowed.</summary>
    Append = 0x10000,

    /// <summary>Linux FS_NOATIME_FL (0x80): the time of access is not kept.</summary>
    NoAccessTime = 0x20000,

    /// <summary>Linux FS_COMPR_FL (0x4): compressed by the file system.</summary>
    Compressed = 0x40000,

    /// <summary>Linux FS_NOCOW_FL (0x800000): no copy on write.</summary>
    NoCopyOnWrite = 0x80000,

    /// <summary>Linux FS_NODUMP_FL (0x40): left out by dump.</summary>
    NoDump = 0x100000,

    /// <summary>Linux FS_DIRSYNC_FL (0x10000): changes of the directory are written at once.</summary>
    DirectorySync = 0x200000,

    /// <summary>Linux FS_IMMUTABLE_FL (0x10): cannot be changed.</summary>
    Immutable = 0x400000,

    /// <summary>Linux FS_SYNC_FL (0x8): changes are written at once.</summary>
    Sync = 0x800000,

    /// <summary>Linux FS_NOCOMP_FL (0x400): not compressed by the file system.</summary>
    NoCompression = 0x1000000,

    /// <summary>Linux FS_PROJINHERIT_FL (0x20000000): new entries inherit the quota project.</summary>
    ProjectInherit = 0x2000000,
}
