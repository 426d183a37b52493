using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>What both sides of a comparison share, so that what is equal in both is fetched and decoded once, and memory is bounded as a whole.</summary>
internal sealed class ComparisonMemory : IAsyncDisposable
{
    // Two of the largest chunks, one of each side, and a few usual ones: with less, each side would push out what the other one reads.
    private const long CacheBytes = 36L << 20;

    // What is kept, what is on its way in both forms, and gaps.
    private const long PoolBytes = 84L << 20;

    /// <summary>How far ahead each stream is fetched when it is read in order. Several are, in turns.</summary>
    public static ReadAhead Ahead { get; } = new(4, CacheBytes / 4);

    /// <summary>Where memory for chunks comes from.</summary>
    public ChunkBufferPool Pool { get; } = new(PoolBytes);

    /// <summary>The chunks that were used last.</summary>
    public ChunkCache Cache { get; } = new(CacheBytes);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Cache.DisposeAsync();
}
