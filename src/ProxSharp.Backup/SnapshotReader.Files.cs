using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <content>Whole files to files.</content>
public sealed partial class SnapshotReader
{
    /// <summary>
    /// Writes a file of the snapshot to a file: the bytes of an image, of a small file or of an archive (which is not unpacked). After a failure a new file is
    /// removed.
    /// </summary>
    /// <param name="name">Its name, with or without the stored suffix.</param>
    /// <param name="path">The file, or for an image also a block device.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="cancellationToken">Stops restoring.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="Formats.BackupKeyException">The file is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The file is damaged.</exception>
    /// <exception cref="IOException">The file exists already, or cannot be written.</exception>
    public async Task<RestoreFileResult> RestoreFileAsync(
        string name,
        string path,
        RestoreFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= RestoreFileOptions.Default;
        long start = Time.GetTimestamp();
        SnapshotFile? file = FindFile(name);
        bool inOneStream = file is { IsIndex: true } && (file.Kind != SnapshotFileKind.SplitMetadata || name == file.Name || name == file.StoredName);
        if (inOneStream)
        {
            ChunkedFile chunked = await OpenChunkedAsync(file!, cancellationToken).ConfigureAwait(false);
            ImageRestorer restorer = new(chunked, options, Report(chunked, options.Progress));
            return await restorer.RestoreAsync(path, cancellationToken).ConfigureAwait(false);
        }

        long length = await CopyToNewFileAsync(name, path, options, cancellationToken).ConfigureAwait(false);
        return new(length, length, 0, 0, Time.GetElapsedTime(start));
    }

    private async Task<long> CopyToNewFileAsync(string name, string path, RestoreFileOptions options, CancellationToken cancellationToken)
    {
        // What is small is fetched first, so that a file that cannot be read leaves what exists alone.
        ReadOnlyMemory<byte>? content = FindFile(name) is { IsIndex: true } ? null : await ReadBlobAsync(name, cancellationToken).ConfigureAwait(false);
        FileStream target = new(path, options.Overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        try
        {
            await using (target.ConfigureAwait(false))
            {
                if (content is { } bytes)
                    await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                else
                    await CopyToAsync(name, target, options.Progress, cancellationToken).ConfigureAwait(false);
                await target.FlushAsync(cancellationToken).ConfigureAwait(false);
                return target.Position;
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}
