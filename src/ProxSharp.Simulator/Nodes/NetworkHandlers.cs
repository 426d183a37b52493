using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Network interfaces of nodes: changes wait until they are applied or reverted, and show as a difference meanwhile.</summary>
internal sealed class NetworkHandlers(PveState state, CollectionReader reader)
{
    private const string List = "/nodes/{node}/network";
    private const string One = List + "/{iface}";

    // Proxmox: the places after the loopback and hand-written parts begin here.
    private const int FirstPriority = 3;

    public void Register(HandlerTable table)
    {
        table.Get(List, All);
        table.Post(List, Create);
        table.Put(List, Apply);
        table.Delete(List, Revert);
        table.Get(One, Get);
        table.Put(One, Update);
        table.Delete(One, Delete);
    }

    /// <summary>The interfaces of a node.</summary>
    public static NetworkConfiguration Of(ClusterNode node) => node.Network ??= new NetworkConfiguration($"{node.Address}/24", "192.0.2.1", node.CreatedAt);

    private NetworkConfiguration Network(ApiCall call) => Of(state.Nodes[call.PathValues["node"]]);

    private ApiReply All(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        string? type = call.Text("type");
        JsonArray list = [];
        foreach ((string name, JsonObject settings) in network.Shown)
        {
            if (type is null || Fits(type, settings))
            {
                JsonObject shown = Show(network, name, settings);
                shown["iface"] = name;
                list.Add((JsonNode)shown);
            }
        }

        string changes = Changes(network);
        return new ApiReply { Data = list, Siblings = changes.Length > 0 ? new JsonObject { ["changes"] = changes } : null };
    }

    private static bool Fits(string type, JsonObject settings)
    {
        string own = settings["type"]!.GetValue<string>();
        bool isBridge = own is "bridge" or "OVSBridge";
        return type switch
        {
            "any_bridge" or "any_local_bridge" or "include_sdn" => isBridge,
            _ => own == type,
        };
    }

    private static string Changes(NetworkConfiguration network)
    {
        if (network.Staged is null)
        {
            return "";
        }

        string hunks = UnifiedDiff.Hunks(InterfacesFile.Write(network.Current, network.IsGenerated), InterfacesFile.Write(network.Staged, isGenerated: true));
        return $"--- /etc/network/interfaces\t{Stamp(network.ChangedAt)}\n+++ /etc/network/interfaces.new\t{Stamp(network.StagedAt)}\n{hunks}";
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff00 +0000", CultureInfo.InvariantCulture);

    private static JsonObject Show(NetworkConfiguration network, string name, JsonObject settings)
    {
        JsonObject shown = settings.DeepClone().AsObject();
        bool isStatic = shown.ContainsKey("cidr");
        bool isStatic6 = shown.ContainsKey("cidr6");
        shown["method"] = isStatic ? "static" : "manual";
        shown["method6"] = isStatic6 ? "static" : "manual";
        shown["families"] = isStatic6 ? new JsonArray("inet", "inet6") : new JsonArray("inet");
        shown["priority"] = network.Shown.IndexOf(name) + FirstPriority;
        Split(shown, "cidr", "address", "netmask");
        Split(shown, "cidr6", "address6", "netmask6");
        if (network.Current.ContainsKey(name))
        {
            shown["active"] = 1;
            if (shown["type"]!.GetValue<string>() == "eth")
            {
                shown["exists"] = 1;
            }
        }

        return shown;
    }

    private static void Split(JsonObject shown, string whole, string address, string mask)
    {
        if (shown[whole]?.GetValue<string>().Split('/') is [string first, string second])
        {
            (shown[address], shown[mask]) = (first, second);
        }
    }

    private static ApiFault Missing() => ApiFault.Parameter("iface", "interface does not exist");

    private ApiReply Get(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        string name = call.PathValues["iface"];
        return network.Shown.TryGetValue(name, out JsonObject? settings) ? ApiReply.Of(Show(network, name, settings)) : throw Missing();
    }

    private ApiReply Create(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        string name = call.Required("iface");
        if (network.Shown.ContainsKey(name))
        {
            throw ApiFault.Parameter("iface", "interface already exists");
        }

        JsonObject settings = Read(call, null);
        DemandNoConflict(network, name, settings);
        network.Stage(state.Now).Add(name, settings);
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        string name = call.PathValues["iface"];
        JsonObject present = network.Shown.TryGetValue(name, out JsonObject? settings) ? settings : throw Missing();

        // Proxmox: what a change does not name is removed, but names under delete are checked.
        JsonObject changed = Read(call, call.Has("delete") ? present.DeepClone().AsObject() : null);
        DemandNoConflict(network, name, changed);
        network.Stage(state.Now)[name] = changed;
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        string name = call.PathValues["iface"];
        if (!network.Shown.ContainsKey(name))
        {
            throw Missing();
        }

        network.Stage(state.Now).Remove(name);
        return ApiReply.Nothing;
    }

    private JsonObject Read(ApiCall call, JsonObject? present)
    {
        JsonObject settings = reader.Store(call, present);
        settings.Remove("iface");
        Join(settings, "address", "netmask", "cidr");
        Join(settings, "address6", "netmask6", "cidr6");
        if (settings["type"]?.GetValue<string>() == "bridge")
        {
            settings["bridge_ports"] ??= "";
            settings["bridge_stp"] ??= "off";
            settings["bridge_fd"] ??= "0";
        }

        return settings;
    }

    private static void Join(JsonObject settings, string address, string mask, string whole)
    {
        if (settings[address] is { } given && settings[mask] is { } length)
        {
            settings[whole] = $"{ApiCall.TextOf(given)}/{ApiCall.TextOf(length)}";
        }

        settings.Remove(address);
        settings.Remove(mask);
    }

    private static void DemandNoConflict(NetworkConfiguration network, string name, JsonObject settings)
    {
        if (settings.ContainsKey("gateway") && network.Shown.FirstOrDefault(other => other.Key != name && other.Value.ContainsKey("gateway")).Key is { } other)
        {
            throw ApiFault.Parameter("gateway", $"Default gateway already exists on interface '{other}'.");
        }
    }

    private ApiReply Apply(ApiCall call)
    {
        NetworkConfiguration network = Network(call);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(call.PathValues["node"], "srvreload", "networking", call.Caller.AuthId)
        {
            Work = task => network.Apply(task.DueAt),
        }).Upid);
    }

    private ApiReply Revert(ApiCall call)
    {
        Network(call).Revert();
        return ApiReply.Nothing;
    }
}
