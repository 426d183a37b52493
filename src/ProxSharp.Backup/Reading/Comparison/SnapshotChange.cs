using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>One difference between two directory trees.</summary>
/// <param name="Kind">What became of the entry.</param>
/// <param name="Parts">What differs; nothing for entries that were added or removed.</param>
/// <param name="Older">The entry in the older tree; null if it was added.</param>
/// <param name="Newer">The entry in the newer tree; null if it was removed.</param>
public sealed record SnapshotChange(SnapshotChangeKind Kind, ChangedParts Parts, ArchiveEntry? Older, ArchiveEntry? Newer)
{
    /// <summary>The entry: the newer one where there are two.</summary>
    public ArchiveEntry Entry => (Newer ?? Older)!;

    /// <summary>The path from the root, as text for people.</summary>
    public string Path => Entry.Path;

    /// <summary>What became of the entry, and its path.</summary>
    public override string ToString() => Kind == SnapshotChangeKind.Changed ? $"{Kind} /{Path} ({Parts})" : $"{Kind} /{Path}";
}
