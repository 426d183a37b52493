using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.State;

/// <summary>Objects by concrete path, such as <c>/cluster/backup</c> with the item <c>nightly</c>, and single settings such as <c>/cluster/options</c>.</summary>
internal sealed class CollectionStore
{
    private readonly Dictionary<string, OrderedDictionary<string, JsonObject>> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _settings = new(StringComparer.Ordinal);

    /// <summary>The paths of all collections that were ever asked for.</summary>
    public IReadOnlyCollection<string> Paths => _collections.Keys;

    /// <summary>The items of a collection in the order they were made; empty if there are none.</summary>
    public IReadOnlyDictionary<string, JsonObject> Items(string path) => Collection(path);

    public JsonObject? Find(string path, string id) => _collections.GetValueOrDefault(path)?.GetValueOrDefault(id);

    public void Put(string path, string id, JsonObject item) => Collection(path)[id] = item;

    public void InsertFirst(string path, string id, JsonObject item) => Collection(path).Insert(0, id, item);

    public bool Remove(string path, string id) => _collections.GetValueOrDefault(path)?.Remove(id) == true;

    /// <summary>The settings at a path; they are made empty when first asked for.</summary>
    public JsonObject Settings(string path)
    {
        if (!_settings.TryGetValue(path, out JsonObject? settings))
        {
            _settings[path] = settings = [];
        }

        return settings;
    }

    /// <summary>Moves all that is below a path, collections and settings, to another one.</summary>
    public void Move(string from, string to)
    {
        Move(_collections, from, to);
        Move(_settings, from, to);
    }

    private static void Move<T>(Dictionary<string, T> all, string from, string to)
    {
        foreach (string path in all.Keys.Where(path => path.StartsWith(from + "/", StringComparison.Ordinal)).ToArray())
        {
            all.Remove(path, out T? moved);
            all[to + path[from.Length..]] = moved!;
        }
    }

    private OrderedDictionary<string, JsonObject> Collection(string path)
    {
        if (!_collections.TryGetValue(path, out OrderedDictionary<string, JsonObject>? collection))
        {
            _collections[path] = collection = new OrderedDictionary<string, JsonObject>(StringComparer.Ordinal);
        }

        return collection;
    }
}
