using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>A directory on the way of a walk. It stays open until the last of its entries was opened.</summary>
internal sealed class WalkDirectory(WalkDirectory? parent, PxarName name, IFileNode node)
{
    private readonly WalkDirectory? _parent = parent;
    private readonly PxarName _name = name;
    private int _users = 1;

    internal IFileNode Node { get; } = node;

    /// <summary>The names that come next, in the order of the archive.</summary>
    internal List<FileName> Names { get; set; } = [];

    /// <summary>The name that comes next.</summary>
    internal int Next { get; set; }

    /// <summary>How many patterns there were before this directory's own.</summary>
    internal int OuterPatterns { get; set; }

    /// <summary>This directory in the previous backup.</summary>
    internal PreviousDirectory? Previous { get; set; }

    internal bool IsRoot => _parent is null;

    /// <summary>How long the path is, with a leading slash; 0 for the root.</summary>
    internal int PathLength { get; } = parent is null ? 0 : parent.PathLength + 1 + name.Span.Length;

    internal void Acquire() => Interlocked.Increment(ref _users);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Node.Dispose();
    }

    /// <summary>The path of an entry, with a leading slash. Built when it is needed: deep trees have long ones.</summary>
    internal byte[] PathOf(PxarName name)
    {
        byte[] path = new byte[PathLength + 1 + name.Span.Length];
        int at = PathLength;
        path[at] = (byte)'/';
        name.Span.CopyTo(path.AsSpan(at + 1));
        for (WalkDirectory directory = this; directory._parent is not null; directory = directory._parent)
        {
            at -= directory._name.Span.Length;
            directory._name.Span.CopyTo(path.AsSpan(at));
            path[--at] = (byte)'/';
        }

        return path;
    }
}
