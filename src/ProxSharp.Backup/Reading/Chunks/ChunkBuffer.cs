namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Memory on loan. Whoever has it gives it back once.</summary>
internal sealed class ChunkBuffer(ChunkBufferPool? pool, MemoryBlock? block, Memory<byte> memory) : IDisposable
{
    private ChunkBufferPool? _pool = pool;

    public Memory<byte> Memory { get; } = memory;

    public int Length => Memory.Length;

    /// <summary>Gives it back; once more changes nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _pool, null)?.Return(block!, Memory);
}
