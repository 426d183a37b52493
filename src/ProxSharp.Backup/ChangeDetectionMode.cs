namespace ProxSharp.Backup;

/// <summary>How a directory is archived, and how unchanged files are found.</summary>
public enum ChangeDetectionMode
{
    /// <summary>One archive (<c>.pxar</c>) and a catalog. All files are read.</summary>
    Legacy,

    /// <summary>Two archives, metadata (<c>.mpxar</c>) and contents (<c>.ppxar</c>). All files are read.</summary>
    Data,

    /// <summary>
    /// Two archives, as with <see cref="Data"/>. A file whose size and metadata are those of the previous backup is not read: its contents are taken from
    /// there. A change that leaves size and times as they were goes unnoticed.
    /// </summary>
    Metadata,
}
