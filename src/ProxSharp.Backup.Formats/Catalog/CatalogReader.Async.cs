using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Catalog;

/// <content>The asynchronous half.</content>
public sealed partial class CatalogReader
{
    /// <summary>Opens a catalog: reads its first and its last eight bytes.</summary>
    /// <param name="source">The catalog.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no catalog.</exception>
    public static async ValueTask<CatalogReader> OpenAsync(RandomAccessSource source, CancellationToken cancellationToken = default)
    {
        long length = CheckLength(source);
        byte[] magic = new byte[CatalogFormat.Magic.Length];
        byte[] pointer = new byte[CatalogFormat.RootPointerSize];
        EnsureFull(await source.ReadAllAsync(0, magic, cancellationToken).ConfigureAwait(false), magic.Length, 0);
        int read = await source.ReadAllAsync(length - pointer.Length, pointer, cancellationToken).ConfigureAwait(false);
        EnsureFull(read, pointer.Length, length - pointer.Length);
        return new(source, ReadRoot(magic, pointer, length));
    }

    /// <summary>The entries of a directory, in the order of its archive.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The entry is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public async ValueTask<IReadOnlyList<CatalogEntry>> ListAsync(CatalogEntry directory, CancellationToken cancellationToken = default)
    {
        EnsureDirectory(directory);
        byte[] head = new byte[CatalogFormat.MaxNumberSize];
        int read = await _source.ReadAllAsync(directory.BlockPosition, head, cancellationToken).ConfigureAwait(false);
        (long start, int length) = TableRange(head.AsSpan(0, read), directory.BlockPosition, _source.Length);
        byte[] table = new byte[Math.Min(length, BlockSize)];
        for (int filled = 0; filled < length;)
        {
            table = Grow(table, filled < table.Length ? 0 : length);
            read = await _source.ReadAllAsync(start + filled, table.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            EnsureFull(read, table.Length - filled, start + filled);
            filled += read;
        }

        return CatalogTable.Read(table, start, directory);
    }

    /// <summary>Finds an entry by its path.</summary>
    /// <param name="path">
    /// Names with slashes between them, as UTF-8, beginning with the archive; a leading slash is allowed, the empty path is the root.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public ValueTask<CatalogEntry?> FindAsync(string path, CancellationToken cancellationToken = default) =>
        FindAsync(ToBytes(path), cancellationToken);

    /// <summary>Finds an entry by its path.</summary>
    /// <param name="path">
    /// Names with slashes between them, beginning with the archive; a leading slash is allowed, the empty path is the root.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entry; null if there is none.</returns>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public async ValueTask<CatalogEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken = default)
    {
        CatalogEntry? entry = Root;
        foreach (ReadOnlyMemory<byte> name in SplitPath(path))
        {
            if (entry.Kind != CatalogEntryKind.Directory)
                return null;
            entry = Pick(await ListAsync(entry, cancellationToken).ConfigureAwait(false), name);
            if (entry is null)
                return null;
        }

        return entry;
    }

    /// <summary>All entries below a directory, each before what it holds. Directories are read while the caller goes on.</summary>
    /// <param name="directory">Where to begin; null for the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The entry is no directory.</exception>
    /// <exception cref="ProxmoxProtocolException">The catalog is damaged.</exception>
    public IAsyncEnumerable<CatalogItem> WalkAsync(CatalogEntry? directory = null, CancellationToken cancellationToken = default)
    {
        EnsureDirectory(directory ?? Root);
        return WalkBelowAsync(directory ?? Root, cancellationToken);
    }

    private async IAsyncEnumerable<CatalogItem> WalkBelowAsync(
        CatalogEntry directory,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        WalkState state = new(_source.Length);
        state.Enter(await ListAsync(directory, cancellationToken).ConfigureAwait(false), default);
        while (state.TryNext(out CatalogItem item))
        {
            yield return item;
            if (item.Entry.Kind == CatalogEntryKind.Directory)
                state.Enter(await ListAsync(item.Entry, cancellationToken).ConfigureAwait(false), item.Path.Span);
        }
    }
}
