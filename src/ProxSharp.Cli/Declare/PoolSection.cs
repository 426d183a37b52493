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
    public async Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken)
    {
        JsonElement pools = (await session.GetAsync("/pools", null, cancellationToken).ConfigureAwait(false)).Data;
        JsonElement resources = (await session.GetAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false)).Data;
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement pool in pools.EnumerateArray().OrderBy(static pool => StateValues.Text(pool, "poolid"), StringComparer.Ordinal))
            {
                string id = StateValues.Text(pool, "poolid")!;
                json.WriteStartObject();
                json.WriteString("poolid", id);
                json.WriteString("comment", StateValues.Text(pool, "comment") ?? "");
                Members(json, "vms", resources, id, "vmid");
                Members(json, "storages", resources, id, "storage");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(static pool => StateValues.Text(pool, "poolid")!, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (JsonElement pool in StateValues.Items(wanted, Name))
        {
            string id = StateValues.Required(pool, "poolid", Name);
            named.Add(id);
            bool exists = known.TryGetValue(id, out JsonElement now);
            string comment = StateValues.Text(pool, "comment") ?? "";
            string before = exists ? StateValues.Text(now, "comment") ?? "" : "";
            if (!exists || (pool.TryGetProperty("comment", out _) && comment != before))
            {
                yield return new StateChange(Name, id, exists ? "change" : "create")
                {
                    Keys = [("comment", exists ? before : null, comment)],
                    Call = Call(exists ? ApiMethod.Put : ApiMethod.Post, id, ("comment", comment)),
                };
            }

            foreach (StateChange change in Members(pool, now, id, "vms", prune).Concat(Members(pool, now, id, "storages", prune)))
            {
                yield return change;
            }
        }

        foreach (string id in prune ? known.Keys.Where(id => !named.Contains(id)) : [])
        {
            yield return new StateChange(Name, id, "delete") { Call = Call(ApiMethod.Delete, id) };
        }
    }

    private IEnumerable<StateChange> Members(JsonElement pool, JsonElement now, string id, string key, bool prune)
    {
        if (StateValues.Member(pool, key).ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        string parameter = key == "vms" ? "vms" : "storage";
        string[] wanted = [.. StateValues.Member(pool, key).EnumerateArray().Select(StateValues.Wire).OfType<string>()];
        string[] present = StateValues.Member(now, key) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(StateValues.Wire).OfType<string>()]
            : [];
        string[] added = [.. wanted.Except(present)];
        if (added.Length > 0)
        {
            yield return new StateChange(Name, id, "change")
            {
                Keys = [(key, null, string.Join(',', added))],
                Call = Call(ApiMethod.Put, id, (parameter, string.Join(',', added)), ("allow-move", "1")),
            };
        }

        string[] gone = prune ? [.. present.Except(wanted)] : [];
        if (gone.Length > 0)
        {
            yield return new StateChange(Name, id, "change")
            {
                Keys = [(key, string.Join(',', gone), null)],
                Call = Call(ApiMethod.Put, id, (parameter, string.Join(',', gone)), ("delete", "1")),
            };
        }
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

    private static void Members(Utf8JsonWriter json, string key, JsonElement resources, string pool, string member)
    {
        json.WriteStartArray(key);
        IEnumerable<JsonElement> items = resources.EnumerateArray()
            .Where(item => StateValues.Text(item, "pool") == pool
                && (member == "vmid" ? StateValues.Text(item, "type") is "qemu" or "lxc" : StateValues.Text(item, "type") == "storage"))
            .Select(item => StateValues.Member(item, member));
        foreach (JsonElement item in items.DistinctBy(static item => item.ToString())
            .OrderBy(static item => item.ToString(), Comparer<string>.Create(Sorting.Natural)))
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
    }
}
