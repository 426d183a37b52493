namespace ProxSharp.Backup.Files.Patterns;

/// <summary>Patterns of which the last one that matches decides.</summary>
internal sealed class PathPatternList(IEnumerable<PathPattern> patterns)
{
    private readonly List<PathPattern> _patterns = [.. patterns];

    internal int Count => _patterns.Count;

    internal void AddRange(IEnumerable<PathPattern> patterns) => _patterns.AddRange(patterns);

    /// <summary>Drops all patterns behind the first ones.</summary>
    internal void Truncate(int count) => _patterns.RemoveRange(count, _patterns.Count - count);

    /// <summary>The last pattern that matches: true if it says yes, false if it is reversed; null if none matches.</summary>
    internal bool? Decide(ReadOnlySpan<byte> path, bool isDirectory)
    {
        for (int i = _patterns.Count - 1; i >= 0; i--)
        {
            if (_patterns[i].Matches(path, isDirectory))
                return !_patterns[i].IsReversed;
        }

        return null;
    }
}
