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

        // Files of /proc and of /etc/pve have no length that could be trusted.
        using MemoryStream bytes = new();
        FileStream stream = new(file, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = new byte[64 * 1024];
            // A read of a pipe or terminal that waits cannot be stopped, only left to itself.
            while (await stream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is int count and > 0)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > DataBlob.MaxDataSize)
                {
                    string why = FormattableString.Invariant($"{file} has more than {DataBlob.MaxDataSize} bytes; store it as an image or in a directory");
                    throw BackupSourceException.Create(_stored, why);
                }
            }
        }

        return bytes.ToArray();
    }
}
