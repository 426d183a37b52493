namespace ProxSharp.Backup.Files;

/// <summary>What went wrong with an entry of a file system.</summary>
public enum FileTreeFault
{
    /// <summary>Reading, writing or another call failed.</summary>
    Failed,

    /// <summary>There is no such entry, or it vanished.</summary>
    Vanished,

    /// <summary>The rights do not suffice.</summary>
    Denied,

    /// <summary>The entry is of another kind than it was or must be: a link where a directory must be, or a directory where something else must be.</summary>
    OtherKind,

    /// <summary>The entry exists already.</summary>
    Exists,

    /// <summary>A directory is of a virtual file system such as <c>/proc</c>, which no backup can hold.</summary>
    Virtual,

    /// <summary>There are more entries than the limit allows.</summary>
    TooMany,

    /// <summary>The file system is full, or a quota is used up.</summary>
    Full,

    /// <summary>The process or the system has no more file handles or memory. The limit of the process is <c>ulimit -n</c>.</summary>
    Exhausted,

    /// <summary>The file system does not know this operation.</summary>
    Unsupported,

    /// <summary>The device below failed, or what the file system keeps on it is damaged: what else there is may fail as well.</summary>
    Damaged,
}
