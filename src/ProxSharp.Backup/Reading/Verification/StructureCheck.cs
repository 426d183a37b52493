using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Reads a directory tree or a catalog whose chunks are right from front to back.</summary>
internal static class StructureCheck
{
    /// <summary>Looks for what is wrong.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">Of the contents of a split archive: its names; null if there are none to be read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Null if all is right.</returns>
    public static async Task<FileDamage?> FindAsync(ChunkedFile file, ChunkedFile? names, CancellationToken cancellationToken)
    {
        try
        {
            switch (file.File.Kind)
            {
                case SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata:
                    return await FindInNamesAsync(file, cancellationToken).ConfigureAwait(false);
                case SnapshotFileKind.SplitPayload when names is not null:
                    return await PayloadCheck.FindAsync(names, file, cancellationToken).ConfigureAwait(false);
                case SnapshotFileKind.Catalog:
                    await ReadCatalogAsync(file, cancellationToken).ConfigureAwait(false);
                    break;
            }

            return null;
        }
        catch (ProxmoxProtocolException exception)
        {
            long at = Math.Clamp(exception.Offset ?? 0, 0, file.Index.Size);
            return new(ChunkProblem.Structure, at, file.Index.Size, null, exception.Message);
        }
    }

    /// <summary>Reads a whole archive, as a restore does.</summary>
    /// <param name="stream">The archive; of a split one the names.</param>
    /// <param name="payload">The contents of a split archive; null reads the names alone.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ProxmoxProtocolException">It cannot be restored.</exception>
    public static async Task ReadArchiveAsync(Stream stream, Stream? payload, CancellationToken cancellationToken)
    {
        using PxarReader reader = new(stream, payload);
        FileMarks marks = new();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!marks.Follow(reader))
                throw new ProxmoxProtocolException(FileMarks.Tell(reader.Entry)) { Offset = reader.Entry.Position };
            if (payload is not null && !reader.IsSplit)
                throw new ProxmoxProtocolException("The archive is not split, and has contents beside it.") { Offset = 0 };
            if (payload is not null && reader is { Event: PxarReaderEvent.Entry, Entry.Kind: PxarEntryKind.File })
                await reader.OpenContent().CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<FileDamage?> FindInNamesAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        // Contents are skipped, so of big files nothing is fetched again.
        Stream stream = file.OpenStream();
        await using (stream.ConfigureAwait(false))
        {
            using PxarReader reader = new(stream);
            FileMarks marks = new();
            StructureFaults faults = new(file.Index.Size);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!marks.Follow(reader))
                    faults.Add(reader.GetPath(), reader.Entry.Position, reader.Entry.HeadEnd, FileMarks.Tell(reader.Entry));
            }

            return faults.ToDamage();
        }
    }

    private static async Task ReadCatalogAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        CatalogReader catalog = await CatalogReader.OpenAsync(file.OpenSource(), cancellationToken).ConfigureAwait(false);
        await foreach (CatalogItem item in catalog.WalkAsync(null, cancellationToken).ConfigureAwait(false))
            cancellationToken.ThrowIfCancellationRequested();
    }
}
