using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Runs;

/// <summary>Tells the caller how far the backup is, not too often.</summary>
internal sealed class ProgressReporter : IAsyncDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly BackupOptions _options;
    private readonly TransferCounters _whole;
    private readonly TimeProvider _time;
    private readonly UploadFault _fault;
    private readonly long _start;
    private readonly ITimer? _clock;
    private readonly Lock _gate = new();

    // Held while the caller is told, so that reports come one after the other.
    private readonly Lock _telling = new();
    private string _archive = "";
    private long? _size;
    private long? _expected;
    private long _archiveStart;
    private long? _last;
    private TransferCounters? _counters;

    public ProgressReporter(BackupOptions options, TransferCounters whole, UploadFault fault, TimeProvider time)
    {
        (_options, _whole, _fault, _time, _start) = (options, whole, fault, time, time.GetTimestamp());
        if (options.Progress is not null && options.ProgressInterval > TimeSpan.Zero)
        {
            // Nothing is read while a slow line takes what was read before, and one chunk may be long under way.
            TimeSpan interval = options.ProgressInterval < s_longest ? options.ProgressInterval : s_longest;
            _clock = time.CreateTimer(static state => ((ProgressReporter)state!).OnTime(), this, interval, interval);
        }
    }

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Begins with an archive.</summary>
    /// <param name="archive">Its stored name.</param>
    /// <param name="size">Its size; null if that is not known.</param>
    /// <param name="expected">About how large it will be where the size is not known; null if nothing tells.</param>
    /// <param name="counters">Its counters.</param>
    public void Begin(string archive, long? size, long? expected, TransferCounters counters)
    {
        lock (_gate)
        {
            (_archive, _size, _expected, _counters, _archiveStart) = (archive, size, size ?? expected, counters, _time.GetTimestamp());
        }

        Report();
    }

    /// <summary>Reports if it is time to.</summary>
    public void Tick()
    {
        // Who finds somebody else reporting has nothing to add.
        if (_options.Progress is null || !_telling.TryEnter())
        {
            return;
        }

        try
        {
            if (IsDue())
            {
                _options.Progress.Report(Snapshot());
            }
        }
        finally
        {
            _telling.Exit();
        }
    }

    /// <summary>Reports in any case.</summary>
    public void Report()
    {
        if (_options.Progress is { } progress)
        {
            lock (_telling)
            {
                progress.Report(Snapshot());
            }
        }
    }

    /// <summary>Ends the reports that nothing but time causes.</summary>
    public ValueTask DisposeAsync() => _clock?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void OnTime()
    {
        try
        {
            Tick();
        }
        catch (Exception failure)
        {
            // Reported: it ends the backup, as an exception of the caller's does where archives are read.
            _fault.Report(failure);
        }
    }

    private bool IsDue()
    {
        lock (_gate)
        {
            return _counters is not null && (_last is not { } last || _time.GetElapsedTime(last) >= _options.ProgressInterval);
        }
    }

    private BackupProgress Snapshot()
    {
        lock (_gate)
        {
            _last = _time.GetTimestamp();
            return new BackupProgress
            {
                Archive = _archive,
                ArchiveBytes = _counters?.BytesRead ?? 0,
                ArchiveSize = _size,
                BytesRead = _whole.BytesRead,
                BytesReused = _whole.BytesReused,
                BytesUploaded = _whole.BytesUploaded,
                BytesSent = _whole.BytesSent,
                Chunks = _whole.Chunks,
                ChunksReused = _whole.Chunks - _whole.ChunksUploaded,
                Elapsed = Elapsed,
                Remaining = Remaining(),
            };
        }
    }

    /// <summary>The time for the rest, judged by what the server has. What is only read may have to wait for a line that is slower than the disk.</summary>
    private TimeSpan? Remaining()
    {
        if (_counters is null || _expected is not { } size)
        {
            return null;
        }

        long done = _counters.BytesReused + _counters.BytesUploaded;
        long work = done - _counters.BytesSkipped; // What was not even read took no time, and tells nothing of the rate.
        bool isKnown = work > 0 && (_size is not null || _counters.BytesRead <= size);
        return isKnown ? _time.GetElapsedTime(_archiveStart) * (Math.Max(0.0, size - done) / work) : done >= size && done > 0 ? TimeSpan.Zero : null;
    }
}
