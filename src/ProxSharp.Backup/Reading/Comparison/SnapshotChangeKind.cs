namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>What became of an entry between two snapshots.</summary>
public enum SnapshotChangeKind
{
    /// <summary>It is in the newer one only.</summary>
    Added,

    /// <summary>It is in the older one only.</summary>
    Removed,

    /// <summary>It is in both, and differs.</summary>
    Changed,
}
