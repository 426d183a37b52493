using System.Globalization;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>Copies the snapshots of a datastore that another one does not have yet.</summary>
internal sealed class SyncRun(Datastore source, Datastore target, SimulatedTask task, DateTimeOffset now)
{
    public BackupNamespace From { get; init; }

    public BackupNamespace To { get; init; }

    /// <summary>How many levels of namespaces are copied.</summary>
    public int Depth { get; init; } = 7;

    /// <summary>Who owns the copies.</summary>
    public required string Owner { get; init; }

    /// <summary>True to remove what the source has no more.</summary>
    public bool RemovesVanished { get; init; }

    /// <summary>How many of the newest snapshots of a group are copied; null for all.</summary>
    public long? TransferLast { get; init; }

    /// <summary>Which groups are copied.</summary>
    public Func<GroupKey, bool> Groups { get; init; } = static _ => true;

    /// <summary>Which snapshots are copied.</summary>
    public Func<SnapshotKey, bool> Includes { get; init; } = static _ => true;

    public void Run()
    {
        HashSet<string> synced = [];
        foreach (BackupNamespace ns in source.Namespaces(From, Depth))
        {
            BackupNamespace place = Place(ns);
            synced.Add(place.ToString());
            task.Write("----");
            task.Write($"Syncing {Name(source, ns)} into {Name(target, place)}");
            if (!place.IsRoot)
            {
                target.Files.MakeFolder(place.StorePath);
            }

            GroupKey[] groups =
            [
                .. source.Groups(ns).Where(group => Groups(group) && source.Snapshots(group).Any(IsFinished))
                    .OrderBy(static group => group.Folder, StringComparer.Ordinal),
            ];
            task.Write(string.Create(CultureInfo.InvariantCulture, $"found {groups.Length} groups to sync"));
            int snapshots = groups.Sum(group => Copy(group, place));
            RemoveVanishedGroups(ns, place);
            task.Write(string.Create(CultureInfo.InvariantCulture, $"Finished syncing {(ns.IsRoot ? "root namespace" : $"namespace {ns}")}, current progress: {groups.Length} groups, {snapshots} snapshots"));
        }

        RemoveVanishedNamespaces(synced);
    }

    // Proxmox: those of other owners, and those that the filters leave out, are none of its own.
    private void RemoveVanishedGroups(BackupNamespace ns, BackupNamespace place)
    {
        HashSet<string> present = [.. source.Groups(ns).Where(group => source.Snapshots(group).Any()).Select(static group => group.Group.ToString())];
        foreach (GroupKey copy in RemovesVanished ? target.Groups(place).ToArray() : [])
        {
            if (present.Contains(copy.Group.ToString()) || !IsOwn(copy))
            {
                continue;
            }

            task.Write($"delete vanished group '{copy.Group}'");
            if (GroupRemoval.Destroy(target, copy).Kept > 0)
            {
                task.Write($"kept some protected snapshots of group '{copy.Group}'");
            }
        }
    }

    private bool IsOwn(GroupKey copy) => Groups(copy) && target.Owner(copy) == Owner;

    // Proxmox: a namespace goes with all that is in it, whoever owns that, innermost first; where something protected is left, it stays.
    private void RemoveVanishedNamespaces(HashSet<string> synced)
    {
        IReadOnlyList<BackupNamespace> there = RemovesVanished ? target.Namespaces(To, Depth) : [];
        for (int at = there.Count - 1; at >= 0; at--)
        {
            BackupNamespace gone = there[at];
            if (gone == To || synced.Contains(gone.ToString()))
            {
                continue;
            }

            int kept = target.Groups(gone).ToArray().Sum(copy => GroupRemoval.Destroy(target, copy).Kept);
            task.Write(kept == 0 && NamespaceHandlers.RemoveEmpty(target, gone) ? $"Removed namespace {gone}" : $"Did not remove namespace {gone} - protected snapshots remain");
        }
    }

    private static string Name(Datastore store, BackupNamespace ns) => $"datastore '{store.Name}', {(ns.IsRoot ? "root namespace" : $"namespace '{ns}'")}";

    private bool IsFinished(SnapshotKey key) => source.Manifest(key) is not null && Includes(key);

    private BackupNamespace Place(BackupNamespace ns)
    {
        string below = From.IsRoot ? ns.ToString() : ns.ToString()[From.ToString().Length..].TrimStart('/');
        string place = To.IsRoot ? below : below.Length == 0 ? To.ToString() : $"{To}/{below}";
        return BackupNamespace.Parse(place, CultureInfo.InvariantCulture);
    }

    private int Copy(GroupKey group, BackupNamespace place)
    {
        GroupKey copy = new(place, group.Group);
        if (target.Owner(copy) is not { } owner)
        {
            target.SetOwner(copy, Owner);
        }
        else if (owner != Owner)
        {
            task.Warn($"sync group {group.Group} failed - owner check failed ({Owner} != {owner})");
            return 0;
        }

        IEnumerable<SnapshotKey> wanted = source.Snapshots(group).Where(IsFinished);
        SnapshotKey[] snapshots = [.. TransferLast is { } last ? wanted.TakeLast((int)last) : wanted];
        long newest = target.Snapshots(copy).Select(static key => key.Time).DefaultIfEmpty(0).Max();
        foreach (SnapshotKey key in snapshots)
        {
            SnapshotKey made = new(place, key.Snapshot);
            if (target.Exists(made))
            {
                task.Write($"re-sync snapshot {key.Snapshot}");
                continue;
            }

            if (key.Time > newest)
            {
                Copy(key, made);
            }
        }

        RemoveVanished(copy, [.. source.Snapshots(group).Select(static key => key.Time)]);
        return snapshots.Length;
    }

    private void RemoveVanished(GroupKey copy, HashSet<long> present)
    {
        foreach (SnapshotKey key in RemovesVanished ? target.Snapshots(copy) : [])
        {
            if (present.Contains(key.Time))
            {
                continue;
            }

            if (target.IsProtected(key))
            {
                task.Write($"don't delete vanished snapshot {key.Snapshot} (protected)");
                continue;
            }

            task.Write($"delete vanished snapshot {key.Snapshot}");
            target.Remove(key);
        }
    }

    private void Copy(SnapshotKey key, SnapshotKey made)
    {
        task.Write($"sync snapshot {key.Snapshot}");
        foreach ((string name, _) in source.FilesOf(key).Where(static file => file.Name != ArchiveName.Manifest))
        {
            task.Write($"sync archive {name}");
            StoredFile file = StoredFile.Open(source, key, name);
            CopyChunks(file.Index);
            target.Write(made, name, file.Content);
        }

        target.Write(made, ArchiveName.Manifest, source.Read(key, ArchiveName.Manifest)!);
        task.Write($"sync snapshot {key.Snapshot} done");
    }

    private void CopyChunks(IChunkIndex? index)
    {
        for (int i = 0; i < (index?.Count ?? 0); i++)
        {
            Sha256Digest digest = index![i].Digest;
            if (!target.Chunks.Touch(digest, now))
            {
                byte[] blob = source.Chunks.Read(digest) ?? throw ApiFault.Failed($"unable to load chunk '{digest}' - No such file or directory (os error 2)");
                target.Chunks.Write(digest, blob, now);
            }
        }
    }
}
