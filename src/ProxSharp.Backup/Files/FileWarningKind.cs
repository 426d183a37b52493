namespace ProxSharp.Backup.Files;

/// <summary>Why a backup or a restore is not all that was asked for.</summary>
public enum FileWarningKind
{
    /// <summary>An entry vanished before it could be read. It is left out.</summary>
    Vanished,

    /// <summary>An entry may not be read. It is left out.</summary>
    Denied,

    /// <summary>A file changed while it was read: its parts may be of different times.</summary>
    Changed,

    /// <summary>A file became shorter while it was read. The archive has zeros for what is missing.</summary>
    Shrunk,

    /// <summary>A file became longer while it was read. The archive has as much as there was at first.</summary>
    Grown,

    /// <summary>Reading failed. The archive has zeros for what could not be read, or nothing if the entry could not be opened.</summary>
    Unreadable,

    /// <summary>The content of a directory is left out, because it is of another or of a virtual file system. The directory itself is there.</summary>
    MountPoint,

    /// <summary>Metadata could not be read or set.</summary>
    Metadata,

    /// <summary>This system cannot keep something that archives can hold.</summary>
    NotKept,

    /// <summary>A line of an exclude file is no pattern. It is ignored.</summary>
    BadPattern,

    /// <summary>A further name of a file was kept as a file of its own.</summary>
    HardLink,

    /// <summary>An entry exists in the target and was left as it is.</summary>
    Exists,

    /// <summary>An entry could not be created. It is left out.</summary>
    NotCreated,

    /// <summary>A hard link of an archive does not lead to the file it names. It is left out.</summary>
    Damaged,
}
