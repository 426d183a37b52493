using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>A group as parameters name it.</summary>
internal readonly record struct GroupTarget(BackupNamespace Namespace, BackupGroupPath Path)
{
    public BackupGroupType Type => new(Path.Type.ToString());

    public string Id => Path.Id;

    // Proxmox: the root has no name; its parameter is left out.
    public string? Ns => Wire(Namespace);

    public static string? Wire(BackupNamespace ns) => ns.IsRoot ? null : ns.ToString();
}
