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
    public override void Check()
    {
        if (path is null)
        {
            return;
        }

        if (!Path.Exists(path) && !PathKind.IsHidden(path))
        {
            FileNotFoundException missing = new($"Could not find file '{path}'.", path);
            throw BackupSourceException.Create(_stored, missing.Message, missing);
        }

        if (FindMisfit(path) is { } misfit)
        {
            throw BackupSourceException.Create(_stored, misfit);
        }

        // What a pipe without a name holds can be read once only.
        if (!PathKind.IsStream(path) && SourceReading.Run(_stored, () => IsTooLong(path)))
        {
            throw TooLong(path);
        }
    }

    private static bool IsTooLong(string file)
    {
        using FileStream stream = new(file, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
        return stream.CanSeek && stream.Length > DataBlob.MaxDataSize;
    }

    private BackupSourceException TooLong(string file) => BackupSourceException.Create(
        _stored, FormattableString.Invariant($"{file} has more than {DataBlob.MaxDataSize} bytes; store it as an image or in a directory"));

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
        if (FindMisfit(file) is { } misfit)
        {
            throw new IOException(misfit);
        }

        return await SmallFile.TryReadAsync(file, DataBlob.MaxDataSize, cancellationToken).ConfigureAwait(false) ?? throw TooLong(file);
    }

    private static string? FindMisfit(string file) =>
        PathKind.IsNamedPipe(file) ? $"{file} is a named pipe, and not a file: write what comes from it to a file first"
        : PathKind.IsDevice(file) ? $"{file} is a device or a socket, and not a file: a disk is stored as an image"
        : System.IO.Directory.Exists(file) ? $"{file} is a directory, and not a file: a directory is stored as an archive with a name that ends in .pxar"
        : null;
}
