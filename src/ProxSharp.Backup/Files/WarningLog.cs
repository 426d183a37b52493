using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files;

/// <summary>Gathers warnings of several threads. Only the first ones are kept; all are counted and told.</summary>
internal sealed class WarningLog(Action<FileWarning>? handler)
{
    /// <summary>How many warnings are kept.</summary>
    internal const int MaxKept = 1000;

    private readonly Lock _gate = new();
    private readonly List<FileWarning> _kept = [];
    private readonly HashSet<string> _once = [];
    private readonly Action<FileWarning>? _handler = handler;

    internal long Count { get; private set; }

    internal IReadOnlyList<FileWarning> Kept
    {
        get
        {
            lock (_gate)
                return [.. _kept];
        }
    }

    internal void Add(FileWarningKind kind, ReadOnlySpan<byte> path, string message) => Add(new(kind, PxarName.Escape(path), message));

    /// <summary>Warns, but of one thing once only, because it will be so for every entry.</summary>
    internal void AddOnce(FileWarningKind kind, string path, string message)
    {
        lock (_gate)
        {
            if (!_once.Add(message))
                return;
        }

        Add(new(kind, path, message));
    }

    private void Add(FileWarning warning)
    {
        lock (_gate)
        {
            Count++;
            if (_kept.Count < MaxKept)
                _kept.Add(warning);
            _handler?.Invoke(warning);
        }
    }
}
