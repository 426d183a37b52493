using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Restores on Linux, with all metadata.</summary>
internal sealed class LinuxTarget : ITargetTree
{
    public string? Limits => null;

    public ITargetDirectory OpenRoot(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FileTreeException(FileTreeFault.Failed, path, $"Unable to create \"{path}\": {exception.Message}", exception);
        }

        return new LinuxTargetDirectory(Descriptor.Open(path, Libc.ReadOnly | Libc.DirectoryOnly));
    }
}
