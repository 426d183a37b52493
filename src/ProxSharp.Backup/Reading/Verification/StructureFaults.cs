using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Gathers entries of an archive of good chunks that cannot be read.</summary>
/// <param name="size">The length of the file in which they are.</param>
internal sealed class StructureFaults(long size)
{
    private const int MostPaths = 1000;

    private readonly List<string> _paths = [];
    private string? _message;
    private long _start;
    private long _end;

    public void Add(byte[]? path, long start, long end, string message)
    {
        (start, end) = (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size));
        (_start, _end) = _message is null ? (start, end) : (Math.Min(_start, start), Math.Max(_end, end));
        _message ??= path is null ? message : $"/{PxarName.Escape(path)}: {message}";
        if (path is not null)
            AddName(path);
    }

    /// <summary>Adds a further name of what cannot be read.</summary>
    public void AddName(byte[] path)
    {
        if (_paths.Count < MostPaths)
            _paths.Add($"/{PxarName.Escape(path)}");
    }

    /// <summary>The damage; null if there is none.</summary>
    public FileDamage? ToDamage() => _message is null ? null : new(ChunkProblem.Structure, _start, _end, null, _message) { AffectedPaths = _paths };
}
