using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>The guests and nodes of a cluster, found by number or name without looking through all of them each time.</summary>
internal sealed class GuestIndex
{
    private readonly Dictionary<string, JsonElement> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);

    /// <summary>Reads a list of the cluster's resources.</summary>
    public GuestIndex(JsonElement resources)
    {
        List<GuestPlace> places = [];
        List<string> nodes = [];
        foreach (JsonElement item in resources.EnumerateArray())
        {
            string? type = StateValues.Text(item, "type");
            if (type == "node")
            {
                nodes.Add(StateValues.Text(item, "node")!);
            }
            else if (type is "qemu" or "lxc" && StateValues.Text(item, "vmid") is { } id && _byId.TryAdd(id, item))
            {
                places.Add(new GuestPlace(id, type, StateValues.Text(item, "node")!));
                string name = StateValues.Text(item, "name") ?? "";
                if (!_byName.TryAdd(name, item))
                {
                    _shared.Add(name);
                }
            }
        }

        (Places, Nodes) = ([.. places.OrderBy(static guest => guest.Number)], nodes);
    }

    /// <summary>Where the guests are, by number.</summary>
    public IReadOnlyList<GuestPlace> Places { get; }

    /// <summary>The names of the nodes, in the order of the list.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>Tells whether there is a guest of a number.</summary>
    public bool Has(string? id) => id is not null && _byId.ContainsKey(id);

    /// <summary>Makes sure that the nodes are there on which a file wants guests.</summary>
    /// <exception cref="CliException">One is not.</exception>
    public void CheckNodes(IEnumerable<JsonElement>? guests)
    {
        foreach (JsonElement item in guests ?? [])
        {
            if (StateValues.Text(item, "node") is { } node && Nodes.Count > 0 && !Nodes.Contains(node))
            {
                throw CliException.Usage(
                    $"Guest {StateValues.Text(item, "vmid")} is to be on '{node}', and there is no such node", $"There are: {string.Join(", ", Nodes.Order())}");
            }
        }
    }

    /// <summary>Finds a guest by number or name; null if there is none.</summary>
    /// <exception cref="CliException">Several have the name.</exception>
    public JsonElement? Find(string word) =>
        _byId.TryGetValue(word, out JsonElement guest) ? guest
        : _shared.Contains(word) ? throw CliException.Usage($"There are several guests named '{word}'", "Write the number of the one that is meant")
        : word.Length > 0 && _byName.TryGetValue(word, out guest) ? guest : null;
}
