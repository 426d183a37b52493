using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Storage;

/// <summary>How full the storages are, from one walk over the volumes.</summary>
internal sealed class StorageUse
{
    private const int BaseShare = 20;
    private const int ThinShare = 4;

    private readonly Dictionary<string, long> _local = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _shared = new(StringComparer.Ordinal);
    private readonly PveState _state;

    public StorageUse(PveState state)
    {
        _state = state;
        foreach (Volume volume in state.Volumes)
        {
            long used = volume.Size / ThinShare;
            if (volume.Node is { } node)
            {
                string place = Place(volume.Storage, node);
                _local[place] = _local.GetValueOrDefault(place) + used;
            }
            else
            {
                _shared[volume.Storage] = _shared.GetValueOrDefault(volume.Storage) + used;
            }
        }
    }

    /// <summary>The used bytes of a storage as a node sees them.</summary>
    public long Of(StorageDefinition storage, string node) => _state.Faults?.IsFull(storage.Id) == true
        ? storage.Capacity
        : Math.Min(storage.Capacity, (storage.Capacity / BaseShare) + _shared.GetValueOrDefault(storage.Id) + _local.GetValueOrDefault(Place(storage.Id, node)));

    private static string Place(string storage, string node) => $"{storage} {node}";
}
