using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>The entries as the catalog has them: names, kinds, lengths and times.</summary>
internal sealed class CatalogTree(CatalogReader catalog, CatalogEntry archive, long length) : IArchiveTree
{
    // The kind, the length of the name and one letter.
    private const int SmallestEntry = 3;

    private readonly ArchiveEntry _root = ArchiveEntry.FromCatalog(default, archive, isRoot: true);

    public long MostEntries => MostEntriesOf(length);

    /// <summary>Opens the catalog.</summary>
    /// <returns>Null if it lists other archives only.</returns>
    public static async Task<CatalogTree?> OpenAsync(ChunkedFile file, SnapshotFile archive, CancellationToken cancellationToken)
    {
        CatalogReader catalog = await CatalogReader.OpenAsync(file.OpenSource(), cancellationToken).ConfigureAwait(false);
        CatalogEntry? root = await catalog.FindAsync(archive.StoredName, cancellationToken).ConfigureAwait(false);
        return root is { Kind: CatalogEntryKind.Directory } ? new(catalog, root, file.File.Length) : null;
    }

    /// <summary>The most entries that a catalog of some length can have.</summary>
    public static long MostEntriesOf(long length) => length / SmallestEntry;

    /// <summary>Finds an entry; null if there is none.</summary>
    public async ValueTask<ArchiveEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        if (path.IsEmpty)
            return _root;
        byte[] full = ArchivePath.Join(archive.Name.Span, default);
        CatalogEntry? entry = await catalog.FindAsync((byte[])[.. full, .. path.Span], cancellationToken).ConfigureAwait(false);
        return entry is null ? null : ArchiveEntry.FromCatalog(path, entry);
    }

    /// <summary>The children of a directory, in the order of the archive.</summary>
    public async IAsyncEnumerable<ArchiveEntry> ListAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (CatalogEntry entry in await catalog.ListAsync(directory.Catalog!, cancellationToken).ConfigureAwait(false))
            yield return Create(directory, entry);
    }

    public async IAsyncEnumerable<ArchiveEntry> ListSortedAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (CatalogEntry entry in await ReadSortedAsync(directory, cancellationToken).ConfigureAwait(false))
            yield return Create(directory, entry);
    }

    /// <summary>The children of a directory in the order of their names, as the catalog has them: much smaller than what is made of them.</summary>
    public async Task<CatalogEntry[]> ReadSortedAsync(ArchiveEntry directory, CancellationToken cancellationToken)
    {
        CatalogEntry[] entries = [.. await catalog.ListAsync(directory.Catalog!, cancellationToken).ConfigureAwait(false)];
        Array.Sort(entries, static (left, right) => left.Name.CompareTo(right.Name));
        return entries;
    }

    /// <summary>The entry of a child.</summary>
    public static ArchiveEntry Create(ArchiveEntry directory, CatalogEntry child) =>
        ArchiveEntry.FromCatalog(ArchivePath.Join(directory.PathBytes.Span, child.Name), child);
}
