using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Tars;

namespace ProxSharp.Backup.Reading.Archives;

/// <content>The synchronous twins: the calling thread waits while others fetch and decode.</content>
public sealed partial class SnapshotArchive
{
    /// <inheritdoc cref="FindAsync(string, CancellationToken)"/>
    public ArchiveEntry? Find(string path, CancellationToken cancellationToken = default) => Blocking.Run(() => FindAsync(path, cancellationToken).AsTask());

    /// <inheritdoc cref="FindAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public ArchiveEntry? Find(ReadOnlyMemory<byte> path, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => FindAsync(path, cancellationToken).AsTask());

    /// <inheritdoc cref="GetAsync"/>
    public ArchiveEntry Get(string path, CancellationToken cancellationToken = default) => Blocking.Run(() => GetAsync(path, cancellationToken).AsTask());

    /// <inheritdoc cref="ListAsync"/>
    public IEnumerable<ArchiveEntry> List(string path = "", bool withMetadata = false, CancellationToken cancellationToken = default) =>
        Blocking.Enumerate(ListAsync(path, withMetadata, cancellationToken));

    /// <inheritdoc cref="WalkAsync"/>
    public IEnumerable<ArchiveEntry> Walk(string path = "", bool withMetadata = false, CancellationToken cancellationToken = default) =>
        Blocking.Enumerate(WalkAsync(path, withMetadata, cancellationToken));

    /// <inheritdoc cref="SearchAsync"/>
    public IEnumerable<ArchiveEntry> Search(
        IEnumerable<PathPattern> patterns, string path = "", bool withMetadata = false, CancellationToken cancellationToken = default) =>
        Blocking.Enumerate(SearchAsync(patterns, path, withMetadata, cancellationToken));

    /// <inheritdoc cref="OpenFileAsync(string, CancellationToken)"/>
    public Stream OpenFile(string path, CancellationToken cancellationToken = default) => Blocking.Run(() => OpenFileAsync(path, cancellationToken).AsTask());

    /// <inheritdoc cref="OpenFileAsync(ArchiveEntry, CancellationToken)"/>
    public Stream OpenFile(ArchiveEntry entry, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => OpenFileAsync(entry, cancellationToken).AsTask());

    /// <inheritdoc cref="CompareWithAsync"/>
    public IEnumerable<SnapshotChange> CompareWith(
        SnapshotArchive older, CompareOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Enumerate(CompareWithAsync(older, options, cancellationToken));

    /// <inheritdoc cref="RestoreAsync"/>
    public TreeExtractResult Restore(
        string directory,
        TreeExtractOptions? options = null,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(() => RestoreAsync(directory, options, progress, cancellationToken));

    /// <inheritdoc cref="WriteTarAsync"/>
    public TarResult WriteTar(Stream destination, TarOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => WriteTarAsync(destination, options, cancellationToken));
}
