using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Reads a directory tree or a catalog whose chunks are right from front to back.</summary>
internal static class StructureCheck
{
    public static async Task<FileDamage?> FindAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        try
        {
            switch (file.File.Kind)
            {
                case SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata:
                    await ReadNamesAsync(file, cancellationToken).ConfigureAwait(false);
                    break;
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

    public static async Task ReadArchiveAsync(Stream stream, CancellationToken cancellationToken)
    {
        using PxarReader reader = new(stream);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task ReadNamesAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        // Contents are skipped, so of big files nothing is fetched again.
        Stream stream = file.OpenStream();
        await using (stream.ConfigureAwait(false))
            await ReadArchiveAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReadCatalogAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        CatalogReader catalog = await CatalogReader.OpenAsync(file.OpenSource(), cancellationToken).ConfigureAwait(false);
        await foreach (CatalogItem item in catalog.WalkAsync(null, cancellationToken).ConfigureAwait(false))
            cancellationToken.ThrowIfCancellationRequested();
    }
}
