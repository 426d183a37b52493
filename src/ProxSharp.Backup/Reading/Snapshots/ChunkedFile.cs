using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A file of a snapshot whose list of chunks was fetched and verified.</summary>
internal sealed class ChunkedFile(SnapshotFile file, IChunkIndex index, ChunkLoader loader, ZeroChunks zeros, ChunkCache cache, ReadAhead ahead) : IDisposable
{
    private const int FewAhead = 4;

    public SnapshotFile File => file;

    public IChunkIndex Index => index;

    public ChunkLoader Loader => loader;

    public ZeroChunks Zeros => zeros;

    /// <summary>All bytes in order, fetched ahead: at once if all will be read, else as reading goes on.</summary>
    public ChunkStream OpenStream(bool eager = false) => new(loader, index, zeros, ahead, eager, cache);

    /// <summary>
    /// All bytes in order, of which this machine may have some: not far ahead, because what of a file is there is known when it is reached, and what is on its
    /// way then was fetched in vain.
    /// </summary>
    public ChunkStream OpenStream(ChunkLoader local) => new(local, index, zeros, ahead with { Chunks = Math.Min(FewAhead, ahead.Chunks) }, eager: false, cache);

    /// <summary>
    /// All bytes in order, of which this machine may have some. Several such streams share what they fetch if they are not far from each other; nothing is
    /// fetched ahead.
    /// </summary>
    public Stream OpenSharedStream(ChunkLoader local) => new PxarContent(new ChunkedSource(local, index, zeros, cache, new(0, 0)), 0, index.Size);

    /// <summary>All bytes in order; chunks of zeros are fetched like others.</summary>
    public ChunkStream OpenWholeStream() => new(loader, index, ZeroChunks.None, ahead, eager: true);

    /// <summary>All chunks in order, fetched ahead.</summary>
    public ChunkPrefetcher Prefetch() => Prefetch(new IndexChunkList(index));

    /// <summary>Some chunks in order, fetched ahead.</summary>
    /// <param name="chunks">The chunks.</param>
    /// <param name="window">How many to begin with.</param>
    public ChunkPrefetcher Prefetch(IReadOnlyList<IndexChunk> chunks, int window = ChunkPrefetcher.FirstChunks) => new(loader, chunks, zeros, 0, ahead, window);

    /// <summary>Bytes at any place, fetched when they are asked for.</summary>
    // Half of the cache at most is fetched ahead, or it would push out what it has just fetched.
    public ChunkedSource OpenSource() => new(loader, index, zeros, cache, new(Math.Max(1, ahead.Chunks / 2), cache.Capacity / 2));

    /// <summary>Bytes at any place, fetched when they are asked for with the memory of somebody else.</summary>
    public ChunkedSource OpenSource(ChunkLoader other, ChunkCache shared, ReadAhead limit) => new(other, index, zeros, shared, limit);

    public void Dispose() => loader.Dispose();
}
