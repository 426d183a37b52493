using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Decides what include patterns take: what they match, and all below directories that they match. Entries come in the order of a walk.</summary>
internal sealed class PatternSelection(IReadOnlyList<PathPattern> patterns)
{
    private readonly PathPatternList _patterns = new(patterns);
    private readonly Stack<(ReadOnlyMemory<byte> Path, bool Taken)> _open = new();

    public bool Takes(ArchiveEntry entry)
    {
        while (_open.TryPeek(out var top) && !ArchivePath.IsBelow(entry.PathBytes.Span, top.Path.Span))
            _open.Pop();
        bool inherited = _open.TryPeek(out var parent) && parent.Taken;
        bool isDirectory = entry.Kind == PxarEntryKind.Directory;
        bool taken = _patterns.Decide(ArchivePath.Rooted(entry.PathBytes.Span), isDirectory) ?? inherited;
        if (isDirectory)
            _open.Push((entry.PathBytes, taken));
        return taken;
    }
}
