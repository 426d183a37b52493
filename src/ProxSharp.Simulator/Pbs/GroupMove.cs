using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Moves a group to another namespace of its datastore, into a group of the same name if there is one.</summary>
internal sealed class GroupMove(Datastore store, GroupKey group, BackupNamespace target)
{
    private readonly GroupKey _copy = new(target, group.Group);

    /// <summary>True if a group that exists at the target takes the snapshots over, false if that is an error.</summary>
    public required bool Merges { get; init; }

    private bool IsTaken => store.Files.HasFolder(_copy.Folder);

    /// <summary>Fails if the group cannot be moved now; where it goes need not exist.</summary>
    /// <exception cref="ApiFault">It cannot.</exception>
    public void Check()
    {
        if (target == group.Namespace)
        {
            throw new ApiFault(400, "source and target namespace must be different");
        }

        if (!store.Files.HasFolder(group.Folder))
        {
            throw new ApiFault(400, $"backup group '{group.Group}' does not exist in {Place(group.Namespace)}");
        }

        GroupRemoval.DemandIdle(store, group);
        GroupRemoval.DemandIdle(store, _copy);
        foreach (SnapshotKey key in store.Snapshots(group))
        {
            GroupRemoval.DemandIdle(store, key);
        }

        if (IsTaken)
        {
            CheckMerge();
        }
    }

    /// <summary>Moves it.</summary>
    /// <returns>How many snapshots were moved.</returns>
    /// <exception cref="ApiFault">It cannot be moved; nothing is.</exception>
    public int Run()
    {
        Check();
        IReadOnlyList<SnapshotKey> snapshots = store.Snapshots(group);
        if (!IsTaken)
        {
            store.Files.MoveFolder(group.Folder, _copy.Folder);
            return snapshots.Count;
        }

        foreach (SnapshotKey key in snapshots)
        {
            store.Files.MoveFolder(key.Folder, new SnapshotKey(target, key.Snapshot).Folder);
        }

        if (store.GroupNotes(_copy) is null && store.GroupNotes(group) is { } notes)
        {
            store.SetGroupNotes(_copy, notes);
        }

        store.Files.DeleteFolder(group.Folder);
        return snapshots.Count;
    }

    private static string Place(BackupNamespace ns) => ns.IsRoot ? "root namespace" : $"namespace '{ns}'";

    private void CheckMerge()
    {
        if (!Merges)
        {
            throw new ApiFault(400, $"backup group '{group.Group}' already exists in {Place(target)}");
        }

        (string? owner, string? other) = (store.Owner(group), store.Owner(_copy));
        if (owner != other)
        {
            throw new ApiFault(400, $"cannot merge group '{group.Group}' - owner check failed ({owner} != {other})");
        }

        // The snapshots of a group stand in the order in which they were made: those that come must all be newer.
        IReadOnlyList<SnapshotKey> coming = store.Snapshots(group);
        IReadOnlyList<SnapshotKey> present = store.Snapshots(_copy);
        if (coming.Count > 0 && present.Count > 0 && coming[0].Time <= present[^1].Time)
        {
            string order = $"oldest snapshot ({coming[0].Snapshot}) is not newer than the newest one at the target ({present[^1].Snapshot})";
            throw new ApiFault(400, $"cannot merge group '{group.Group}' - {order}");
        }
    }
}
