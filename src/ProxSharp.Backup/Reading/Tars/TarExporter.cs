using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>Turns entries of an archive into members of a tar stream.</summary>
internal sealed class TarExporter(Stream destination) : IDisposable
{
    private const int MostSkipped = 1000;
    private static readonly PxarMetadata s_linkMetadata = PxarMetadata.Create(PxarEntryKind.File, 0x1A4);

    private readonly TarStreamWriter _writer = new(destination);
    private readonly List<string> _skipped = [];
    private readonly List<string> _damaged = [];
    private long _skippedCount;
    private long _damagedCount;
    private long _entries;

    /// <summary>Writes one entry.</summary>
    /// <param name="path">Its path from the root.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="open">Opens its content; only asked for files.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    public async ValueTask WriteAsync(byte[] path, PxarEntry entry, Func<ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        if (entry.Kind == PxarEntryKind.Socket)
        {
            _skippedCount++;
            if (_skipped.Count < MostSkipped)
                _skipped.Add(PxarName.Escape(path));
            return;
        }

        bool isFile = entry.Kind == PxarEntryKind.File;
        TarHeader header = new(MemberPath(path, entry.Kind), entry.Kind, entry.Metadata ?? s_linkMetadata)
        {
            Length = isFile ? entry.Length : 0,
            LinkTarget = entry.Kind == PxarEntryKind.HardLink ? MemberPath(entry.LinkTarget.Span, PxarEntryKind.File) : entry.LinkTarget,
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
        };
        Stream? content = isFile && entry.Length > 0 ? await open().ConfigureAwait(false) : null;
        await _writer.WriteAsync(header, content, cancellationToken).ConfigureAwait(false);
        _entries++;
    }

    /// <summary>Writes a further name of a file whose own link leads somewhere else.</summary>
    public async ValueTask WriteLinkAsync(byte[] path, ReadOnlyMemory<byte> target, PxarMetadata metadata, CancellationToken cancellationToken)
    {
        TarHeader header = new(MemberPath(path, PxarEntryKind.HardLink), PxarEntryKind.HardLink, metadata)
        {
            LinkTarget = MemberPath(target.Span, PxarEntryKind.File),
        };
        await _writer.WriteAsync(header, null, cancellationToken).ConfigureAwait(false);
        _entries++;
    }

    public async ValueTask<TarResult> FinishAsync(CancellationToken cancellationToken)
    {
        await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new(_entries, _writer.Position, _skipped, _skippedCount) { Damaged = _damaged, DamagedCount = _damagedCount };
    }

    /// <summary>Notes a hard link that leads nowhere: a tar with it could not be unpacked, or would give another file.</summary>
    public void LeaveOut(byte[] path)
    {
        _damagedCount++;
        if (_damaged.Count < MostSkipped)
            _damaged.Add(PxarName.Escape(path));
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>As <c>tar -C directory .</c> names them: <c>./a/b</c>, directories with a slash at the end.</summary>
    private static byte[] MemberPath(ReadOnlySpan<byte> path, PxarEntryKind kind) =>
        kind == PxarEntryKind.Directory && !path.IsEmpty ? [.. "./"u8, .. path, (byte)'/'] : [.. "./"u8, .. path];
}
