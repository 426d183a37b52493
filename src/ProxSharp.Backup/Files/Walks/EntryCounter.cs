using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>Counts the entries of a walk instead of writing them.</summary>
internal sealed class EntryCounter(IProgress<FileProgress>? progress)
{
    private const int ProgressEntries = 256;

    private readonly IProgress<FileProgress>? _progress = progress;
    private readonly HashSet<(ulong Device, ulong Inode)> _links = [];

    internal EmitterTotals Totals { get; } = new() { Entries = 1 };

    /// <summary>Counts an item, and disposes of it.</summary>
    internal ValueTask Add(WalkItem item, CancellationToken cancellationToken)
    {
        using (item)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item.Kind == WalkItemKind.Leave)
                return ValueTask.CompletedTask;
            Totals.Entries++;
            if (item.Kind == WalkItemKind.Entry && item.Stat.Kind == PxarEntryKind.File)
                AddFile(item);
            if (Totals.Entries % ProgressEntries == 0)
                ReportEnd();
            return ValueTask.CompletedTask;
        }
    }

    internal void ReportEnd() => _progress?.Report(new(Totals.Entries, Totals.Bytes));

    private void AddFile(WalkItem item)
    {
        if (ArchiveEmitter.CanBeTarget(item) && !_links.Add((item.Stat.Device, item.Stat.Inode)))
        {
            Totals.HardLinks++;
            return;
        }

        Totals.Files++;
        Totals.Bytes += item.Stat.Length;
    }
}
