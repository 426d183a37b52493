namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Files in memory.</summary>
internal sealed class MemoryFiles : StoreFiles
{
    private readonly Lock _gate = new();
    private readonly Folder _root = new();

    public override byte[]? Read(string path)
    {
        lock (_gate)
        {
            (string folder, string name) = Split(path);
            return Find(folder)?.Files.GetValueOrDefault(name);
        }
    }

    public override void Write(string path, byte[] content)
    {
        lock (_gate)
        {
            (string folder, string name) = Split(path);
            Make(folder).Files[name] = content;
        }
    }

    public override void Delete(string path)
    {
        lock (_gate)
        {
            (string folder, string name) = Split(path);
            Find(folder)?.Files.Remove(name);
        }
    }

    public override bool HasFolder(string path)
    {
        lock (_gate)
        {
            return Find(path) is not null;
        }
    }

    public override void MakeFolder(string path)
    {
        lock (_gate)
        {
            Make(path);
        }
    }

    public override void DeleteFolder(string path)
    {
        lock (_gate)
        {
            (string folder, string name) = Split(path);
            Find(folder)?.Folders.Remove(name);
        }
    }

    public override void MoveFolder(string from, string to)
    {
        lock (_gate)
        {
            (string folder, string name) = Split(from);
            (string newFolder, string newName) = Split(to);
            if (Find(folder) is not { } source || !source.Folders.TryGetValue(name, out Folder? moved) || Find(to) is not null)
            {
                throw new IOException($"The folder '{from}' cannot be moved to '{to}'.");
            }

            source.Folders.Remove(name);
            Make(newFolder).Folders[newName] = moved;
        }
    }

    public override IReadOnlyList<string> Folders(string path)
    {
        lock (_gate)
        {
            return Find(path) is { } folder ? [.. folder.Folders.Keys] : [];
        }
    }

    public override IReadOnlyList<StoreFile> Files(string path)
    {
        lock (_gate)
        {
            return Find(path) is { } folder ? [.. folder.Files.Select(static file => new StoreFile(file.Key, file.Value.Length))] : [];
        }
    }

    private static (string Folder, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private Folder? Find(string path)
    {
        Folder? folder = _root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            folder = folder?.Folders.GetValueOrDefault(name);
        }

        return folder;
    }

    private Folder Make(string path)
    {
        Folder folder = _root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!folder.Folders.TryGetValue(name, out Folder? inner))
            {
                folder.Folders[name] = inner = new Folder();
            }

            folder = inner;
        }

        return folder;
    }

    private sealed class Folder
    {
        public SortedDictionary<string, Folder> Folders { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);
    }
}
