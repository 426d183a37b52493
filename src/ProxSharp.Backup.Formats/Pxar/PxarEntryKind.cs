namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>What an entry of an archive is.</summary>
public enum PxarEntryKind
{
    /// <summary>A directory; its children follow.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Symlink,

    /// <summary>A further name of a regular file that stands earlier in the archive.</summary>
    HardLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A socket.</summary>
    Socket,
}
