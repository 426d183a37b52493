using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Removes snapshots and groups that may be removed.</summary>
internal static class GroupRemoval
{
    /// <summary>Removes a snapshot.</summary>
    /// <exception cref="ApiFault">It is protected or in use, or it is not there.</exception>
    public static void Forget(Datastore store, SnapshotKey key)
    {
        if (!store.Exists(key))
        {
            throw new ApiFault(400, $"unable to open snapshot directory \"{store.PathOf(key.Folder)}\" for locking - ENOENT: No such file or directory");
        }

        DemandIdle(store, key);
        if (store.IsProtected(key))
        {
            throw new ApiFault(400, "cannot remove protected snapshot");
        }

        store.Remove(key);
    }

    /// <summary>Removes the snapshots of a group that are not protected, and with the last of them the group.</summary>
    /// <returns>How many were removed, and how many are protected.</returns>
    /// <exception cref="ApiFault">A backup of the group runs, or a snapshot is in use; those before it are gone then.</exception>
    public static (int Removed, int Kept) Destroy(Datastore store, GroupKey group)
    {
        DemandIdle(store, group);
        (int removed, int kept) = (0, 0);
        foreach (SnapshotKey key in store.Snapshots(group))
        {
            if (store.IsProtected(key))
            {
                kept++;
                continue;
            }

            Forget(store, key);
            removed++;
        }

        if (kept == 0)
        {
            store.Files.DeleteFolder(group.Folder);
        }

        return (removed, kept);
    }

    /// <summary>Fails if a backup of a group runs.</summary>
    /// <exception cref="ApiFault">One does.</exception>
    public static void DemandIdle(Datastore store, GroupKey group)
    {
        if (store.Locks.IsRunning(group))
        {
            throw new ApiFault(400, $"unable to acquire lock on backup group directory \"{store.PathOf(group.Folder)}\" - possible running backup");
        }
    }

    /// <summary>Fails if a snapshot is being made or read.</summary>
    /// <exception cref="ApiFault">It is.</exception>
    public static void DemandIdle(Datastore store, SnapshotKey key)
    {
        if (store.Locks.IsLocked(key) || store.Locks.IsRunning(key))
        {
            throw new ApiFault(400, $"unable to acquire lock on snapshot directory \"{store.PathOf(key.Folder)}\" - possibly running or in use");
        }
    }
}
