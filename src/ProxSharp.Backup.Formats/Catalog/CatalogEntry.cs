using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>An entry of a catalog.</summary>
public sealed class CatalogEntry
{
    internal CatalogEntry(CatalogEntryKind kind, PxarName name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>What the entry is.</summary>
    public CatalogEntryKind Kind { get; }

    /// <summary>
    /// The name; below the catalog's root, the name of an archive, for example <c>root.pxar.didx</c>. Empty for the root itself.
    /// </summary>
    public PxarName Name { get; }

    /// <summary>The length of a file in bytes; 0 for all other kinds.</summary>
    public ulong Length { get; internal init; }

    /// <summary>When a file was changed last, in seconds since 1970-01-01T00:00:00Z; 0 for all other kinds.</summary>
    public long ModificationTime { get; internal init; }

    /// <summary>For a directory: where its block begins.</summary>
    internal long BlockPosition { get; init; }

    /// <summary>
    /// For a directory: no block of its subtree begins before this. It keeps hostile catalogs from naming one block many times.
    /// </summary>
    internal long Floor { get; init; }

    /// <summary>The name and the kind.</summary>
    public override string ToString() => $"{Name} ({Kind})";
}
