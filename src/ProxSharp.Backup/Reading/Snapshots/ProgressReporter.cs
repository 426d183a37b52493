using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Counts what is done of one file, and tells it. Reports come one after the other.</summary>
internal sealed class ProgressReporter(IProgress<RestoreProgress>? progress, string file, IChunkIndex index, ReadCounters counters, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private long _bytes;
    private long _chunks;

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Counts bytes and chunks.</summary>
    public void Add(long bytes, int chunks)
    {
        lock (_lock)
        {
            _bytes += bytes;
            _chunks += chunks;
            Report();
        }
    }

    /// <summary>Tells how far a reader has come that goes from front to back.</summary>
    public void MoveTo(long position)
    {
        lock (_lock)
        {
            if (position <= _bytes)
                return;
            _bytes = position;
            _chunks = position < index.Size ? index.FindChunk(position) : index.Count;
            Report();
        }
    }

    /// <summary>Tells that nothing is left to do, though the end need not have been read.</summary>
    public void Complete() => MoveTo(index.Size);

    private void Report() => progress?.Report(new(file, _bytes, index.Size, _chunks, index.Count, counters.Bytes, Elapsed));
}
