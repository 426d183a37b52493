namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Where a <see cref="PxarReader"/> stands.</summary>
public enum PxarReaderEvent
{
    /// <summary>Before the first or behind the last event.</summary>
    None,

    /// <summary>At an entry. After a directory come its children, then <see cref="DirectoryEnd"/>.</summary>
    Entry,

    /// <summary>At the end of a directory.</summary>
    DirectoryEnd,
}
