using System.Collections;
using System.Diagnostics.CodeAnalysis;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>The snapshots of a guest in the server's order, which also know their tree. The present state is none of them: see <see cref="Current"/>.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is a list.")]
public sealed class GuestSnapshotList : IReadOnlyList<GuestSnapshot>
{
    private readonly IReadOnlyList<GuestSnapshot> _items;

    internal GuestSnapshotList(IReadOnlyList<GuestSnapshot> items, GuestSnapshotPosition current) => (_items, Current) = (items, current);

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <summary>Where the present state stands.</summary>
    public GuestSnapshotPosition Current { get; }

    /// <summary>The snapshots that descend from no other, or from one that is gone.</summary>
    public IEnumerable<GuestSnapshot> Roots => _items.Where(snapshot => snapshot.Parent is null || Find(snapshot.Parent) is null);

    /// <inheritdoc/>
    public GuestSnapshot this[int index] => _items[index];

    /// <summary>The snapshot with a name; null if there is none.</summary>
    /// <param name="name">The name.</param>
    public GuestSnapshot? Find(string name) => _items.FirstOrDefault(snapshot => snapshot.Name == name);

    /// <summary>The snapshots that descend from one directly.</summary>
    /// <param name="name">The name of the parent.</param>
    public IEnumerable<GuestSnapshot> ChildrenOf(string name) => _items.Where(snapshot => snapshot.Parent == name);

    /// <summary>The way from the root of the tree to a snapshot, both included; empty if there is no such snapshot.</summary>
    /// <param name="name">The name of the snapshot at the end.</param>
    public IReadOnlyList<GuestSnapshot> PathTo(string name)
    {
        List<GuestSnapshot> path = [];
        for (GuestSnapshot? at = Find(name); at is not null && !path.Contains(at); at = at.Parent is null ? null : Find(at.Parent))
        {
            path.Insert(0, at);
        }

        return path;
    }

    /// <inheritdoc/>
    public IEnumerator<GuestSnapshot> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Proxmox: the present state closes the list as if it were a snapshot.
    internal static GuestSnapshotList Of<T>(IReadOnlyList<T> items, Func<T, GuestSnapshot> convert, Func<T, (bool? Running, string? Digest)> present)
    {
        List<GuestSnapshot> snapshots = new(items.Count);
        GuestSnapshotPosition current = new();
        foreach (T item in items)
        {
            GuestSnapshot snapshot = convert(item);
            if (snapshot.Name != "current")
            {
                snapshots.Add(snapshot);
                continue;
            }

            (bool? running, string? digest) = present(item);
            current = new GuestSnapshotPosition
            {
                Parent = snapshot.Parent,
                IsRunning = running ?? false,
                Digest = Digest.TryParse(digest, out Digest read) ? read : null,
            };
        }

        return new GuestSnapshotList(snapshots, current);
    }
}
