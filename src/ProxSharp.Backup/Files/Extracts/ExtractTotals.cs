namespace ProxSharp.Backup.Files.Extracts;

/// <summary>What was restored so far. Several threads count.</summary>
internal sealed class ExtractTotals(IProgress<FileProgress>? progress)
{
    private const long ProgressEntries = 256;
    private const long ProgressBytes = 16 << 20;

    private readonly IProgress<FileProgress>? _progress = progress;
    private readonly Lock _gate = new();
    private long _reportedEntries;
    private long _reportedBytes;

    /// <summary>What would be done; null if it is done.</summary>
    internal RestorePreview? Preview { get; init; }

    internal long Entries { get; private set; }

    internal long Files { get; private set; }

    internal long Bytes { get; private set; }

    internal long Kept { get; private set; }

    internal long Skipped { get; private set; }

    internal void Add()
    {
        lock (_gate)
        {
            Entries++;
            Report();
        }
    }

    internal void AddFile(long length, bool kept)
    {
        lock (_gate)
        {
            Entries++;
            Files++;
            Kept += kept ? 1 : 0;
            Bytes += length;
            Report();
        }
    }

    internal void Skip()
    {
        lock (_gate)
            Skipped++;
    }

    /// <summary>Tells how far a large file is.</summary>
    internal void ReportPart(long bytes)
    {
        if (_progress is null)
            return;
        lock (_gate)
        {
            if (Bytes + bytes - _reportedBytes < ProgressBytes)
                return;
            (_reportedEntries, _reportedBytes) = (Entries, Bytes + bytes);
            _progress.Report(new(Entries, Bytes + bytes));
        }
    }

    internal void ReportEnd() => _progress?.Report(new(Entries, Bytes));

    private void Report()
    {
        if (_progress is null || (Entries - _reportedEntries < ProgressEntries && Bytes - _reportedBytes < ProgressBytes))
            return;
        (_reportedEntries, _reportedBytes) = (Entries, Bytes);
        ReportEnd();
    }
}
