namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>What was fetched for a snapshot so far.</summary>
internal sealed class ReadCounters
{
    private long _chunks;
    private long _bytes;

    public long Chunks => Interlocked.Read(ref _chunks);

    public long Bytes => Interlocked.Read(ref _bytes);

    public void AddChunk(int bytes)
    {
        Interlocked.Increment(ref _chunks);
        Interlocked.Add(ref _bytes, bytes);
    }
}
