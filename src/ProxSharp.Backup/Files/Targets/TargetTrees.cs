using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Chooses how files are restored on this system.</summary>
internal static class TargetTrees
{
    internal static ITargetTree Create() => Libc.IsSupported ? new LinuxTarget() : new PortableTarget();
}
