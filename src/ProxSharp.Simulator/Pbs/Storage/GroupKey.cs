using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A backup group of a datastore.</summary>
internal sealed record GroupKey(BackupNamespace Namespace, BackupGroupPath Group)
{
    /// <summary>Where it lies in the datastore.</summary>
    public string Folder => Namespace.IsRoot ? Group.ToString() : $"{Namespace.StorePath}/{Group}";

    public string Type => Group.Type.ToString();

    public string Id => Group.Id;

    public override string ToString() => Folder;
}
