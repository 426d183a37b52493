using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <content>The synchronous half.</content>
public sealed partial class CatalogReader
{
    /// <summary>Opens a catalog: reads its first and its last eight bytes.</summary>
    /// <param name="source">The catalog.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no catalog.</exception>
    public static CatalogReader Open(RandomAccessSource source)
    {
        long length = CheckLength(source);
        byte[] magic = new byte[CatalogFormat.Magic.Length];
        byte[] pointer = new byte[CatalogFormat.RootPointerSize];
        EnsureFull(source.ReadAll(0, magic), magic.Length, 0);
        EnsureFull(source.ReadAll(length - pointer.Length, pointer), pointer.Length, length - pointer.Length);
        return new(source, ReadRoot(magic, pointer, length));
    }

    /// <summary>The entries of a directory, in the order of its archive.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="ArgumentException">The entry is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public IReadOnlyList<CatalogEntry> List(CatalogEntry directory)
    {
        EnsureDirectory(directory);
        byte[] head = new byte[CatalogFormat.MaxNumberSize];
        int read = _source.ReadAll(directory.BlockPosition, head);
        (long start, int length) = TableRange(head.AsSpan(0, read), directory.BlockPosition, _source.Length);
        byte[] table = new byte[Math.Min(length, BlockSize)];
        for (int filled = 0; filled < length;)
        {
            table = Grow(table, filled < table.Length ? 0 : length);
            read = _source.ReadAll(start + filled, table.AsSpan(filled));
            EnsureFull(read, table.Length - filled, start + filled);
            filled += read;
        }

        return CatalogTable.Read(table, start, directory);
    }

    /// <summary>Finds an entry by its path.</summary>
    /// <param name="path">
    /// Names with slashes between them, as UTF-8, beginning with the archive; a leading slash is allowed, the empty path is the root.
    /// </param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public CatalogEntry? Find(string path) => Find(ToBytes(path));

    /// <summary>Finds an entry by its path.</summary>
    /// <param name="path">
    /// Names with slashes between them, beginning with the archive; a leading slash is allowed, the empty path is the root.
    /// </param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public CatalogEntry? Find(ReadOnlyMemory<byte> path)
    {
        CatalogEntry? entry = Root;
        foreach (ReadOnlyMemory<byte> name in SplitPath(path))
        {
            if (entry.Kind != CatalogEntryKind.Directory)
                return null;
            entry = Pick(List(entry), name);
            if (entry is null)
                return null;
        }

        return entry;
    }

    /// <summary>All entries below a directory, each before what it holds. Directories are read while the caller goes on.</summary>
    /// <param name="directory">Where to begin; null for the root.</param>
    /// <exception cref="ArgumentException">The entry is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public IEnumerable<CatalogItem> Walk(CatalogEntry? directory = null)
    {
        EnsureDirectory(directory ?? Root);
        return WalkBelow(directory ?? Root);
    }

    private IEnumerable<CatalogItem> WalkBelow(CatalogEntry directory)
    {
        WalkState state = new(_source.Length);
        state.Enter(List(directory), default);
        while (state.TryNext(out CatalogItem item))
        {
            yield return item;
            if (item.Entry.Kind == CatalogEntryKind.Directory)
                state.Enter(List(item.Entry), item.Path.Span);
        }
    }
}
