using ProxSharp.Json;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>A file or directory that the catalog of a snapshot lists.</summary>
public sealed record ArchiveEntry
{
    /// <summary>Where it is; for listing it and for downloading it.</summary>
    public required ArchivePath Path { get; init; }

    /// <summary>Its name as text. Bytes that are no valid text are replaced; <see cref="Path"/> has them.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ArchiveEntryKind Kind { get; init; }

    /// <summary>True if there is nothing below it to list.</summary>
    public required bool IsLeaf { get; init; }

    /// <summary>The size of a file in bytes; null for everything else.</summary>
    public long? Size { get; init; }

    /// <summary>When a file was changed, in whole seconds; null for everything else.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Reads a list.</summary>
    /// <exception cref="ProxmoxProtocolException">The path of an entry is no base64.</exception>
    internal static IReadOnlyList<ArchiveEntry> ReadAll(IEnumerable<AdminDatastoreCatalogItem> items) => [.. items.Select(Read)];

    /// <summary>Returns the path.</summary>
    public override string ToString() => Path.ToString();

    private static ArchiveEntry Read(AdminDatastoreCatalogItem item) => new()
    {
        Path = ArchivePath.TryReadWire(item.Filepath, out ArchivePath path)
            ? path
            : throw new ProxmoxProtocolException($"The path of the entry '{item.Text}' is no base64: '{item.Filepath}'."),
        Name = item.Text,
        Kind = new ArchiveEntryKind(item.Type),
        IsLeaf = item.Leaf,
        Size = item.Size,
        Modified = WireTime.Read(item.Mtime),
    };
}
