using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>A directory that is being restored. It is finished, with its time of modification, when all in it is.</summary>
internal sealed class ExtractDirectory
{
    private readonly Action<ExtractDirectory> _finish;
    private int _users = 1;

    internal ExtractDirectory(ExtractDirectory? parent, PxarEntry entry, bool isSelected, Action<ExtractDirectory> finish)
    {
        (Parent, Entry, IsSelected, _finish) = (parent, entry, isSelected, finish);
        parent?.Acquire();
    }

    internal ExtractDirectory? Parent { get; }

    internal PxarEntry Entry { get; }

    /// <summary>Whether the directory itself is to be restored, not only something in it.</summary>
    internal bool IsSelected { get; }

    /// <summary>The path of the root in the file system.</summary>
    internal string Target { get => Parent?.Target ?? field; init; } = "";

    /// <summary>The directory in the target; null until something in it is restored.</summary>
    internal ITargetDirectory? Handle { get; set; }

    /// <summary>Whether its metadata are to be set.</summary>
    internal bool AppliesMetadata { get; set; }

    /// <summary>Names of what restores that were broken off may have left in it, and the archive does not have itself. Most are not for this one.</summary>
    internal IReadOnlyList<PxarName> Kept { get; set; } = [];

    /// <summary>Whether it could not be created, so that all in it is left out.</summary>
    internal bool IsLost { get; set; }

    /// <summary>The path with a leading slash; empty for the root.</summary>
    internal byte[] Path => Parent is null ? [] : Parent.PathOf(Entry.Name);

    /// <summary>Whether something in it failed, so that it stays incomplete.</summary>
    internal bool IsBroken { get; set; }

    internal void Acquire() => Interlocked.Increment(ref _users);

    internal void Release()
    {
        ExtractDirectory? directory = this;
        while (directory is not null && Interlocked.Decrement(ref directory._users) == 0)
        {
            _finish(directory);
            directory = directory.Parent;
        }
    }

    /// <summary>Tells what a file system refused with the whole path of the entry: below, only its name is known.</summary>
    internal FileTreeException Locate(PxarName name, FileTreeException failure)
    {
        // What comes from another thread is of another entry, and has its path.
        if (failure.InnerException is FileTreeException)
            return failure;
        string path = System.IO.Path.Join(Target, PxarName.Text(PathOf(name)));
        return new(failure.Fault, path, failure.Message.Replace($"\"{failure.Path}\"", $"\"{path}\"", StringComparison.Ordinal), failure);
    }

    /// <summary>The path of an entry in it, with a leading slash.</summary>
    internal byte[] PathOf(PxarName name)
    {
        int length = name.Span.Length + 1;
        for (ExtractDirectory directory = this; directory.Parent is not null; directory = directory.Parent)
            length += directory.Entry.Name.Span.Length + 1;
        byte[] path = new byte[length];
        int at = length - name.Span.Length;
        name.Span.CopyTo(path.AsSpan(at));
        path[--at] = (byte)'/';
        for (ExtractDirectory directory = this; directory.Parent is not null; directory = directory.Parent)
        {
            at -= directory.Entry.Name.Span.Length;
            directory.Entry.Name.Span.CopyTo(path.AsSpan(at));
            path[--at] = (byte)'/';
        }

        return path;
    }
}
