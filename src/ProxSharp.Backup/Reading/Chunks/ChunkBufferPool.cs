namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// Lends memory for chunks out of a few large blocks. Chunks that are cut by their content have any length, so arrays of their own seldom fit the next one,
/// and the garbage collector lets hundreds of MiB of large arrays pile up. What does not fit any more, and what is small, gets an array of its own.
/// </summary>
/// <param name="capacity">How many bytes all blocks together may have.</param>
internal sealed class ChunkBufferPool(long capacity)
{
    // Two of the largest chunks, encoded and decoded.
    private const int BlockSize = 36 << 20;

    // Lists of chunks, catalogs and small chunks are all that many readers ever see.
    private const int FirstBlockSize = 8 << 20;

    // Less than the smallest chunks: archives of 64 KiB chunks have thousands of them on their way in a second.
    private const int Smallest = 32 << 10;

    private readonly Lock _lock = new();
    private readonly List<MemoryBlock> _blocks = [];

    /// <summary>How many bytes the blocks have so far.</summary>
    public long Reserved => _blocks.Sum(static block => (long)block.Size);

    /// <summary>Lends memory of exactly this length.</summary>
    public ChunkBuffer Rent(int length)
    {
        if (length >= Smallest)
        {
            lock (_lock)
            {
                if (TryRent(length) is { } buffer)
                    return buffer;
            }
        }

        return new(null, null, GC.AllocateUninitializedArray<byte>(length));
    }

    /// <summary>Gives up blocks of which nothing is lent.</summary>
    public void Trim()
    {
        lock (_lock)
            _blocks.RemoveAll(static block => block.IsFree);
    }

    internal void Return(MemoryBlock block, Memory<byte> bytes)
    {
        lock (_lock)
            block.Return(bytes);
    }

    private ChunkBuffer? TryRent(int length)
    {
        foreach (MemoryBlock block in _blocks)
        {
            if (block.TryRent(length, out Memory<byte> bytes))
                return new(this, block, bytes);
        }

        int wanted = _blocks.Count == 0 && length <= FirstBlockSize / 2 ? FirstBlockSize : BlockSize;
        int size = (int)Math.Min(wanted, capacity - Reserved);
        if (length > size)
            return null;
        MemoryBlock added = new(size);
        _blocks.Add(added);
        return added.TryRent(length, out Memory<byte> first) ? new(this, added, first) : null;
    }
}
