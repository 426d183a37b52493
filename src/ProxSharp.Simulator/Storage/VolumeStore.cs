using System.Collections;

namespace ProxSharp.Simulator.Storage;

/// <summary>All volumes of a cluster, found by name and by guest without a search.</summary>
internal sealed class VolumeStore : IReadOnlyCollection<Volume>
{
    private readonly Dictionary<string, Volume> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<Volume>> _byGuest = [];

    public int Count => _volumes.Count;

    public void Add(Volume volume)
    {
        _volumes.Add(Key(volume.Id, volume.Node), volume);
        if (volume.VmId is { } vmid)
        {
            if (!_byGuest.TryGetValue(vmid, out List<Volume>? volumes))
            {
                _byGuest[vmid] = volumes = [];
            }

            volumes.Add(volume);
        }
    }

    public bool Remove(Volume volume)
    {
        if (!_volumes.Remove(Key(volume.Id, volume.Node), out Volume? removed))
        {
            return false;
        }

        if (removed.VmId is { } vmid)
        {
            _byGuest[vmid].RemoveAll(candidate => candidate.Id == removed.Id && candidate.Node == removed.Node);
        }

        return true;
    }

    /// <summary>Puts a changed volume in the place of another.</summary>
    public Volume Replace(Volume old, Volume changed)
    {
        Remove(old);
        Add(changed);
        return changed;
    }

    /// <summary>Finds a volume as a node sees it: on a shared storage, or on the node's own.</summary>
    public Volume? Find(string id, string node) => _volumes.GetValueOrDefault(Key(id, null)) ?? _volumes.GetValueOrDefault(Key(id, node));

    /// <summary>The volumes that belong to a guest, backups included.</summary>
    public IReadOnlyList<Volume> OfGuest(int vmid) => _byGuest.TryGetValue(vmid, out List<Volume>? volumes) ? volumes : [];

    public IEnumerator<Volume> GetEnumerator() => _volumes.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string Key(string id, string? node) => node is null ? id : $"{node} {id}";
}
