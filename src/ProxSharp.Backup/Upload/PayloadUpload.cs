using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Upload;

/// <summary>The payload stream of a split archive on its way to the server.</summary>
/// <param name="upload">Takes the bytes.</param>
/// <param name="chunker">The chunker of that upload.</param>
internal sealed class PayloadUpload(ArchiveUpload upload, PayloadChunker chunker) : IPayloadSink
{
    // The chunker sees only what is written; places in the stream count what is injected, too.
    private long _injected;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return upload.WriteAsync(bytes);
    }

    /// <inheritdoc/>
    public ValueTask BoundaryAsync(long position, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        chunker.Suggest(position - _injected);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask InjectAsync(IReadOnlyList<IndexChunk> chunks, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (IndexChunk chunk in chunks)
        {
            _injected += chunk.Length;
        }

        return upload.InjectAsync(chunks);
    }
}
