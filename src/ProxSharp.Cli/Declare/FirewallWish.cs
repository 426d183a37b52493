using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// Which firewalls of nodes or guests are read, and which parts of them. Without a file all are, and those that nobody has touched are left out. With one,
/// those that its list names are; and if what the list does not name goes, the others are too, for what can go there.
/// </summary>
internal sealed class FirewallWish
{
    private readonly Dictionary<string, JsonElement>? _items;
    private readonly bool _others;

    private FirewallWish(Dictionary<string, JsonElement>? items, bool others) => (_items, _others) = (items, others);

    /// <summary>What is wanted of a list.</summary>
    /// <exception cref="CliException">The list names something twice.</exception>
    public static FirewallWish Of(StateReading reading, string list, string key)
    {
        if (reading.IsWhole)
        {
            return new FirewallWish(null, others: true);
        }

        JsonElement wanted = StateValues.Member(reading.Wanted, list);
        Dictionary<string, JsonElement> items = new(StringComparer.Ordinal);
        string place = $"firewall {list}";
        foreach (JsonElement item in StateValues.Objects(wanted, place))
        {
            string id = StateValues.Required(item, key, place);
            if (!items.TryAdd(id, item))
            {
                throw CliException.Usage($"'{place}' names '{id}' twice", "Leave one of them out");
            }
        }

        return new FirewallWish(items, reading.Prune && wanted.ValueKind == JsonValueKind.Array);
    }

    /// <summary>Tells whether the file names something.</summary>
    public bool Names(string id) => _items?.ContainsKey(id) == true;

    /// <summary>Tells whether something is read.</summary>
    public bool Includes(string id) => _others || Names(id);

    /// <summary>The parts that are read, as the file has them; undefined for all.</summary>
    public JsonElement Parts(string id) => _items is null ? default : _items.GetValueOrDefault(id, FirewallScope.Nothing);
}
