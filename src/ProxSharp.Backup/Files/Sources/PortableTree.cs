namespace ProxSharp.Backup.Files.Sources;

/// <summary>Trees as .NET sees them on any system: kinds, permissions where there are some, times, links, contents.</summary>
internal sealed class PortableTree : IFileTree
{
    public string? Limits { get; } = OperatingSystem.IsWindows()
        ? "On Windows archives keep names, contents, times, symbolic links and the attributes hidden, system and archive; "
            + "owners, ACLs, alternate streams, hard links and other reparse points are not kept."
        : "On this system archives keep names, contents, permissions, times and symbolic links; "
            + "owners, extended attributes, ACLs, hard links, devices and sockets are not kept.";

    public IFileNode OpenRoot(string path)
    {
        DirectoryInfo directory = new(Path.GetFullPath(path));
        if (!directory.Exists)
            throw new FileTreeException(FileTreeFault.Vanished, path, $"There is no directory \"{path}\".");
        return PortableNode.Open(directory.FullName, path, follow: true);
    }
}
