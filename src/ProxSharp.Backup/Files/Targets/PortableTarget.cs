namespace ProxSharp.Backup.Files.Targets;

/// <summary>Restores as .NET can on any system.</summary>
internal sealed class PortableTarget : ITargetTree
{
    public string? Limits { get; } = OperatingSystem.IsWindows()
        ? "On Windows a restore sets names, contents, times, symbolic links and the attributes hidden, system and archive; "
            + "owners, permissions, ACLs and extended attributes are not restored, hard links become copies, and devices, pipes and sockets are left out."
        : "On this system a restore sets names, contents, permissions, times and symbolic links; "
            + "owners, extended attributes and ACLs are not restored, hard links become copies, and devices, pipes and sockets are left out.";

    public ITargetDirectory OpenRoot(string path) => PortableTargetDirectory.Translate(path, () =>
    {
        DirectoryInfo directory = Directory.CreateDirectory(path);
        return new PortableTargetDirectory(directory.FullName);
    });
}
