using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>Prefix lists and route maps.</summary>
internal sealed class RoutePolicyHandlers(PveState state, CollectionReader reader, SdnConfig config)
{
    private const string Lists = SdnConfig.PrefixLists;
    private const string Maps = SdnConfig.RouteMaps;
    private const string MapEntry = $"{Maps}/{{route-map-id}}/entry/{{order}}";
    private const int Step = 5;

    public void Register(HandlerTable table)
    {
        table.Get(Lists, call => ApiReply.List(config.Names(call, Lists).Select(name => Shown(call, name, call.IsSet("verbose")))));
        table.Post(Lists, CreateList);
        table.Get($"{Lists}/{{id}}", call => ApiReply.Of(Shown(call, DemandList(call), withEntries: true)));
        table.Put($"{Lists}/{{id}}", UpdateList);
        table.Delete($"{Lists}/{{id}}", DeleteList);
        table.Get($"{Lists}/{{id}}/entries", call => ApiReply.Of(Entries(DemandList(call))));
        table.Post($"{Lists}/{{id}}/entries", AddEntry);
        table.Get($"{Lists}/{{id}}/entries/{{url_seq}}", call => ApiReply.Of(DemandEntry(call).DeepClone()));
        table.Put($"{Lists}/{{id}}/entries/{{url_seq}}", UpdateEntry);
        table.Delete($"{Lists}/{{id}}/entries/{{url_seq}}", DeleteEntry);
        table.Get($"{SdnConfig.Root}/route-maps", call => ApiReply.List(MapNames(call).Select(static map => new JsonObject { ["id"] = map })));
        table.Get(Maps, call => ApiReply.List(MapNames(call).SelectMany(map => MapEntries(call, map)).Select(static entry => entry!.DeepClone())));
        table.Post(Maps, AddMapEntry);
        table.Get($"{Maps}/{{route-map-id}}", call => ApiReply.Of(MapEntries(call, call.PathValues["route-map-id"])));
        table.Get(MapEntry, GetMapEntry);
        table.Put(MapEntry, UpdateMapEntry);
        table.Delete(MapEntry, DeleteMapEntry);
    }

    private static string EntriesOf(string list) => $"{Lists}/{list}/entries";

    private string DemandList(ApiCall call)
    {
        string id = call.PathValues["id"];
        return config.Wanted(Lists).ContainsKey(id) ? id : throw ApiFault.Failed($"prefix list '{id}' does not exist");
    }

    private JsonObject Shown(ApiCall call, string name, bool withEntries)
    {
        JsonObject shown = config.View(call, Lists, "id", name);
        if (shown["digest"] is null)
        {
            shown.Remove("digest");
        }

        if (withEntries)
        {
            shown["entries"] = Entries(name);
        }

        return shown;
    }

    private JsonArray Entries(string list) =>
        new([.. config.Wanted(EntriesOf(list)).Values.OrderBy(static entry => entry["seq"]!.GetValue<long>()).Select(static entry => entry.DeepClone())]);

    private ApiReply CreateList(ApiCall call)
    {
        config.DemandLock(call, "creating prefix list failed");
        string id = call.Required("id");
        if (config.Wanted(Lists).ContainsKey(id))
        {
            throw ApiFault.Failed($"prefix list '{id}' already exists");
        }

        state.Collections.Put(Lists, id, []);
        SetEntries(call, id);
        return ApiReply.Nothing;
    }

    private void SetEntries(ApiCall call, string list)
    {
        if (!call.Has("entries"))
        {
            return;
        }

        Clear(EntriesOf(list));
        foreach (string text in call.Values("entries"))
        {
            JsonObject entry = [];
            foreach (PropertyStringEntry part in PropertyStringEntries.Parse(text).Items)
            {
                entry[part.Key ?? "prefix"] = part.Key is "seq" or "le" or "ge" && long.TryParse(part.Value, CultureInfo.InvariantCulture, out long number) ? number : part.Value;
            }

            Put(list, entry);
        }
    }

    private void Clear(string path)
    {
        foreach (string name in config.Wanted(path).Keys.ToArray())
        {
            state.Collections.Remove(path, name);
        }
    }

    private void Put(string list, JsonObject entry)
    {
        entry["seq"] ??= config.Wanted(EntriesOf(list)).Values.Select(static other => other["seq"]!.GetValue<long>()).DefaultIfEmpty().Max() + Step;
        string seq = ApiCall.TextOf(entry["seq"]!);
        if (config.Wanted(EntriesOf(list)).ContainsKey(seq))
        {
            throw ApiFault.Failed($"entry with sequence number {seq} already exists in prefix list '{list}'");
        }

        state.Collections.Put(EntriesOf(list), seq, entry);
    }

    private ApiReply UpdateList(ApiCall call)
    {
        const string Failure = "updating prefix list failed";
        config.DemandLock(call, Failure);
        string id = DemandList(call);
        config.DemandDigest(call, Lists, Failure);
        SetEntries(call, id);
        if (call.Items("delete").Contains("entries"))
        {
            Clear(EntriesOf(id));
        }

        return ApiReply.Nothing;
    }

    private ApiReply DeleteList(ApiCall call)
    {
        config.DemandLock(call, "deleting prefix list failed");
        string id = DemandList(call);
        Clear(EntriesOf(id));
        state.Collections.Remove(Lists, id);
        return ApiReply.Nothing;
    }

    private JsonObject Stored(ApiCall call, JsonObject? present) => reader.Store(call, present, "lock-token", "id", "url_seq", "route-map-id", "order");

    private ApiReply AddEntry(ApiCall call)
    {
        config.DemandLock(call, "adding prefix list entry failed");
        Put(DemandList(call), Stored(call, null));
        return ApiReply.Nothing;
    }

    private JsonObject DemandEntry(ApiCall call)
    {
        string list = DemandList(call);
        string seq = call.PathValues["url_seq"];
        JsonObject entry = config.Wanted(EntriesOf(list)).GetValueOrDefault(seq)
            ?? throw ApiFault.Failed($"prefix list '{list}' has no entry with sequence number {seq}");
        entry["seq"] ??= long.Parse(seq, CultureInfo.InvariantCulture);
        return entry;
    }

    private ApiReply UpdateEntry(ApiCall call)
    {
        config.DemandLock(call, "updating prefix list entry failed");
        JsonObject changed = Stored(call, DemandEntry(call).DeepClone().AsObject());
        state.Collections.Remove(EntriesOf(call.PathValues["id"]), call.PathValues["url_seq"]);
        Put(call.PathValues["id"], changed);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteEntry(ApiCall call)
    {
        config.DemandLock(call, "deleting prefix list entry failed");
        DemandEntry(call);
        state.Collections.Remove(EntriesOf(call.PathValues["id"]), call.PathValues["url_seq"]);
        return ApiReply.Nothing;
    }

    private IEnumerable<string> MapNames(ApiCall call) => config.RouteMapNames().Where(map => config.Names(call, $"{Maps}/{map}").Length > 0);

    private JsonArray MapEntries(ApiCall call, string map) =>
        new([.. config.Names(call, $"{Maps}/{map}").Select(order => (JsonNode)ShownEntry(call, map, order))]);

    private JsonObject ShownEntry(ApiCall call, string map, string order)
    {
        JsonObject shown = config.View(call, $"{Maps}/{map}", "order", order);
        shown["order"] = long.Parse(order, CultureInfo.InvariantCulture);
        shown["route-map-id"] = map;
        if (shown["digest"] is null)
        {
            shown.Remove("digest");
        }

        return shown;
    }

    private ApiReply AddMapEntry(ApiCall call)
    {
        config.DemandLock(call, "adding route map entry failed");
        string map = call.Required("route-map-id");
        string order = call.Required("order");
        if (config.Wanted($"{Maps}/{map}").ContainsKey(order))
        {
            throw ApiFault.Failed($"route map '{map}' already has an entry with order {order}");
        }

        state.Collections.Put($"{Maps}/{map}", order, Stored(call, null));
        return ApiReply.Nothing;
    }

    private JsonObject DemandMapEntry(ApiCall call)
    {
        (string map, string order) = (call.PathValues["route-map-id"], call.PathValues["order"]);
        return config.Wanted($"{Maps}/{map}").GetValueOrDefault(order) ?? throw ApiFault.Failed($"route map '{map}' has no entry with order {order}");
    }

    private ApiReply GetMapEntry(ApiCall call)
    {
        DemandMapEntry(call);
        return ApiReply.Of(ShownEntry(call, call.PathValues["route-map-id"], call.PathValues["order"]));
    }

    private ApiReply UpdateMapEntry(ApiCall call)
    {
        const string Failure = "updating route map entry failed";
        config.DemandLock(call, Failure);
        string list = $"{Maps}/{call.PathValues["route-map-id"]}";
        JsonObject present = DemandMapEntry(call);
        config.DemandDigest(call, list, Failure);
        state.Collections.Put(list, call.PathValues["order"], Stored(call, present.DeepClone().AsObject()));
        return ApiReply.Nothing;
    }

    private ApiReply DeleteMapEntry(ApiCall call)
    {
        config.DemandLock(call, "deleting route map entry failed");
        DemandMapEntry(call);
        state.Collections.Remove($"{Maps}/{call.PathValues["route-map-id"]}", call.PathValues["order"]);
        return ApiReply.Nothing;
    }
}
