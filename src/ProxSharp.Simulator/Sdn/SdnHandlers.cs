using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Sdn;

/// <summary>Zones, virtual networks, controllers and subnets: changes wait until they are applied; the views show what waits and what is in force.</summary>
internal sealed class SdnHandlers(PveState state, CollectionReader reader)
{
    private const string Root = "/cluster/sdn";

    private readonly Dictionary<string, OrderedDictionary<string, JsonObject>> _running = new(StringComparer.Ordinal);

    public void Register(HandlerTable table)
    {
        RegisterViews(table, $"{Root}/zones", "zone");
        RegisterViews(table, $"{Root}/vnets", "vnet");
        RegisterViews(table, $"{Root}/controllers", "controller");
        table.Get($"{Root}/vnets/{{vnet}}/subnets", call => List(call, call.Path.TrimEnd('/'), "subnet"));
        table.Delete($"{Root}/zones/{{zone}}", DeleteZone);
        table.Delete($"{Root}/vnets/{{vnet}}", DeleteNetwork);
        table.Put(Root, Apply);
        table.Post($"{Root}/rollback", Rollback);
    }

    private void RegisterViews(HandlerTable table, string path, string key)
    {
        table.Get(path, call => List(call, path, key));
        table.Get($"{path}/{{{key}}}", call => Get(call, path, key));
    }

    private OrderedDictionary<string, JsonObject> Running(string path)
    {
        if (!_running.TryGetValue(path, out OrderedDictionary<string, JsonObject>? items))
        {
            _running[path] = items = new OrderedDictionary<string, JsonObject>(StringComparer.Ordinal);
        }

        return items;
    }

    private ApiReply List(ApiCall call, string path, string key)
    {
        IReadOnlyDictionary<string, JsonObject> wanted = state.Collections.Items(path);
        OrderedDictionary<string, JsonObject> running = Running(path);
        IEnumerable<string> names = call.IsSet("running") ? running.Keys : call.IsSet("pending") ? wanted.Keys.Union(running.Keys) : wanted.Keys;
        JsonArray list = [];
        foreach (string name in names.ToArray())
        {
            JsonObject shown = View(call, path, key, name);
            if (call.Text("type") is not { } type || shown["type"]?.GetValue<string>() == type)
            {
                list.Add((JsonNode)shown);
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply Get(ApiCall call, string path, string key)
    {
        string name = call.PathValues[key];
        bool exists = call.IsSet("running") ? Running(path).ContainsKey(name) : state.Collections.Find(path, name) is not null || (call.IsSet("pending") && Running(path).ContainsKey(name));
        return exists ? ApiReply.Of(View(call, path, key, name)) : throw ApiFault.Failed($"sdn '{name}' does not exist");
    }

    private JsonObject View(ApiCall call, string path, string key, string name)
    {
        JsonObject? wanted = state.Collections.Find(path, name);
        JsonObject? running = Running(path).GetValueOrDefault(name);
        if (call.IsSet("running"))
        {
            return Show(path, key, name, running!);
        }

        JsonObject shown = Show(path, key, name, call.IsSet("pending") ? running ?? wanted! : wanted!);
        if (call.IsSet("pending"))
        {
            AddPending(shown, wanted, running);
        }
        else
        {
            shown["digest"] = reader.Digest(state.Collections.Items(path).Values);
        }

        return shown;
    }

    private static JsonObject Show(string path, string key, string name, JsonObject item)
    {
        JsonObject shown = item.DeepClone().AsObject();
        shown.Remove("lock-token");
        shown[key] = name;
        shown["type"] ??= key;
        if (key != "subnet")
        {
            return shown;
        }

        // The name says it all: ZONE-NETWORK-MASK.
        string[] parts = name.Split('-');
        shown["id"] = name;
        shown["vnet"] = path.Split('/')[^2];
        (shown["zone"], shown["network"], shown["mask"]) = (parts[0], parts.Length > 1 ? parts[1] : "", parts[^1]);
        shown["cidr"] = $"{shown["network"]}/{parts[^1]}";
        return shown;
    }

    private static void AddPending(JsonObject shown, JsonObject? wanted, JsonObject? running)
    {
        if (wanted is null)
        {
            shown["state"] = "deleted";
            return;
        }

        if (running is null)
        {
            shown["state"] = "new";
            shown["pending"] = Differences(wanted, []);
        }
        else if (!JsonNode.DeepEquals(wanted, running))
        {
            shown["state"] = "changed";
            shown["pending"] = Differences(wanted, running);
        }
    }

    private static JsonObject Differences(JsonObject wanted, JsonObject running)
    {
        JsonObject differences = [];
        foreach (string name in wanted.Select(static member => member.Key).Union(running.Select(static member => member.Key)).ToArray())
        {
            if (!JsonNode.DeepEquals(wanted[name], running[name]))
            {
                differences[name] = wanted[name]?.DeepClone() ?? JsonValue.Create("deleted");
            }
        }

        return differences;
    }

    private ApiReply DeleteZone(ApiCall call)
    {
        string zone = call.PathValues["zone"];
        if (state.Collections.Find($"{Root}/zones", zone) is null)
        {
            throw ApiFault.Failed($"sdn '{zone}' does not exist");
        }

        if (state.Collections.Items($"{Root}/vnets").FirstOrDefault(network => network.Value["zone"] is { } used && ApiCall.TextOf(used) == zone).Key is { } user)
        {
            throw ApiFault.Failed($"delete sdn zone object failed: zone {zone} is used by vnet {user} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149.");
        }

        state.Collections.Remove($"{Root}/zones", zone);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteNetwork(ApiCall call)
    {
        string network = call.PathValues["vnet"];
        if (state.Collections.Find($"{Root}/vnets", network) is null)
        {
            throw ApiFault.Failed($"sdn '{network}' does not exist");
        }

        if (state.Collections.Items($"{Root}/vnets/{network}/subnets").Count > 0)
        {
            throw ApiFault.Failed($"delete sdn vnet object failed: cannot delete vnet {network}, subnet is still defined");
        }

        state.Collections.Remove($"{Root}/vnets", network);
        return ApiReply.Nothing;
    }

    private string[] Paths() =>
    [
        $"{Root}/zones", $"{Root}/vnets", $"{Root}/controllers",
        .. state.Collections.Items($"{Root}/vnets").Keys.Union(Running($"{Root}/vnets").Keys).Select(static network => $"{Root}/vnets/{network}/subnets"),
    ];

    private ApiReply Apply(ApiCall call) => ApiReply.Of(state.Tasks.Start(new TaskRequest(state.LocalNode, "reloadnetworkall", "", call.Caller.AuthId)
    {
        Effort = 2,
        Lines = [.. state.Nodes.Keys.Select(static node => $"{node}: reloading network config")],
        Work = _ => ApplyNow(),
    }).Upid);

    private void ApplyNow()
    {
        foreach (string path in Paths())
        {
            OrderedDictionary<string, JsonObject> running = Running(path);
            running.Clear();
            foreach ((string name, JsonObject item) in state.Collections.Items(path))
            {
                running.Add(name, item.DeepClone().AsObject());
            }
        }
    }

    private ApiReply Rollback(ApiCall call)
    {
        foreach (string path in Paths())
        {
            foreach (string name in state.Collections.Items(path).Keys.ToArray())
            {
                state.Collections.Remove(path, name);
            }

            foreach ((string name, JsonObject item) in Running(path))
            {
                state.Collections.Put(path, name, item.DeepClone().AsObject());
            }
        }

        return ApiReply.Nothing;
    }
}
