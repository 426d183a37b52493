using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A snapshot of a datastore.</summary>
internal sealed record SnapshotKey(BackupNamespace Namespace, BackupSnapshotPath Snapshot)
{
    public GroupKey Group => new(Namespace, Snapshot.Group);

    /// <summary>Where it lies in the datastore.</summary>
    public string Folder => Namespace.IsRoot ? Snapshot.ToString() : $"{Namespace.StorePath}/{Snapshot}";

    /// <summary>Unix seconds.</summary>
    public long Time => Snapshot.Time.ToUnixTimeSeconds();

    public override string ToString() => Folder;
}
