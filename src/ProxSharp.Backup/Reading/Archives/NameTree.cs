using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// The entries as the catalog has them, which is opened where it is needed first. All that it has stands in the archive as well, so a catalog that is missing
/// or damaged costs no more than a warning: from there on entries come from the archive.
/// </summary>
internal sealed class NameTree(SnapshotReader reader, SnapshotFile archiveFile, SnapshotFile catalogFile, PxarTree archive) : IArchiveTree
{
    private CatalogTree? _catalog;
    private int _isUnusable;

    /// <summary>Whether the catalog is used, as far as is known.</summary>
    public bool IsUsable => Volatile.Read(ref _isUnusable) == 0;

    public long MostEntries => Math.Max(CatalogTree.MostEntriesOf(catalogFile.Length), archive.MostEntries);

    public async ValueTask<ArchiveEntry?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        (bool done, ArchiveEntry? entry) = await TryAsync(
            async catalog => await catalog.FindAsync(path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return done ? entry : await archive.FindAsync(path, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ArchiveEntry> ListAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (directory.Catalog is not null)
        {
            (bool done, List<ArchiveEntry>? entries) = await TryAsync(
                async catalog => await catalog.ListAsync(directory, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            if (done)
            {
                foreach (ArchiveEntry entry in entries!)
                    yield return entry;
                yield break;
            }

            directory = await FindInArchiveAsync(directory, cancellationToken).ConfigureAwait(false);
        }

        await foreach (ArchiveEntry entry in archive.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    public async IAsyncEnumerable<ArchiveEntry> ListSortedAsync(ArchiveEntry directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (directory.Catalog is not null)
        {
            (bool done, CatalogEntry[]? entries) = await TryAsync(
                async catalog => await catalog.ReadSortedAsync(directory, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            for (int i = 0; done && i < entries!.Length; i++)
            {
                yield return CatalogTree.Create(directory, entries[i]);
                entries[i] = null!;
            }

            if (done)
                yield break;
            directory = await FindInArchiveAsync(directory, cancellationToken).ConfigureAwait(false);
        }

        await foreach (ArchiveEntry entry in archive.ListSortedAsync(directory, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    /// <summary>What the catalog has in a directory; null if it cannot be used, or has no such directory.</summary>
    /// <param name="path">The path of the directory; empty for the root.</param>
    /// <param name="directory">The directory, if it was listed before.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask<IReadOnlyList<ArchiveEntry>?> ListKnownAsync(
        ReadOnlyMemory<byte> path, ArchiveEntry? directory, CancellationToken cancellationToken)
    {
        (_, List<ArchiveEntry>? entries) = await TryAsync(
            async catalog => (directory ?? await catalog.FindAsync(path, cancellationToken).ConfigureAwait(false)) is { Kind: PxarEntryKind.Directory } found
                ? await catalog.ListAsync(found, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false)
                : null,
            cancellationToken).ConfigureAwait(false);
        return entries;
    }

    private async ValueTask<ArchiveEntry> FindInArchiveAsync(ArchiveEntry directory, CancellationToken cancellationToken)
    {
        ArchiveEntry? found = await archive.FindAsync(directory.PathBytes, cancellationToken).ConfigureAwait(false);
        return found is { Kind: PxarEntryKind.Directory }
            ? found
            : throw new ProxmoxProtocolException(
                $"The catalog of {reader.Describe()} has the directory \"/{directory.Path}\", and {archiveFile.Name} has not.");
    }

    /// <summary>Reads from the catalog; not done if it cannot be used.</summary>
    private async Task<(bool Done, T? Result)> TryAsync<T>(Func<CatalogTree, Task<T>> read, CancellationToken cancellationToken)
    {
        if (!IsUsable)
            return default;
        try
        {
            if ((_catalog ??= await OpenAsync(cancellationToken).ConfigureAwait(false)) is { } catalog)
                return (true, await read(catalog).ConfigureAwait(false));
            // It lists other archives only.
            Interlocked.Exchange(ref _isUnusable, 1);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            if (Interlocked.Exchange(ref _isUnusable, 1) == 0)
                reader.Warn($"The catalog of {reader.Snapshot} cannot be used, so names are read from {archiveFile.Name} itself: {exception.Message}");
        }

        return default;
    }

    private async Task<CatalogTree?> OpenAsync(CancellationToken cancellationToken)
    {
        ChunkedFile chunked = await reader.OpenChunkedAsync(catalogFile, cancellationToken).ConfigureAwait(false);
        return await CatalogTree.OpenAsync(chunked, archiveFile, cancellationToken).ConfigureAwait(false);
    }

    // What a server or a disk does not give for the catalog, it may give for the archive still; if not, the archive's own failure tells.
    private static bool IsDamage(Exception exception) => exception is ProxmoxProtocolException or SnapshotFileNotFoundException or MissingChunkException
        or ProxmoxApiException or IOException or UnauthorizedAccessException;
}
