using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>firewall</c>: the firewall of the cluster, and below <c>nodes</c> and <c>guests</c> those that somebody has set up there.</summary>
internal sealed class FirewallSection : IStateSection
{
    private const string NodeList = "nodes";
    private const string GuestList = "guests";

    private readonly FirewallScope _cluster = FirewallScope.Cluster();

    /// <inheritdoc/>
    public string Name => "firewall";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads =>
        [.. _cluster.Reads, .. FirewallScope.Node("").Reads, .. FirewallScope.Guest("", "qemu", "").Reads, .. FirewallScope.Guest("", "lxc", "").Reads];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes =>
        [.. _cluster.Writes, .. FirewallScope.Node("").Writes, .. FirewallScope.Guest("", "qemu", "").Writes, .. FirewallScope.Guest("", "lxc", "").Writes];

    /// <inheritdoc/>
    public StateSight? Sight => StateSight.Guests;

    // Of the guests only, for nodes are on the list of the cluster whoever asks.
    /// <inheritdoc/>
    public bool Prunes(JsonElement wanted) => IsList(wanted, GuestList);

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        IReadOnlyList<StatePart> cluster = await _cluster.ReadAsync(session, reading.Wanted, cancellationToken).ConfigureAwait(false);
        JsonElement resources = await session.ListAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false);
        reading.Note(resources);
        JsonElement nodes = await NodesAsync(session, resources, reading, cancellationToken).ConfigureAwait(false);
        JsonElement guests = await GuestsAsync(session, resources, reading, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartObject();
            FirewallScope.Write(json, cluster);
            json.WritePropertyName(NodeList);
            nodes.WriteTo(json);
            json.WritePropertyName(GuestList);
            guests.WriteTo(json);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        StateValues.OnlyParts(wanted, Name, [.. _cluster.Parts, NodeList, GuestList]);
        return
        [
            .. _cluster.Compare(wanted, present, wish.Prune),
            .. CompareList(wanted, present, wish.Prune, NodeList, "node", static (node, _) => FirewallScope.Node(node), MissingNode),
            .. CompareList(wanted, present, wish.Prune, GuestList, "vmid", static (id, now) => Scope(id, StateValues.Member(now, "now")), MissingGuest),
        ];
    }

    private IEnumerable<StateChange> CompareList(
        JsonElement wanted,
        JsonElement present,
        bool prune,
        string list,
        string key,
        Func<string, JsonElement, FirewallScope> scopeOf,
        Func<string, JsonElement, StateChange?> missing)
    {
        Dictionary<string, JsonElement> there = Present(present, list, key);
        HashSet<string> named = new(StringComparer.Ordinal);
        List<StateChange> changes = [];
        foreach (JsonElement item in StateValues.Objects(StateValues.Member(wanted, list), $"{Name} {list}"))
        {
            string id = StateValues.Required(item, key, $"{Name} {list}");
            JsonElement now = there.GetValueOrDefault(id);
            FirewallScope scope = scopeOf(id, now);
            StateValues.Only(item, $"{Name} {list}", [key, .. scope.Parts]);
            named.Add(id);
            bool isComing = StateValues.Is(StateValues.Member(now, "now"), "missing");
            changes.AddRange(missing(id, now) is { } lack ? [lack] : scope.Compare(item, now, prune).Select(change => isComing ? Coming(change) : change));
        }

        return prune && IsList(wanted, list)
            ? changes.Concat(there.Where(one => !named.Contains(one.Key))
                .SelectMany(one => scopeOf(one.Key, one.Value).Compare(FirewallScope.Nothing, one.Value, prune: true)))
            : changes;
    }

    private StateChange? MissingNode(string node, JsonElement now) =>
        now.ValueKind == JsonValueKind.Undefined ? Missing($"node {node}", "there is no such node") : null;

    private StateChange? MissingGuest(string id, JsonElement now) => StateValues.Text(StateValues.Member(now, "now"), "node") is null
        ? Missing($"guest {id}", "there is no such guest, and the section 'guests' does not make it") with { Place = $"/vms/{id}" }
        : null;

    private static FirewallScope Scope(string id, JsonElement place) =>
        FirewallScope.Guest(StateValues.Text(place, "node") ?? "", StateValues.Text(place, "type") ?? "qemu", id);

    private static bool IsList(JsonElement wanted, string list) => StateValues.Member(wanted, list).ValueKind == JsonValueKind.Array;

    private static StateChange Coming(StateChange change) => change with { Call = change.Call is { } call ? call with { IsThere = false } : null };

    private StateChange Missing(string subject, string reason) => new(Name, subject, "blocked", StateStage.FirewallRules) { Reason = reason };

    private static Dictionary<string, JsonElement> Present(JsonElement present, string list, string key) =>
        StateValues.Items(StateValues.Member(present, list), "firewall").ToDictionary(item => StateValues.Text(item, key)!, StringComparer.Ordinal);

    private static async Task<JsonElement> NodesAsync(ServerSession session, JsonElement resources, StateReading reading, CancellationToken cancellationToken)
    {
        FirewallWish wish = FirewallWish.Of(reading, NodeList, "node");
        string[] nodes =
        [
            .. resources.EnumerateArray().Where(static item => StateValues.Text(item, "type") == "node")
                .Select(static item => StateValues.Text(item, "node")!)
                .Where(node => wish.Includes(node) && reading.Reaches(node))
                .Order(StringComparer.Ordinal),
        ];
        IReadOnlyList<StatePart>[] read = await ConcurrentReading.AllAsync(
            nodes, (node, token) => FirewallScope.Node(node).ReadAsync(session, wish.Parts(node), token), cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < nodes.Length; at++)
            {
                if (wish.Names(nodes[at]) || !FirewallScope.IsUntouched(read[at]))
                {
                    json.WriteStartObject();
                    json.WriteString("node", nodes[at]);
                    FirewallScope.Write(json, read[at]);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        });
    }

    private static async Task<JsonElement> GuestsAsync(ServerSession session, JsonElement resources, StateReading reading, CancellationToken cancellationToken)
    {
        FirewallWish wish = FirewallWish.Of(reading, GuestList, "vmid");
        GuestIndex index = new(resources);
        GuestPlace[] guests = [.. index.Places.Where(guest => wish.Includes(guest.Id)).Where(reading.Reaches)];
        IReadOnlyList<StatePart>[] read = await ConcurrentReading.AllAsync(
            guests,
            (guest, token) => FirewallScope.Guest(guest.Node, guest.Type, guest.Id).ReadAsync(session, wish.Parts(guest.Id), token),
            cancellationToken).ConfigureAwait(false);

        // Guests that the file makes have no firewall yet.
        IEnumerable<GuestPlace> coming = StateValues.Items(StateValues.Member(reading.File, "guests"), "guests")
            .Where(item => wish.Names(StateValues.Text(item, "vmid") ?? "") && !index.Has(StateValues.Text(item, "vmid")))
            .Select(item => GuestPlace.OfNew(item, index));
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < guests.Length; at++)
            {
                if (wish.Names(guests[at].Id) || !FirewallScope.IsUntouched(read[at]))
                {
                    Write(json, guests[at], read[at]);
                }
            }

            foreach (GuestPlace guest in coming)
            {
                Write(json, guest, [], isThere: false);
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, GuestPlace guest, IReadOnlyList<StatePart> parts, bool isThere = true)
    {
        json.WriteStartObject();
        json.WriteNumber("vmid", guest.Number);
        json.WriteStartObject("now");
        json.WriteString("node", guest.Node);
        json.WriteString("type", guest.Type);
        json.WriteBoolean("missing", !isThere);
        json.WriteEndObject();
        FirewallScope.Write(json, parts);
        json.WriteEndObject();
    }
}
