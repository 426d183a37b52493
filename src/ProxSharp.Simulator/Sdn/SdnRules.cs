using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>What must hold for objects of software-defined networks, and who may see and change them.</summary>
internal sealed class SdnRules(PveState state, SdnConfig config)
{
    private static readonly Dictionary<string, string[]> s_zoneNeeds = new(StringComparer.Ordinal)
    {
        ["vlan"] = ["bridge"],
        ["qinq"] = ["bridge", "tag"],
        ["evpn"] = ["controller", "vrf-vxlan"],
    };

    private static readonly Dictionary<string, string[]> s_controllerNeeds = new(StringComparer.Ordinal)
    {
        ["evpn"] = ["asn"],
        ["bgp"] = ["node", "asn"],
        ["isis"] = ["node", "isis-domain", "isis-net", "isis-ifaces"],
        ["faucet"] = [],
    };

    /// <summary>The permission path of an object.</summary>
    public string PathOf(SdnKind kind, string name)
    {
        if (kind != SdnKind.Network)
        {
            return $"/sdn/{kind.List[(SdnConfig.Root.Length + 1)..]}/{name}";
        }

        JsonObject? network = config.Wanted(kind.List).GetValueOrDefault(name) ?? config.Running(kind.List).GetValueOrDefault(name);
        return $"/sdn/zones/{Text(network ?? [], "zone")}/{name}";
    }

    public bool MaySee(ApiCall call, SdnKind kind, string name) => state.Permissions.HasAny(call.Caller, PathOf(kind, name), "SDN.Audit", "SDN.Allocate", "SDN.Use");

    public void DemandSight(ApiCall call, SdnKind kind, string name)
    {
        if (!MaySee(call, kind, name))
        {
            throw ApiFault.Forbidden($"{PathOf(kind, name)}, SDN.Audit|SDN.Allocate");
        }
    }

    public void DemandChange(ApiCall call, SdnKind kind, string name)
    {
        if (kind == SdnKind.Network && !state.Permissions.Has(call.Caller, PathOf(kind, name), "SDN.Allocate"))
        {
            throw ApiFault.Forbidden($"{PathOf(kind, name)}, SDN.Allocate");
        }
    }

    /// <summary>Checks an object that is about to be stored.</summary>
    public void Demand(SdnKind kind, string name, JsonObject item, string failure)
    {
        if (kind == SdnKind.Network)
        {
            DemandNetwork(name, item, failure);
            return;
        }

        string type = Text(item, "type");
        string[] needed = kind == SdnKind.Zone ? s_zoneNeeds.GetValueOrDefault(type, []) : kind == SdnKind.Controller ? s_controllerNeeds.GetValueOrDefault(type, []) : [];
        if (Array.Find(needed, option => item[option] is null) is { } missing)
        {
            throw ApiFault.Failed($"missing value for required option '{missing}'");
        }

        if (kind == SdnKind.Zone)
        {
            DemandReferences(item, failure);
        }
    }

    /// <summary>Fails if other objects refer to an object.</summary>
    public void DemandUnused(SdnKind kind, string name, string failure)
    {
        if (kind == SdnKind.Zone && UserOf(SdnConfig.Networks, "zone", name) is { } network)
        {
            throw ApiFault.Failed($"{failure}: zone {name} is used by vnet {network} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149.");
        }

        if (kind == SdnKind.Network && config.Wanted($"{SdnConfig.Networks}/{name}/subnets").Count > 0)
        {
            throw ApiFault.Failed($"{failure}: cannot delete vnet {name}, subnet is still defined");
        }

        if (kind == SdnKind.Ipam && name == "pve")
        {
            throw ApiFault.Failed($"{failure}: cannot delete the builtin ipam 'pve'");
        }

        if (kind != SdnKind.Zone && kind != SdnKind.Network && UserOf(SdnConfig.Zones, kind.Key, name) is { } zone)
        {
            throw ApiFault.Failed($"{failure}: {kind.Key} {name} is used by {zone}");
        }
    }

    private string? UserOf(string list, string option, string name) => config.Wanted(list).FirstOrDefault(item => Text(item.Value, option) == name).Key;

    private static string Text(JsonObject item, string name) => item[name] is { } value ? ApiCall.TextOf(value) : "";

    private void DemandReferences(JsonObject zone, string failure)
    {
        foreach ((string option, SdnKind kind) in ((string, SdnKind)[])[("controller", SdnKind.Controller), ("dns", SdnKind.Dns), ("ipam", SdnKind.Ipam)])
        {
            string name = Text(zone, option);
            if (name.Length > 0 && name != "pve" && !config.Wanted(kind.List).ContainsKey(name))
            {
                throw ApiFault.Failed($"{failure}: {option} '{name}' does not exist");
            }
        }
    }

    private void DemandNetwork(string name, JsonObject item, string failure)
    {
        string zone = Text(item, "zone");
        if (config.Wanted(SdnConfig.Zones).GetValueOrDefault(zone) is not { } found)
        {
            throw ApiFault.Failed($"{failure}: zone {zone} does not exist");
        }

        string type = Text(found, "type");
        bool hasTag = long.TryParse(Text(item, "tag"), NumberStyles.None, CultureInfo.InvariantCulture, out long tag);
        string kind = type is "vxlan" or "evpn" ? "vxlan" : "vlan";
        long most = kind == "vxlan" ? 16_777_216 : 4096;
        string? complaint = type == "simple" ? hasTag ? "vlan tag is not allowed on simple zone" : null
            : type is not ("vlan" or "qinq" or "vxlan" or "evpn") ? null
            : !hasTag ? $"missing {kind} tag"
            : tag > most ? string.Create(CultureInfo.InvariantCulture, $"{kind} tag max value is {most}")
            : null;
        complaint ??= hasTag && config.Wanted(SdnConfig.Networks).FirstOrDefault(other => other.Key != name && Text(other.Value, "zone") == zone && Text(other.Value, "tag") == Text(item, "tag")).Key is { } taken
            ? string.Create(CultureInfo.InvariantCulture, $"tag {tag} already exist in vnet {taken}")
            : null;
        if (complaint is not null)
        {
            throw ApiFault.Parameter("tag", complaint);
        }
    }
}
