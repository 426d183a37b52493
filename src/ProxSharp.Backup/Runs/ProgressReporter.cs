using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Runs;

/// <summary>Tells the caller how far the backup is, not too often.</summary>
internal sealed class ProgressReporter(BackupOptions options, TransferCounters whole, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _gate = new();
    private string _archive = "";
    private long? _size;
    private long? _expected;
    private long _archiveStart;
    private long _last;
    private TransferCounters? _counters;

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Begins with an archive.</summary>
    /// <param name="archive">Its stored name.</param>
    /// <param name="size">Its size; null if that is not known.</param>
    /// <param name="expected">About how large it will be where the size is not known; null if nothing tells.</param>
    /// <param name="counters">Its counters.</param>
    public void Begin(string archive, long? size, long? expected, TransferCounters counters)
    {
        lock (_gate)
        {
            (_archive, _size, _expected, _counters, _archiveStart) = (archive, size, size ?? expected, counters, time.GetTimestamp());
        }

        Report();
    }

    /// <summary>Reports if it is time to.</summary>
    public void Tick()
    {
        if (options.Progress is null)
        {
            return;
        }

        lock (_gate)
        {
            if (time.GetElapsedTime(_last) < options.ProgressInterval)
            {
                return;
            }
        }

        Report();
    }

    /// <summary>Reports in any case.</summary>
    public void Report()
    {
        if (options.Progress is { } progress)
        {
            progress.Report(Snapshot());
        }
    }

    private BackupProgress Snapshot()
    {
        lock (_gate)
        {
            _last = time.GetTimestamp();
            long done = _counters?.BytesRead ?? 0;
            bool isKnown = done > 0 && (done <= _expected || _size is not null);
            TimeSpan? remaining = isKnown && _expected is { } size ? time.GetElapsedTime(_archiveStart) * ((double)(size - done) / done) : null;
            return new BackupProgress
            {
                Archive = _archive,
                ArchiveBytes = done,
                ArchiveSize = _size,
                BytesRead = whole.BytesRead,
                BytesReused = whole.BytesReused,
                BytesUploaded = whole.BytesUploaded,
                BytesSent = whole.BytesSent,
                Chunks = whole.Chunks,
                ChunksReused = whole.Chunks - whole.ChunksUploaded,
                Elapsed = Elapsed,
                Remaining = remaining is { } left && left > TimeSpan.Zero ? left : remaining is null ? null : TimeSpan.Zero,
            };
        }
    }
}
