using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Comparison;

namespace ProxSharp.Backup.Reading.Archives;

/// <content>Differences.</content>
public sealed partial class SnapshotArchive
{
    /// <summary>
    /// Tells what was added, removed and changed since another state of the tree. Differences come in the order of their paths, a directory before what it
    /// holds, while the trees are read. All that an added or removed directory holds is told too.
    /// </summary>
    /// <param name="older">The older tree, mostly of another snapshot of the group.</param>
    /// <param name="options">How to compare; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFileNotFoundException">Neither tree has <see cref="CompareOptions.Path"/>.</exception>
    /// <exception cref="ProxmoxProtocolException">One of the archives is damaged.</exception>
    public IAsyncEnumerable<SnapshotChange> CompareWithAsync(
        SnapshotArchive older,
        CompareOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(older);
        return new TreeComparer(older, this, options ?? CompareOptions.Default).CompareAsync(cancellationToken);
    }

    /// <summary>Opens the tree for a comparison: what is read of the archive goes through a cache that both sides share.</summary>
    internal async ValueTask<ComparedArchive> OpenThroughAsync(ChunkCache cache, bool withMetadata, CancellationToken cancellationToken)
    {
        // Two sides read in turns, so each may have a quarter ahead.
        ReadAhead ahead = new(_reader.Ahead.Chunks, cache.Capacity / 4);
        ChunkedSource? payload = _payload?.OpenSource(cache, ahead);
        PxarArchive archive = await PxarArchive.OpenAsync(_main.OpenSource(cache, ahead), payload, cancellationToken).ConfigureAwait(false);
        IArchiveTree tree = _names is { } names && !withMetadata ? names : new PxarTree(archive, _main.Index.Size);
        return new(this, tree, archive, _main.Index, _payload?.Index);
    }
}
