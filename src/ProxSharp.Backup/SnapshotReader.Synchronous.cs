using ProxSharp.Backup.Files;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup;

/// <content>The synchronous twins: the calling thread waits while others fetch, decode and write.</content>
public sealed partial class SnapshotReader
{
    /// <inheritdoc cref="OpenAsync"/>
    public static SnapshotReader Open(ISnapshotSource source, SnapshotOpenOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => OpenAsync(source, options, cancellationToken));

    /// <inheritdoc cref="OpenArchiveAsync"/>
    public SnapshotArchive OpenArchive(string name, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => OpenArchiveAsync(name, cancellationToken));

    /// <inheritdoc cref="OpenCatalogAsync"/>
    public SnapshotCatalog OpenCatalog(string name, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => OpenCatalogAsync(name, cancellationToken));

    /// <inheritdoc cref="RestoreAsync"/>
    public TreeExtractResult Restore(
        string name,
        string directory,
        TreeExtractOptions? options = null,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(() => RestoreAsync(name, directory, options, progress, cancellationToken));

    /// <inheritdoc cref="RestoreFileAsync"/>
    public RestoreFileResult RestoreFile(
        string name, string path, RestoreFileOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => RestoreFileAsync(name, path, options, cancellationToken));

    /// <inheritdoc cref="OpenStreamAsync"/>
    public Stream OpenStream(string name, CancellationToken cancellationToken = default) => Blocking.Run(() => OpenStreamAsync(name, cancellationToken));

    /// <inheritdoc cref="CopyToAsync"/>
    public void CopyTo(string name, Stream destination, IProgress<RestoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => CopyToAsync(name, destination, progress, cancellationToken));

    /// <inheritdoc cref="ReadBlobAsync(string, CancellationToken)"/>
    public byte[] ReadBlob(string name, CancellationToken cancellationToken = default) => Blocking.Run(() => ReadBlobAsync(name, cancellationToken));

    /// <inheritdoc cref="VerifyAsync"/>
    public SnapshotVerification Verify(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => VerifyAsync(options, cancellationToken));

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => Blocking.Run(() => DisposeAsync().AsTask());
}
