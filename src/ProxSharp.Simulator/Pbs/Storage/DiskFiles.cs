namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Files in a folder of the machine.</summary>
internal sealed class DiskFiles(string root) : StoreFiles
{
    public override byte[]? Read(string path)
    {
        string file = Full(path);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    public override void Write(string path, byte[] content)
    {
        string file = Full(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string temporary = file + ".tmp_" + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, file, overwrite: true);
    }

    public override void Delete(string path) => File.Delete(Full(path));

    public override bool HasFolder(string path) => Directory.Exists(Full(path));

    public override void MakeFolder(string path) => Directory.CreateDirectory(Full(path));

    public override void DeleteFolder(string path)
    {
        string folder = Full(path);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override void MoveFolder(string from, string to)
    {
        string target = Full(to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Directory.Move(Full(from), target);
    }

    public override IReadOnlyList<string> Folders(string path)
    {
        DirectoryInfo folder = new(Full(path));
        return folder.Exists ? [.. folder.EnumerateDirectories().Select(static inner => inner.Name).Order(StringComparer.Ordinal)] : [];
    }

    public override IReadOnlyList<StoreFile> Files(string path)
    {
        DirectoryInfo folder = new(Full(path));
        IEnumerable<FileInfo> files = folder.Exists ? folder.EnumerateFiles() : [];
        return [.. files
            .Where(static file => !file.Name.Contains(".tmp_", StringComparison.Ordinal))
            .OrderBy(static file => file.Name, StringComparer.Ordinal)
            .Select(static file => new StoreFile(file.Name, file.Length))];
    }

    // Names come from checked parameters; what would lead out of the folder is refused all the same.
    private string Full(string path) =>
        path.Split('/').Contains("..") ? throw new ArgumentException($"The path '{path}' leads out of the datastore.", nameof(path)) : Path.Combine(root, path);
}
