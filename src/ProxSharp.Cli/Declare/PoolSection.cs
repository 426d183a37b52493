using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>pools</c>: names, comments, guests and storages.</summary>
internal sealed class PoolSection : IStateSection
{
    /// <inheritdoc/>
    public string Name => "pools";

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => ["GET /pools"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => ["POST /pools", "PUT /pools", "DELETE /pools"];

    /// <inheritdoc/>
    public StateSight? Sight { get; } = new("/pool", "Pool.Audit", "Pool.Allocate");

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken)
    {
        JsonElement pools = await session.ListAsync("/pools", null, cancellationToken).ConfigureAwait(false);
        string[] ids = [.. pools.EnumerateArray().Select(static pool => StateValues.Text(pool, "poolid")!).Order(StringComparer.Ordinal)];
        JsonElement[] all = await ConcurrentReading.AllAsync(ids, (id, token) => PoolAsync(session, id, token), cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            for (int at = 0; at < ids.Length; at++)
            {
                json.WriteStartObject();
                json.WriteString("poolid", ids[at]);
                json.WriteString("comment", StateValues.Text(all[at], "comment") ?? "");
                Members(json, "vms", all[at], "vmid");
                Members(json, "storages", all[at], "storage");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(static pool => StateValues.Text(pool, "poolid")!, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        HashSet<string> placed = Placed(wanted);
        foreach ((string id, JsonElement pool) in InOrder(wanted))
        {
            named.Add(id);
            bool exists = known.TryGetValue(id, out JsonElement now);
            string comment = StateValues.Text(pool, "comment") ?? "";
            string before = exists ? StateValues.Text(now, "comment") ?? "" : "";
            if (!exists || (pool.TryGetProperty("comment", out _) && comment != before))
            {
                yield return new StateChange(Name, id, exists ? "change" : "create", StateStage.Pools)
                {
                    Keys = [new("comment", exists ? before : null, comment)],
                    Place = exists ? null : $"/pool/{id}",
                    Call = Call(exists ? ApiMethod.Put : ApiMethod.Post, id, ("comment", comment)),
                };
            }

            foreach (StateChange change in Members(pool, known, id, "vms", wish.Prune, placed).Concat(Members(pool, known, id, "storages", wish.Prune, placed)))
            {
                yield return change;
            }
        }

        // Proxmox: a pool with others in it cannot be deleted. What is inside goes first, and what holds one that stays, stays.
        IEnumerable<string> others = known.Keys.Where(id => !named.Contains(id) && !named.Any(other => other.StartsWith($"{id}/", StringComparison.Ordinal)));
        foreach (string id in wish.Prune ? others.OrderDescending(StringComparer.Ordinal).ToArray() : [])
        {
            // Proxmox: only empty pools can be deleted.
            JsonElement none = JsonText.Build(static json => WriteEmpty(json));
            foreach (StateChange change in Members(none, known, id, "vms", prune: true, placed)
                .Concat(Members(none, known, id, "storages", prune: true, placed)))
            {
                yield return change;
            }

            yield return new StateChange(Name, id, "delete", StateStage.Pools) { Call = Call(ApiMethod.Delete, id) };
        }
    }

    // In the order in which they can be made: a pool comes before those in it; else that of the file.
    private IEnumerable<WantedPool> InOrder(JsonElement wanted)
    {
        List<WantedPool> pools = [];
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (JsonElement pool in StateValues.Objects(wanted, Name))
        {
            StateValues.Only(pool, Name, "poolid", "comment", "vms", "storages");
            string id = StateValues.Required(pool, "poolid", Name);
            StateValues.Once(named, id, Name);
            pools.Add(new WantedPool(id, pool));
        }

        return pools.OrderBy(static pool => pool.Id.Count('/'));
    }

    // A guest is in one pool at most: where the file has it, it leaves the others.
    private HashSet<string> Placed(JsonElement wanted)
    {
        HashSet<string> placed = new(StringComparer.Ordinal);
        foreach (JsonElement pool in StateValues.Objects(wanted, Name))
        {
            foreach (string guest in Words(pool, "vms").Distinct())
            {
                StateValues.Once(placed, guest, "vms of pools");
            }
        }

        return placed;
    }

    private static string[] Words(JsonElement pool, string key) =>
        [.. StateValues.Items(StateValues.Member(pool, key), key).Select(StateValues.Wire).OfType<string>()];

    private IEnumerable<StateChange> Members(
        JsonElement pool, Dictionary<string, JsonElement> known, string id, string key, bool prune, HashSet<string> placed)
    {
        if (StateValues.Member(pool, key).ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            yield break;
        }

        string parameter = key == "vms" ? "vms" : "storage";
        string[] wanted = Words(pool, key);
        string[] present = Words(known.GetValueOrDefault(id), key);
        string[] added = [.. wanted.Except(present)];
        if (added.Length > 0)
        {
            List<KeyChange> keys = [new(key, null, string.Join(',', added))];
            foreach ((string other, JsonElement now) in key == "vms" ? known.Where(other => other.Key != id) : [])
            {
                string[] lost = [.. Words(now, key).Where(added.Contains)];
                if (lost.Length > 0)
                {
                    keys.Add(new KeyChange($"{key} of {other}", string.Join(',', lost), null));
                }
            }

            bool isMove = keys.Count > 1;
            PlannedCall call = Call(ApiMethod.Put, id, (parameter, string.Join(',', added)));
            call.Parameters.Add("allow-move", isMove ? "1" : null);
            yield return new StateChange(Name, id, "change", StateStage.PoolMembers) { Keys = keys, IsRemoval = isMove, Call = call };
        }

        // Who goes into another pool has left this one by then.
        string[] gone = prune ? [.. present.Except(wanted).Where(member => key != "vms" || !placed.Contains(member))] : [];
        if (gone.Length > 0)
        {
            yield return new StateChange(Name, id, "change", StateStage.PoolMembers)
            {
                Keys = [new(key, string.Join(',', gone), null)],
                IsRemoval = true,
                Call = Call(ApiMethod.Put, id, (parameter, string.Join(',', gone)), ("delete", "1")),
            };
        }
    }

    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (string list in (string[])["vms", "storages"])
        {
            json.WriteStartArray(list);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static PlannedCall Call(ApiMethod method, string id, params (string Name, string Value)[] more)
    {
        ApiParameters parameters = [];
        parameters.Add("poolid", id);
        foreach ((string name, string value) in more)
        {
            parameters.Add(name, value);
        }

        return new PlannedCall(method, "/pools", parameters) { Template = "/pools", Target = id };
    }

    private static async Task<JsonElement> PoolAsync(ServerSession session, string id, CancellationToken cancellationToken)
    {
        ApiParameters filter = [];
        filter.Add("poolid", id);
        JsonElement pools = await session.ListAsync("/pools", filter, cancellationToken).ConfigureAwait(false);
        return pools.EnumerateArray().FirstOrDefault();
    }

    private static void Members(Utf8JsonWriter json, string key, JsonElement pool, string member)
    {
        json.WriteStartArray(key);
        IEnumerable<JsonElement> items = StateValues.Items(StateValues.Member(pool, "members"), "pools")
            .Where(item => (StateValues.Text(item, "type") == "storage") == (member == "storage"))
            .Select(item => StateValues.Member(item, member));
        foreach (JsonElement item in items.DistinctBy(static item => item.ToString())
            .OrderBy(static item => item.ToString(), Comparer<string>.Create(Sorting.Natural)))
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private sealed record WantedPool(string Id, JsonElement Pool);
}
