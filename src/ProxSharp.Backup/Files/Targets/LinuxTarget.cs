using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Restores on Linux, with all metadata.</summary>
internal sealed class LinuxTarget : ITargetTree
{
    public string? Limits => null;

    public ITargetDirectory OpenRoot(string path)
    {
        if (PathKind.TypeOf(path) is not 0 and var type && !Directory.Exists(path))
        {
            throw new FileTreeException(
                FileTreeFault.Failed, path, $"\"{path}\" is {PathKind.Describe(type)}, and a tree is restored into a directory. Name another one.");
        }

        if (new FileInfo(path).LinkTarget is { } lost && !Directory.Exists(path))
            throw new FileTreeException(FileTreeFault.OtherKind, path, $"\"{path}\" is a link to \"{lost}\", which is not there.");

        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TargetErrors.Explain(path, exception);
        }

        return new LinuxTargetDirectory(Descriptor.Open(path, Libc.ReadOnly | Libc.DirectoryOnly));
    }
}
