using System.Buffers;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Collects bytes from a source that may send anything, up to a limit, in an array from a pool.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private readonly ChunkBufferPool _pool;
    private readonly int _limit;
    private byte[]? _array;

    public PooledBuffer(ChunkBufferPool pool, int capacity, int limit)
    {
        (_pool, _limit) = (pool, limit);
        _array = pool.Rent(Math.Min(capacity, limit));
    }

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Span => Array.AsSpan(0, Count);

    private byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.Length - Count);
        Count += count;
        if (Count > _limit)
        {
            string message = FormattableString.Invariant($"More than the {_limit} bytes that are possible here have come.");
            throw new ProxmoxProtocolException(message) { Offset = _limit };
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (Array.Length - Count < needed)
            Grow(checked(Count + needed));
        return Array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            _pool.Return(array);
    }

    private void Grow(int needed)
    {
        // A little more than the limit, so that whoever writes can ask whether more comes.
        long size = Math.Max(needed, Math.Min(Array.Length * 2L, _limit + 1L));
        byte[] larger = _pool.Rent((int)Math.Min(size, System.Array.MaxLength));
        Span.CopyTo(larger);
        _pool.Return(Array);
        _array = larger;
    }
}
