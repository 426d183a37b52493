using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>Writes the entries of a walk into an archive, one after the other.</summary>
internal sealed class ArchiveEmitter(PxarWriter writer, CatalogOutput? catalog, IPayloadSink? payload, WarningLog warnings, IProgress<FileProgress>? progress)
{
    private const int ProgressEntries = 256;
    private const long ProgressBytes = 16 << 20;
    private const int MaxLinkPath = 4096;

    private readonly PxarWriter _writer = writer;
    private readonly CatalogOutput? _catalog = catalog;
    private readonly IPayloadSink? _payload = payload;
    private readonly WarningLog _warnings = warnings;
    private readonly IProgress<FileProgress>? _progress = progress;
    private readonly Dictionary<(ulong Device, ulong Inode), PxarLinkTarget> _targets = [];
    private (long Entries, long Bytes) _reported;

    internal EmitterTotals Totals { get; } = new() { Entries = 1 };

    /// <summary>Writes an item. It may be disposed then.</summary>
    /// <param name="item">The item, loaded and not skipped.</param>
    /// <param name="reused">Where the content of a file lies in the new payload stream already; null to write the content.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    internal async ValueTask WriteAsync(WalkItem item, PxarPayloadReference? reused, CancellationToken cancellationToken)
    {
        switch (item.Kind)
        {
            case WalkItemKind.Enter:
                await _writer.BeginDirectoryAsync(item.Name, item.Metadata!, cancellationToken).ConfigureAwait(false);
                _catalog?.Begin(item.Name);
                Totals.Entries++;
                break;
            case WalkItemKind.Leave:
                await _writer.EndDirectoryAsync(cancellationToken).ConfigureAwait(false);
                if (_catalog is not null)
                    await _catalog.EndAsync(cancellationToken).ConfigureAwait(false);
                break;
            default:
                await WriteEntryAsync(item, reused, cancellationToken).ConfigureAwait(false);
                Totals.Entries++;
                break;
        }

        Report();
    }

    /// <summary>Whether a file was written before under another name.</summary>
    internal bool IsKnownLink(WalkItem item) => item.Stat.Links > 1 && _targets.ContainsKey((item.Stat.Device, item.Stat.Inode));

    /// <summary>Whether later names of a file can refer to this one.</summary>
    internal static bool CanBeTarget(WalkItem item) =>
        item.Stat is { Kind: PxarEntryKind.File, Links: > 1, Inode: not 0 } && item.Directory.PathLength + item.Name.Span.Length <= MaxLinkPath;

    internal void ReportEnd() => _progress?.Report(new(Totals.Entries, Totals.Bytes));

    private async ValueTask WriteEntryAsync(WalkItem item, PxarPayloadReference? reused, CancellationToken cancellationToken)
    {
        PxarEntryKind kind = item.Stat.Kind;
        (PxarName name, PxarMetadata metadata) = (item.Name, item.Metadata!);
        if (kind == PxarEntryKind.File && IsKnownLink(item))
        {
            kind = PxarEntryKind.HardLink;
            await _writer.WriteHardLinkAsync(name, _targets[(item.Stat.Device, item.Stat.Inode)], cancellationToken).ConfigureAwait(false);
            Totals.HardLinks++;
        }
        else if (kind == PxarEntryKind.File)
        {
            await WriteFileAsync(item, reused, cancellationToken).ConfigureAwait(false);
        }
        else if (kind == PxarEntryKind.Symlink)
        {
            await _writer.WriteSymlinkAsync(name, metadata, item.LinkTarget, cancellationToken).ConfigureAwait(false);
        }
        else if (kind is PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice)
        {
            await _writer.WriteDeviceAsync(name, metadata, item.Stat.NodeMajor, item.Stat.NodeMinor, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _writer.WriteSpecialAsync(name, metadata, cancellationToken).ConfigureAwait(false);
        }

        _catalog?.Add(name, kind, item.Stat.Length, metadata.ModificationTime);
    }

    private async ValueTask WriteFileAsync(WalkItem item, PxarPayloadReference? reused, CancellationToken cancellationToken)
    {
        if (reused is { } reference)
        {
            await _writer.WriteFileReferenceAsync(item.Name, item.Metadata!, reference, cancellationToken).ConfigureAwait(false);
            Totals.ReusedFiles++;
            Totals.ReusedBytes += item.Stat.Length;
            Totals.UsedBytes += reference.End - reference.Position;
        }
        else
        {
            if (_payload is not null)
                await _payload.BoundaryAsync(_writer.PayloadPosition, cancellationToken).ConfigureAwait(false);
            await WriteContentAsync(item, cancellationToken).ConfigureAwait(false);
        }

        Totals.Files++;
        Totals.Bytes += item.Stat.Length;
        if (CanBeTarget(item))
            _targets[(item.Stat.Device, item.Stat.Inode)] = _writer.GetLastFile();
        else if (item.Stat.Links > 1 && item.Stat.Inode != 0)
            _warnings.Add(FileWarningKind.HardLink, item.Path, "The path is too long for hard links to it: further names are kept as files of their own.");
    }

    private async ValueTask WriteContentAsync(WalkItem item, CancellationToken cancellationToken)
    {
        long length = item.Stat.Length;
        if (item.Content is { } content && content.Length == length)
        {
            await _writer.WriteFileAsync(item.Name, item.Metadata!, content, cancellationToken).ConfigureAwait(false);
            Compare(item, new(0, item.HasMore), null);
            return;
        }

        if (item.Content is { } part)
        {
            using MemoryStream rest = new(part.ToArray(), writable: false);
            Compare(item, await _writer.WriteFileAsync(item.Name, item.Metadata!, length, rest, cancellationToken).ConfigureAwait(false), null);
            return;
        }

        using NodeContent stream = new(item.Node!, ReportPart);
        PxarFileResult result = await _writer.WriteFileAsync(item.Name, item.Metadata!, length, stream, cancellationToken).ConfigureAwait(false);
        Compare(item, result, stream.Failure);
    }

    private void Compare(WalkItem item, PxarFileResult result, FileTreeException? failure)
    {
        if (failure is not null)
            WalkLoader.RequireLeftOut(failure, item.Path);
        if (failure is not null)
            WarnUnsettled(FileWarningKind.Unreadable, item, $"{failure.Message} The archive has {result.Missing} zeros for the rest.");
        else if (result.Missing > 0)
            WarnUnsettled(FileWarningKind.Shrunk, item, $"The file became shorter while it was read. The archive has {result.Missing} zeros instead.");
        else if (result.HasMore)
            WarnUnsettled(FileWarningKind.Grown, item, $"The file became longer while it was read. The archive has its first {item.Stat.Length} bytes.");
        else if (FindChange(item) is { } change)
            WarnUnsettled(FileWarningKind.Changed, item, change);
    }

    // Size and times may be put back later, and then nothing but this list tells the next backup that the content is not the file's.
    private void WarnUnsettled(FileWarningKind kind, WalkItem item, string message)
    {
        byte[] path = item.Path;
        Totals.Unsettled.Add(path);
        _warnings.Add(kind, path, message);
    }

    // Whoever writes can put the time of modification back, but not that of the change, which a new mode or name sets as well.
    private static string? FindChange(WalkItem item)
    {
        try
        {
            Sources.FileStat now = item.Node!.Refresh();
            return now.ModificationTime != item.Stat.ModificationTime ? "The file changed while it was read: its parts may be of different times."
                : now.ChangeTime != item.Stat.ChangeTime
                    ? "The file or its metadata changed while it was read, though its time of modification is the same: its parts may be of different times."
                : null;
        }
        catch (FileTreeException)
        {
            // What was read is whole; whether the file is still there does not matter.
            return null;
        }
    }

    private void ReportPart(long bytes)
    {
        if (_progress is null || Totals.Bytes + bytes - _reported.Bytes < ProgressBytes)
            return;
        _reported = (Totals.Entries, Totals.Bytes + bytes);
        _progress.Report(new(_reported.Entries, _reported.Bytes));
    }

    private void Report()
    {
        if (_progress is null || (Totals.Entries - _reported.Entries < ProgressEntries && Totals.Bytes - _reported.Bytes < ProgressBytes))
            return;
        _reported = (Totals.Entries, Totals.Bytes);
        ReportEnd();
    }
}
