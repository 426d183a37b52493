using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// The split archive of a previous backup, to see what of it can be used again: its names and metadata are looked up by path, and its payload index says in
/// which chunks contents lie. Contents themselves are not read. Lookups are asynchronous only.
/// </summary>
public sealed class PreviousArchiveReader : IAsyncDisposable
{
    private const long CacheBytes = 64L << 20;
    private readonly ChunkLoader _loader;
    private readonly ChunkCache _cache;

    private PreviousArchiveReader(ChunkLoader loader, ChunkCache cache, PreviousArchive archive) => (_loader, _cache, Archive) = (loader, cache, archive);

    /// <summary>The names and metadata, and the chunks of the payload stream.</summary>
    public PreviousArchive Archive { get; }

    /// <summary>Opens the archive: fetches the chunk in which it begins.</summary>
    /// <param name="metadata">The index of the metadata stream (<c>.mpxar.didx</c>).</param>
    /// <param name="payload">The index of the payload stream (<c>.ppxar.didx</c>).</param>
    /// <param name="chunks">
    /// Where the chunks of the metadata stream come from. A server gives them to a reader session that has downloaded their index, not to the backup session.
    /// </param>
    /// <param name="key">The key if the archive is encrypted; null if it is not. It stays the caller's to dispose.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged, or is encrypted otherwise than said.</exception>
    /// <exception cref="MissingChunkException">A chunk is missing.</exception>
    public static async Task<PreviousArchiveReader> OpenAsync(
        DynamicIndex metadata,
        DynamicIndex payload,
        IChunkSource chunks,
        CryptConfig? key = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(chunks);
        ChunkLoader loader = new(chunks, "the previous metadata", key, new ChunkBufferPool(CacheBytes), new ReadCounters());
        ChunkCache cache = new(CacheBytes);
        try
        {
            ChunkedSource source = new(loader, metadata, ZeroChunks.None, cache, new(4, CacheBytes / 2));
            PxarArchive archive = await PxarArchive.OpenAsync(source, null, cancellationToken).ConfigureAwait(false);
            return new(loader, cache, new(archive, payload));
        }
        catch
        {
            await cache.DisposeAsync().ConfigureAwait(false);
            loader.Dispose();
            throw;
        }
    }

    /// <summary>Frees the buffers. Nothing can be looked up any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync().ConfigureAwait(false);
        _loader.Dispose();
    }
}
