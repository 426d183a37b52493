using ProxSharp.Backup.Files.Patterns;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Decides which entries are restored. What a directory is told counts for all in it, until a pattern says otherwise.</summary>
internal sealed class IncludeFilter(IReadOnlyList<PathPattern> includes)
{
    private readonly IReadOnlyList<PathPattern> _includes = includes;
    private readonly PathPatternList _patterns = new(includes);

    /// <summary>Whether the root is restored itself.</summary>
    internal bool Root => _includes.Count == 0;

    /// <summary>Whether an entry is restored.</summary>
    /// <param name="path">Its path with a leading slash.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    /// <param name="parent">Whether its directory is restored.</param>
    internal bool Decide(ReadOnlySpan<byte> path, bool isDirectory, bool parent) =>
        _includes.Count == 0 || (_patterns.Decide(path, isDirectory) ?? parent);

    /// <summary>Whether a file is restored, of which only the path is known.</summary>
    /// <param name="path">Its path from the root, without a leading slash.</param>
    internal bool DecideFile(ReadOnlySpan<byte> path)
    {
        byte[] full = [(byte)'/', .. path];
        bool selected = Root;
        for (int end = 1; end <= full.Length; end++)
        {
            if (end == full.Length || full[end] == (byte)'/')
                selected = Decide(full.AsSpan(0, end), end < full.Length, selected);
        }

        return selected;
    }

    /// <summary>The only names in a directory, itself not restored, of which anything may be restored; null if all have to be looked at.</summary>
    internal IReadOnlyList<byte[]>? NamesBelow(byte[] directory)
    {
        List<byte[]> names = [];
        foreach (PathPattern pattern in _includes.Where(static pattern => !pattern.IsReversed))
        {
            if (!pattern.TryNameBelow(directory, out byte[] name))
                return null;
            if (name.Length > 0 && !names.Any(known => known.AsSpan().SequenceEqual(name)))
                names.Add(name);
        }

        return names;
    }

    /// <summary>Whether anything below a directory that is not restored itself may be restored.</summary>
    internal bool MayBeBelow(byte[] directory) => _includes.Any(pattern => !pattern.IsReversed && pattern.MayMatchBelow(directory));
}
