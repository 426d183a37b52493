using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Resuming;

/// <summary>
/// Reads files of a target by their paths, first what a restore that was broken off has written to replace them. No link is followed. For one thread at a
/// time.
/// </summary>
/// <param name="root">The target.</param>
/// <param name="archive">The checksum of the index of the archive.</param>
internal sealed class LocalFiles(ITargetDirectory root, Sha256Digest archive) : IDisposable
{
    // Files come in the order of an archive: many reads are of the same file, and many files of the same directory.
    private ITargetDirectory? _directory;
    private byte[]? _directoryPath;
    private ITargetFile? _file;
    private ITargetFile? _part;
    private byte[]? _path;

    public void Dispose()
    {
        CloseFiles();
        CloseDirectory();
        root.Dispose();
    }

    /// <summary>Reads at a position of a file; 0 at its end, or if there is no such file.</summary>
    /// <param name="path">Names with slashes between them.</param>
    /// <param name="position">The position.</param>
    /// <param name="destination">Takes the bytes.</param>
    /// <exception cref="FileTreeException">It cannot be read.</exception>
    public int Read(ReadOnlyMemory<byte> path, long position, Span<byte> destination)
    {
        if (_path is null || !path.Span.SequenceEqual(_path))
        {
            CloseFiles();
            _path = path.ToArray();
            Open(_path);
        }

        // The part is what the archive has, up to where the line broke; the file that it is to replace may have the same further on.
        int read = _part?.Read(position, destination) ?? 0;
        return read > 0 ? read : _file?.Read(position, destination) ?? 0;
    }

    private void Open(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        if (!PxarName.IsValid(path[(slash + 1)..]))
            return;
        try
        {
            if (EnterAll(slash < 0 ? [] : path[..slash]) is not { } directory)
                return;
            PxarName name = new(path[(slash + 1)..]);
            PxarName part = TemporaryName.OfPart(name, archive);
            if (directory.Find(part) is { Kind: PxarEntryKind.File })
                _part = directory.Open(part);
            _file = directory.Open(name);
        }
        catch (FileTreeException)
        {
            // It is not there, or is something else: then its content is fetched.
        }
    }

    private ITargetDirectory? EnterAll(ReadOnlySpan<byte> path)
    {
        if (_directoryPath is not null && path.SequenceEqual(_directoryPath))
            return _directory ?? root;
        CloseDirectory();
        foreach (Range part in path.Split((byte)'/'))
        {
            if (path[part].IsEmpty)
                continue;
            if (!PxarName.IsValid(path[part]))
                return null;
            ITargetDirectory next = (_directory ?? root).Enter(new(path[part]));
            _directory?.Dispose();
            _directory = next;
        }

        _directoryPath = path.ToArray();
        return _directory ?? root;
    }

    private void CloseFiles()
    {
        _file?.Dispose();
        _part?.Dispose();
        (_file, _part, _path) = (null, null, null);
    }

    private void CloseDirectory()
    {
        _directory?.Dispose();
        (_directory, _directoryPath) = (null, null);
    }
}
