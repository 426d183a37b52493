namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Who works on which groups and snapshots. Guarded by the state's gate.</summary>
internal sealed class SessionLocks
{
    private readonly Dictionary<SnapshotKey, DateTimeOffset> _writers = [];
    private readonly HashSet<SnapshotKey> _finished = [];
    private readonly Dictionary<SnapshotKey, int> _snapshots = [];

    /// <summary>How many backups run.</summary>
    public int Writers => _writers.Count;

    /// <summary>How many locks of snapshots are held.</summary>
    public int Readers => _snapshots.Values.Sum();

    /// <summary>When the oldest of the running backups began; null if none runs.</summary>
    public DateTimeOffset? OldestWriter => _writers.Count == 0 ? null : _writers.Values.Min();

    /// <summary>Locks the group of a snapshot for a backup; returns false if another backup of it runs.</summary>
    public bool TryLock(SnapshotKey snapshot, DateTimeOffset now) =>
        !_writers.Keys.Any(running => running.Group == snapshot.Group) && _writers.TryAdd(snapshot, now);

    public void Unlock(SnapshotKey snapshot)
    {
        _writers.Remove(snapshot);
        _finished.Remove(snapshot);
    }

    /// <summary>Notes that the backup that makes a snapshot has all it needs; its session may still be open.</summary>
    public void Finish(SnapshotKey snapshot) => _finished.Add(snapshot);

    /// <summary>True if a backup still adds to the snapshot, so that nobody may read it.</summary>
    public bool IsWritten(SnapshotKey snapshot) => _writers.ContainsKey(snapshot) && !_finished.Contains(snapshot);

    /// <summary>True if a backup makes the snapshot right now.</summary>
    public bool IsRunning(SnapshotKey snapshot) => _writers.ContainsKey(snapshot);

    /// <summary>True if a backup of the group runs right now.</summary>
    public bool IsRunning(GroupKey group) => _writers.Keys.Any(running => running.Group == group);

    public void Share(SnapshotKey snapshot) => _snapshots[snapshot] = _snapshots.GetValueOrDefault(snapshot) + 1;

    public void Unshare(SnapshotKey snapshot)
    {
        if (--_snapshots[snapshot] == 0)
        {
            _snapshots.Remove(snapshot);
        }
    }

    /// <summary>True if nobody may remove the snapshot now.</summary>
    public bool IsLocked(SnapshotKey snapshot) => _snapshots.ContainsKey(snapshot);
}
