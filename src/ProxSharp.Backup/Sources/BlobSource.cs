using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Runs;

namespace ProxSharp.Backup.Sources;

/// <summary>A small file.</summary>
internal sealed class BlobSource(string name, string? path, ReadOnlyMemory<byte> content) : BackupSource(name)
{
    private readonly string _stored = ArchiveName.ToStored(name);

    /// <inheritdoc/>
    internal override IEnumerable<string> StoredNames(BackupOptions options) => [_stored];

    /// <inheritdoc/>
    internal override async Task BackUpAsync(BackupRun run)
    {
        ReadOnlyMemory<byte> data = path is null ? content : await SourceReading.RunAsync(_stored, () => ReadAsync(path, run.Token)).ConfigureAwait(false);
        await run.StoreBlobAsync(_stored, data).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<BackupSourceSize> MeasureAsync(CancellationToken cancellationToken = default)
    {
        // Files of /proc and the like tell their length only when they are read; none is large.
        ReadOnlyMemory<byte> data = path is null
            ? content
            : await SourceReading.RunAsync(_stored, () => ReadAsync(path, cancellationToken)).ConfigureAwait(false);
        return new(1, 1, data.Length, 0);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (PathKind.IsNamedPipe(file))
        {
            throw new IOException($"{file} is a named pipe, and not a file: write what comes from it to a file first");
        }

        if (PathKind.IsDevice(file))
        {
            throw new IOException($"{file} is a device or a socket, and not a file: a disk is stored as an image");
        }

        // Files of /proc and of /etc/pve have no length that could be trusted.
        using MemoryStream bytes = new();
        FileStream stream = new(file, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
        await using (stream.ConfigureAwait(false))
        {
            await ReadAsync(file, stream, bytes, cancellationToken).ConfigureAwait(false);
        }

        return bytes.ToArray();
    }

    private async ValueTask ReadAsync(string file, FileStream stream, MemoryStream bytes, CancellationToken cancellationToken)
    {
        // The other end of a pipe may take its time.
        bool mayWait = !PathKind.IsRegular(file);
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            if (!mayWait && PathKind.WouldWait(stream.SafeFileHandle))
            {
                throw new IOException($"{file} has no end: it waits for what the system writes next");
            }

            // A read of a pipe that waits cannot be stopped, only left to itself.
            int count = await stream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            bytes.Write(buffer, 0, count);
            if (bytes.Length > DataBlob.MaxDataSize)
            {
                string why = FormattableString.Invariant($"{file} has more than {DataBlob.MaxDataSize} bytes; store it as an image or in a directory");
                throw BackupSourceException.Create(_stored, why);
            }
        }
    }
}
