using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>firewall</c>: the firewall of the cluster, and below <c>nodes</c> and <c>guests</c> those that somebody has set up there.</summary>
internal sealed class FirewallSection : IStateSection
{
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

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string, JsonElement)> cluster = await _cluster.ReadAsync(session, reading.Wanted, cancellationToken).ConfigureAwait(false);
        JsonElement resources = await session.ListAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false);
        reading.Note(resources);
        JsonElement nodes = await NodesAsync(session, resources, reading, cancellationToken).ConfigureAwait(false);
        JsonElement guests = await GuestsAsync(session, resources, reading, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartObject();
            FirewallScope.Write(json, cluster);
            json.WritePropertyName("nodes");
            nodes.WriteTo(json);
            json.WritePropertyName("guests");
            guests.WriteTo(json);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        StateValues.OnlyParts(wanted, Name, [.. _cluster.Parts, "nodes", "guests"]);
        List<StateChange> changes = [.. _cluster.Compare(wanted, present, wish.Prune)];
        Dictionary<string, JsonElement> nodes = Present(present, "nodes", "node");
        foreach (JsonElement item in StateValues.Items(StateValues.Member(wanted, "nodes"), Name))
        {
            string node = StateValues.Required(item, "node", Name);
            FirewallScope scope = FirewallScope.Node(node);
            StateValues.Only(item, Name, ["node", .. scope.Parts]);
            changes.AddRange(nodes.TryGetValue(node, out JsonElement now)
                ? scope.Compare(item, now, wish.Prune)
                : [Missing($"node {node}", "there is no such node")]);
        }

        Dictionary<string, JsonElement> guests = Present(present, "guests", "vmid");

        foreach (JsonElement item in StateValues.Items(StateValues.Member(wanted, "guests"), Name))
        {
            string id = StateValues.Required(item, "vmid", Name);
            JsonElement now = guests.GetValueOrDefault(id);
            JsonElement place = StateValues.Member(now, "now");
            FirewallScope scope = FirewallScope.Guest(StateValues.Text(place, "node") ?? "", StateValues.Text(place, "type") ?? "qemu", id);
            StateValues.Only(item, Name, ["vmid", .. scope.Parts]);
            changes.AddRange(StateValues.Text(place, "node") is null
                ? [Missing($"guest {id}", "there is no such guest, and the section 'guests' does not make it") with { Place = $"/vms/{id}" }]
                : scope.Compare(item, now, wish.Prune).Select(change => StateValues.Is(place, "missing") ? Coming(change) : change));
        }

        return changes;
    }

    private static StateChange Coming(StateChange change) => change with { Call = change.Call is { } call ? call with { IsThere = false } : null };

    private StateChange Missing(string subject, string reason) => new(Name, subject, "blocked", StateStage.FirewallRules) { Reason = reason };

    private static Dictionary<string, JsonElement> Present(JsonElement present, string list, string key) =>
        StateValues.Items(StateValues.Member(present, list), "firewall").ToDictionary(item => StateValues.Text(item, key)!, StringComparer.Ordinal);

    // Without a file all firewalls are read, and those that nobody has touched are left out.
    private static async Task<JsonElement> NodesAsync(ServerSession session, JsonElement resources, StateReading reading, CancellationToken cancellationToken)
    {
        Dictionary<string, JsonElement>? items = Named(reading, "nodes", "node");
        string[] nodes =
        [
            .. resources.EnumerateArray().Where(static item => StateValues.Text(item, "type") == "node")
                .Select(static item => StateValues.Text(item, "node")!)
                .Where(node => items?.ContainsKey(node) != false && reading.Reaches(node))
                .Order(StringComparer.Ordinal),
        ];
        IReadOnlyList<(string, JsonElement)>[] read = await ConcurrentReading.AllAsync(
            nodes, (node, token) => FirewallScope.Node(node).ReadAsync(session, items?[node] ?? default, token), cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < nodes.Length; at++)
            {
                if (items is not null || !FirewallScope.IsUntouched(read[at]))
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
        Dictionary<string, JsonElement>? items = Named(reading, "guests", "vmid");
        GuestIndex index = new(resources);
        GuestPlace[] guests = [.. index.Places.Where(guest => items?.ContainsKey(guest.Id) != false).Where(reading.Reaches)];
        IReadOnlyList<(string, JsonElement)>[] read = await ConcurrentReading.AllAsync(
            guests,
            (guest, token) => FirewallScope.Guest(guest.Node, guest.Type, guest.Id).ReadAsync(session, items?[guest.Id] ?? default, token),
            cancellationToken).ConfigureAwait(false);

        // Guests that the file makes have no firewall yet.
        IEnumerable<GuestPlace> coming = StateValues.Items(StateValues.Member(reading.File, "guests"), "guests")
            .Where(item => items?.ContainsKey(StateValues.Text(item, "vmid") ?? "") == true && !index.Has(StateValues.Text(item, "vmid")))
            .Select(item => GuestPlace.OfNew(item, index));
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < guests.Length; at++)
            {
                if (items is not null || !FirewallScope.IsUntouched(read[at]))
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

    private static void Write(Utf8JsonWriter json, GuestPlace guest, IReadOnlyList<(string, JsonElement)> parts, bool isThere = true)
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

    /// <summary>The items of a file by their names; null if there is no file.</summary>
    private static Dictionary<string, JsonElement>? Named(StateReading reading, string list, string key)
    {
        if (reading.IsWhole)
        {
            return null;
        }

        Dictionary<string, JsonElement> named = new(StringComparer.Ordinal);
        foreach (JsonElement item in StateValues.Items(StateValues.Member(reading.Wanted, list), "firewall"))
        {
            string id = StateValues.Required(item, key, "firewall");
            if (!named.TryAdd(id, item))
            {
                throw CliException.Usage($"'firewall' names '{id}' twice", "Leave one of them out");
            }
        }

        return named;
    }
}
