using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>Zones, virtual networks and controllers, which wait until they are applied, and DNS and address services, which do not.</summary>
internal sealed class SdnObjectHandlers(PveState state, CollectionReader reader, SdnConfig config)
{
    private readonly SdnRules _rules = new(state, config);

    public void Register(HandlerTable table)
    {
        foreach (SdnKind kind in (SdnKind[])[SdnKind.Zone, SdnKind.Network, SdnKind.Controller])
        {
            table.Get(kind.List, call => List(call, kind));
            table.Get($"{kind.List}/{{{kind.Key}}}", call => Get(call, kind));
            RegisterChanges(table, kind);
        }

        foreach (SdnKind kind in (SdnKind[])[SdnKind.Dns, SdnKind.Ipam])
        {
            table.Get(kind.List, call => ListServices(call, kind));
            table.Get($"{kind.List}/{{{kind.Key}}}", call => GetService(call, kind));
            RegisterChanges(table, kind);
        }
    }

    private void RegisterChanges(HandlerTable table, SdnKind kind)
    {
        table.Post(kind.List, call => Create(call, kind));
        table.Put($"{kind.List}/{{{kind.Key}}}", call => Update(call, kind));
        table.Delete($"{kind.List}/{{{kind.Key}}}", call => Delete(call, kind));
    }

    private ApiReply List(ApiCall call, SdnKind kind)
    {
        JsonArray list = [];
        foreach (string name in config.Names(call, kind.List).Where(name => _rules.MaySee(call, kind, name)))
        {
            JsonObject shown = Shown(call, kind, name);
            if (call.Text("type") is not { } type || (shown["type"] is { } own && ApiCall.TextOf(own) == type))
            {
                list.Add((JsonNode)shown);
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply Get(ApiCall call, SdnKind kind)
    {
        string name = call.PathValues[kind.Key];
        if (!config.Exists(call, kind.List, name))
        {
            throw Missing(kind, name);
        }

        _rules.DemandSight(call, kind, name);
        return ApiReply.Of(Shown(call, kind, name));
    }

    private JsonObject Shown(ApiCall call, SdnKind kind, string name)
    {
        JsonObject shown = config.View(call, kind.List, kind.Key, name);
        shown["type"] ??= kind.Key;
        return shown;
    }

    private static ApiFault Missing(SdnKind kind, string name) => ApiFault.Failed($"{kind.Missing} '{name}' does not exist");

    private JsonObject Demand(SdnKind kind, string name) => config.Wanted(kind.List).GetValueOrDefault(name) ?? throw Missing(kind, name);

    private ApiReply ListServices(ApiCall call, SdnKind kind)
    {
        JsonArray list = [];
        foreach ((string name, JsonObject item) in Services(kind))
        {
            if (_rules.MaySee(call, kind, name) && (call.Text("type") is not { } type || (item["type"] is { } own && ApiCall.TextOf(own) == type)))
            {
                list.Add((JsonNode)ShownService(kind, name, item));
            }
        }

        return ApiReply.Of(list);
    }

    /// <summary>The services, with the address service that is always there.</summary>
    private IEnumerable<KeyValuePair<string, JsonObject>> Services(SdnKind kind)
    {
        IEnumerable<KeyValuePair<string, JsonObject>> known = state.Collections.Items(kind.List);
        return kind == SdnKind.Ipam && !state.Collections.Items(kind.List).ContainsKey("pve")
            ? known.Append(KeyValuePair.Create("pve", new JsonObject { ["type"] = "pve" }))
            : known;
    }

    private JsonObject ShownService(SdnKind kind, string name, JsonObject item)
    {
        JsonObject shown = item.DeepClone().AsObject();
        shown[kind.Key] = name;
        shown["type"] ??= kind == SdnKind.Dns ? "powerdns" : "pve";
        shown["digest"] = config.Digest(kind.List);
        return shown;
    }

    private ApiReply GetService(ApiCall call, SdnKind kind)
    {
        string name = call.PathValues[kind.Key];
        JsonObject? item = Services(kind).FirstOrDefault(service => service.Key == name).Value;
        return item is null ? throw Missing(kind, name) : ApiReply.Of(ShownService(kind, name, item));
    }

    private ApiReply Create(ApiCall call, SdnKind kind)
    {
        string failure = kind.Failure("create");
        string name = call.Required(kind.Key);
        config.DemandLock(call, failure);
        if (config.Wanted(kind.List).ContainsKey(name))
        {
            throw ApiFault.Failed($"{failure}: sdn {kind.Key} object ID '{name}' already defined");
        }

        JsonObject item = Stored(call, kind, null);
        item["type"] ??= kind == SdnKind.Network ? "vnet" : null;
        _rules.Demand(kind, name, item, failure);
        if (kind == SdnKind.Zone && item["type"] is { } type && ApiCall.TextOf(type) == "evpn")
        {
            item["mac"] ??= state.NewMac();
        }

        state.Collections.Put(kind.List, name, item);
        return ApiReply.Nothing;
    }

    private JsonObject Stored(ApiCall call, SdnKind kind, JsonObject? present) => reader.Store(call, present, "lock-token", kind.Key);

    private ApiReply Update(ApiCall call, SdnKind kind)
    {
        string failure = kind.Failure("update");
        string name = call.PathValues[kind.Key];
        config.DemandLock(call, failure);
        JsonObject present = Demand(kind, name);
        _rules.DemandChange(call, kind, name);
        config.DemandDigest(call, kind.List, failure);
        JsonObject changed = Stored(call, kind, present.DeepClone().AsObject());
        _rules.Demand(kind, name, changed, failure);
        state.Collections.Put(kind.List, name, changed);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call, SdnKind kind)
    {
        string failure = kind.Failure("delete");
        string name = call.PathValues[kind.Key];
        config.DemandLock(call, failure);
        Demand(kind, name);
        _rules.DemandChange(call, kind, name);
        _rules.DemandUnused(kind, name, failure);
        state.Collections.Remove(kind.List, name);
        return ApiReply.Nothing;
    }
}
