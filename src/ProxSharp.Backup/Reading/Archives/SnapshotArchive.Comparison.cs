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
        return new TreeComparer(Name, options ?? CompareOptions.Default).CompareAsync(older, this, cancellationToken);
    }

    /// <summary>Opens the tree for a comparison.</summary>
    internal ValueTask<ComparedArchive> OpenForComparisonAsync(ComparisonMemory memory, CancellationToken cancellationToken)
    {
        // The comparison has memory of its own.
        _reader.ForgetChunks();
        return ComparedArchive.OpenAsync(this, _main, _payload, memory, cancellationToken);
    }

    /// <summary>The names from the catalog; null where they come from the archive.</summary>
    internal IArchiveTree? FindNames(bool withMetadata) => withMetadata ? null : _names;
}
