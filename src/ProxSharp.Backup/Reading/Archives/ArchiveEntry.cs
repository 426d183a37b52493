using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>An entry of a directory tree in a snapshot.</summary>
public sealed class ArchiveEntry
{
    private ArchiveEntry(ReadOnlyMemory<byte> path, PxarName name, PxarEntryKind kind) => (PathBytes, Name, Kind) = (path, name, kind);

    /// <summary>The path from the root of the archive: names with slashes between them, none at the start. Empty for the root.</summary>
    public ReadOnlyMemory<byte> PathBytes { get; }

    /// <summary>
    /// The path as text, which archives take as a path again: bytes that are no UTF-8 and characters that do not show stand as <c>\xNN</c>, a backslash as
    /// <c>\\</c>.
    /// </summary>
    public string Path => PxarName.Escape(PathBytes.Span);

    /// <summary>The name; empty for the root.</summary>
    public PxarName Name { get; }

    /// <summary>What the entry is.</summary>
    public PxarEntryKind Kind { get; }

    /// <summary>
    /// The length of a file in bytes; 0 for all other kinds. A hard link has that of its target where it was looked up in the archive, and 0 where it comes
    /// from the catalog.
    /// </summary>
    public long Length { get; private init; }

    /// <summary>When the content was changed last; null where that is not known: catalogs have it for regular files only, to the second.</summary>
    public PxarTimestamp? ModificationTime { get; private init; }

    /// <summary>Owner, mode, extended attributes and so on; null if the entry comes from the catalog.</summary>
    public PxarMetadata? Metadata { get; private init; }

    /// <summary>What a symbolic link holds, or the path of a hard link's target from the root; else, and from the catalog, empty.</summary>
    public ReadOnlyMemory<byte> LinkTarget { get; private init; }

    /// <summary>For a device: its major number; 0 from the catalog.</summary>
    public ulong DeviceMajor { get; private init; }

    /// <summary>For a device: its minor number; 0 from the catalog.</summary>
    public ulong DeviceMinor { get; private init; }

    internal PxarNode? Node { get; private init; }

    internal CatalogEntry? Catalog { get; private init; }

    /// <summary>The path and the kind.</summary>
    public override string ToString() => $"/{Path} ({Kind})";

    /// <summary>An entry of an archive. Of a hard link, the target tells length and metadata.</summary>
    internal static ArchiveEntry FromNode(ReadOnlyMemory<byte> path, PxarNode node, PxarNode? target = null)
    {
        PxarEntry entry = node.Entry;
        PxarEntry shared = target?.Entry ?? entry;
        return new(path, entry.Name, entry.Kind)
        {
            Length = shared.Length,
            ModificationTime = shared.Metadata?.ModificationTime,
            Metadata = shared.Metadata,
            LinkTarget = entry.LinkTarget,
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
            Node = node,
        };
    }

    internal static ArchiveEntry FromCatalog(ReadOnlyMemory<byte> path, CatalogEntry entry, bool isRoot = false) =>
        new(path, isRoot ? default : entry.Name, KindOf(entry.Kind))
        {
            Length = (long)Math.Min(entry.Length, long.MaxValue),
            ModificationTime = entry.Kind == CatalogEntryKind.File ? new PxarTimestamp(entry.ModificationTime, 0) : null,
            Catalog = entry,
        };

    private static PxarEntryKind KindOf(CatalogEntryKind kind) => kind switch
    {
        CatalogEntryKind.Directory => PxarEntryKind.Directory,
        CatalogEntryKind.File => PxarEntryKind.File,
        CatalogEntryKind.Symlink => PxarEntryKind.Symlink,
        CatalogEntryKind.HardLink => PxarEntryKind.HardLink,
        CatalogEntryKind.BlockDevice => PxarEntryKind.BlockDevice,
        CatalogEntryKind.CharacterDevice => PxarEntryKind.CharacterDevice,
        CatalogEntryKind.Fifo => PxarEntryKind.Fifo,
        _ => PxarEntryKind.Socket,
    };
}
