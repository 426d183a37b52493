using System.Buffers;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Collects bytes from a source that may send anything, up to a limit, in memory from a pool.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private readonly ChunkBufferPool _pool;
    private readonly int _limit;
    private ChunkBuffer? _buffer;

    public PooledBuffer(ChunkBufferPool pool, int capacity, int limit)
    {
        (_pool, _limit) = (pool, limit);
        _buffer = pool.Rent(Math.Min(capacity, limit));
    }

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Span => Buffer.Memory.Span[..Count];

    private ChunkBuffer Buffer => _buffer ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Buffer.Length - Count);
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
        if (Buffer.Length - Count < needed)
            Grow(checked(Count + needed));
        return Buffer.Memory[Count..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Dispose();

    private void Grow(int needed)
    {
        // A little more than the limit, so that whoever writes can ask whether more comes.
        long size = Math.Max(needed, Math.Min(Buffer.Length * 2L, _limit + 1L));
        ChunkBuffer larger = _pool.Rent((int)Math.Min(size, Array.MaxLength));
        Span.CopyTo(larger.Memory.Span);
        Buffer.Dispose();
        _buffer = larger;
    }
}
