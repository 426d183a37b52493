using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>Tapes that are written one after the other, and what is on them.</summary>
/// <param name="Uuid">The identifier.</param>
/// <param name="Name">The name.</param>
/// <param name="Pool">The pool it is of.</param>
/// <param name="Created">When it was begun.</param>
internal sealed record MediaSet(string Uuid, string Name, string Pool, DateTimeOffset Created)
{
    private readonly SortedDictionary<string, Datastore> _stores = new(StringComparer.Ordinal);

    /// <summary>The tapes in their order.</summary>
    public List<Cartridge> Members { get; } = [];

    /// <summary>On which tape each snapshot is, by datastore and snapshot.</summary>
    public Dictionary<(string Store, SnapshotKey Key), Cartridge> Places { get; } = [];

    /// <summary>The datastores of which something is on the tapes.</summary>
    public IEnumerable<Datastore> Stores => _stores.Values;

    /// <summary>What is on the tapes of a datastore.</summary>
    public Datastore Store(string name)
    {
        if (!_stores.TryGetValue(name, out Datastore? store))
        {
            _stores[name] = store = Datastore.InMemory(name);
        }

        return store;
    }
}
