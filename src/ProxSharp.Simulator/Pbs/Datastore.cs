namespace ProxSharp.Simulator.Pbs;

/// <summary>A datastore with its namespaces, groups and snapshots.</summary>
internal sealed class Datastore(string name)
{
    public string Name { get; } = name;

    /// <summary>Bytes.</summary>
    public long Capacity { get; set; } = 2L << 40;

    /// <summary>The namespaces; the root is the empty text.</summary>
    public SortedSet<string> Namespaces { get; } = new(StringComparer.Ordinal) { "" };

    public List<Snapshot> Snapshots { get; } = [];

    /// <summary>Notes by namespace and group.</summary>
    public Dictionary<string, string> GroupNotes { get; } = new(StringComparer.Ordinal);

    /// <summary>The UPID of the last garbage collection.</summary>
    public string? LastCollection { get; set; }

    public DateTimeOffset LastCollectionEnd { get; set; }

    public long Used => (Capacity / 50) + Snapshots.Sum(static snapshot => snapshot.Size / 3);
}
