using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <content>Whole files as streams.</content>
public sealed partial class SnapshotReader
{
    /// <summary>
    /// Opens the decoded bytes of a file: of an archive or image, all its data, fetched ahead while it is read. The stream can seek.
    /// </summary>
    /// <param name="name">Its name, with or without the stored suffix. Of a split archive name one of the two streams.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="BackupKeyException">The file is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The file is damaged, or is not the one that the manifest names.</exception>
    public async Task<Stream> OpenStreamAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return FindFile(name) is { IsIndex: true } file
            ? (await OpenChunkedAsync(file, cancellationToken).ConfigureAwait(false)).OpenStream()
            : new MemoryStream(await ReadBlobAsync(name, cancellationToken).ConfigureAwait(false), writable: false);
    }

    /// <summary>
    /// Writes a whole file to a stream, for example to standard output: the bytes of an image, of a small file or of an archive. A split archive that is
    /// asked for as <c>.pxar</c> is put together to an archive of one stream on the way.
    /// </summary>
    /// <param name="name">Its name, with or without the stored suffix.</param>
    /// <param name="destination">Takes the bytes; it stays open.</param>
    /// <param name="progress">Told of every chunk; null for nobody.</param>
    /// <param name="cancellationToken">Stops copying.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="BackupKeyException">The file is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The file is damaged. What was written until then is verified.</exception>
    public async Task CopyToAsync(string name, Stream destination, IProgress<RestoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(destination);
        SnapshotFile? file = FindFile(name);
        if (file is null or { IsIndex: false })
        {
            byte[] content = await ReadBlobAsync(name, cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        }
        else if (file.Kind == SnapshotFileKind.SplitMetadata && name != file.Name && name != file.StoredName)
        {
            await JoinSplitAsync(file, destination, progress, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            ChunkedFile chunked = await OpenChunkedAsync(file, cancellationToken).ConfigureAwait(false);
            await ChunkCopier.CopyAsync(chunked, destination, Report(chunked, progress), cancellationToken).ConfigureAwait(false);
        }
    }

    internal ProgressReporter Report(ChunkedFile file, IProgress<RestoreProgress>? progress) =>
        new(progress, file.File.Name, file.Index, _counters, Time);

    /// <summary>Opens the two streams of a split archive.</summary>
    internal async Task<(ChunkedFile Metadata, ChunkedFile Payload)> OpenSplitAsync(SnapshotFile metadata, CancellationToken cancellationToken)
    {
        ChunkedFile first = await OpenChunkedAsync(metadata, cancellationToken).ConfigureAwait(false);
        return (first, await OpenChunkedAsync(GetPayload(metadata), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Returns the contents of a split archive.</summary>
    /// <exception cref="ProxmoxProtocolException">They are missing.</exception>
    internal SnapshotFile GetPayload(SnapshotFile metadata)
    {
        string payload = SnapshotNames.PayloadOf(metadata);
        return Files.FirstOrDefault(file => file.StoredName == payload)
            ?? throw new ProxmoxProtocolException($"{metadata.Name} of {Snapshot} has no {payload}: the contents of its files are missing.");
    }

    private async Task JoinSplitAsync(SnapshotFile metadata, Stream destination, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        (ChunkedFile names, ChunkedFile payload) = await OpenSplitAsync(metadata, cancellationToken).ConfigureAwait(false);
        ProgressReporter reporter = Report(payload, progress);
        await Reading.Archives.SplitJoiner.JoinAsync(names, payload, destination, reporter, cancellationToken).ConfigureAwait(false);
    }
}
