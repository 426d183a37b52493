using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>Gathers the files whose content in the archive may never have been theirs. Only so many are named.</summary>
internal sealed class UnsettledList
{
    /// <summary>How many are named.</summary>
    internal const int MaxNamed = 4096;

    private readonly List<string> _paths = [];
    private bool _overflowed;

    /// <summary>Their paths; null if there are too many.</summary>
    internal IReadOnlyList<string>? Paths => _overflowed ? null : _paths;

    internal void Add(ReadOnlySpan<byte> path)
    {
        if (_paths.Count < MaxNamed)
            _paths.Add(PxarName.Escape(path));
        else
            _overflowed = true;
    }
}
