using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>How software-defined networks look on a node.</summary>
internal sealed class SdnNodeHandlers(PveState state, SdnConfig config)
{
    private const string Root = "/nodes/{node}/sdn";
    private const string Local = "localnetwork";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/zones", Zones);
        table.Get($"{Root}/zones/{{zone}}", call => Index(DemandZone(call), "content", "bridges", "ip-vrf"));
        table.Get($"{Root}/zones/{{zone}}/content", Content);
        table.Get($"{Root}/zones/{{zone}}/bridges", Bridges);
        table.Get($"{Root}/zones/{{zone}}/ip-vrf", call => Routes(DemandZone(call)));
        table.Get($"{Root}/vnets/{{vnet}}/mac-vrf", Neighbours);
        foreach (string part in (string[])["interfaces", "neighbors", "routes"])
        {
            table.Get($"{Root}/fabrics/{{fabric}}/{part}", static _ => ApiReply.Of(new JsonArray()));
        }
    }

    private static ApiReply Index(string zone, params string[] names) =>
        ApiReply.List(names.Where(name => name != "ip-vrf" || zone.Length > 0).Select(static name => new JsonObject { ["subdir"] = name }));

    private IEnumerable<KeyValuePair<string, JsonObject>> ZonesOf(string node) => config.Wanted(SdnConfig.Zones).Where(zone => SdnFiles.IsOn(zone.Value, node));

    private string StatusOf(string list, string name) => config.Running(list).ContainsKey(name) ? "available" : "pending";

    private bool MaySee(ApiCall call, string zone) => state.Permissions.HasAny(call.Caller, $"/sdn/zones/{zone}", "SDN.Audit", "SDN.Allocate");

    private ApiReply Zones(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string zone, JsonObject _) in ZonesOf(call.PathValues["node"]).Where(zone => MaySee(call, zone.Key)))
        {
            list.Add((JsonNode)new JsonObject { ["zone"] = zone, ["status"] = StatusOf(SdnConfig.Zones, zone) });
        }

        return ApiReply.Of(list);
    }

    private string DemandZone(ApiCall call)
    {
        string zone = call.PathValues["zone"];
        return zone == Local || ZonesOf(call.PathValues["node"]).Any(known => known.Key == zone)
            ? zone
            : throw ApiFault.Parameter("zone", $"zone {zone} does not exist");
    }

    private IEnumerable<KeyValuePair<string, JsonObject>> NetworksOf(string zone) =>
        config.Wanted(SdnConfig.Networks).Where(network => network.Value["zone"] is { } own && ApiCall.TextOf(own) == zone);

    private ApiReply Content(ApiCall call)
    {
        string zone = DemandZone(call);
        JsonArray list = [];
        foreach ((string network, JsonObject _) in NetworksOf(zone))
        {
            JsonObject entry = new() { ["vnet"] = network, ["status"] = StatusOf(SdnConfig.Networks, network) };
            if (StatusOf(SdnConfig.Networks, network) == "pending")
            {
                entry["statusmsg"] = "local sdn network configuration is not yet generated, please reload";
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Bridges(ApiCall call)
    {
        string zone = DemandZone(call);
        string node = call.PathValues["node"];
        IEnumerable<string> names = zone == Local
            ? NetworkHandlers.Of(state.Nodes[node]).Current.Where(static known => known.Key.StartsWith("vmbr", StringComparison.Ordinal))
                .Select(static known => known.Key)
            : NetworksOf(zone).Where(network => config.Running(SdnConfig.Networks).ContainsKey(network.Key)).Select(static network => network.Key);
        return ApiReply.List(names.Order(StringComparer.Ordinal)
            .Select(name => new JsonObject { ["name"] = name, ["ports"] = Ports(node, name), ["vlan_filtering"] = null }));
    }

    private JsonArray Ports(string node, string bridge)
    {
        JsonArray ports = [];
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.Node == node && guest.IsRunning))
        {
            foreach ((string key, string value) in guest.Config
                .Where(option => option.Key.StartsWith("net", StringComparison.Ordinal) && DiskOptions.Get(option.Value, "bridge") == bridge))
            {
                string device = string.Create(CultureInfo.InvariantCulture, $"{(guest.IsContainer ? "veth" : "tap")}{guest.VmId}i{key[3..]}");
                ports.Add((JsonNode)new JsonObject { ["name"] = device, ["index"] = key, ["vmid"] = guest.VmId });
            }
        }

        return ports;
    }

    private ApiReply Routes(string zone) => IsEvpn(zone) ? ApiReply.Of(new JsonArray()) : throw ApiFault.Parameter("zone", "zone is not an EVPN zone");

    private bool IsEvpn(string zone) => config.Wanted(SdnConfig.Zones).GetValueOrDefault(zone)?["type"] is { } type && ApiCall.TextOf(type) == "evpn";

    private ApiReply Neighbours(ApiCall call)
    {
        string network = call.PathValues["vnet"];
        string zone = config.Wanted(SdnConfig.Networks).GetValueOrDefault(network)?["zone"] is { } own
            ? ApiCall.TextOf(own)
            : throw ApiFault.Parameter("vnet", $"vnet {network} does not exist");
        return IsEvpn(zone) ? ApiReply.Of(new JsonArray()) : throw ApiFault.Parameter("vnet", "vnet is not part of an EVPN zone");
    }
}
