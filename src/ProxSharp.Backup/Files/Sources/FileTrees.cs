using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>Chooses how this system's files are read.</summary>
internal static class FileTrees
{
    internal static IFileTree Create() => Libc.IsSupported ? new LinuxTree() : new PortableTree();
}
