using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Sdn;

/// <summary>What the configuration comes down to on a node: its network interfaces and its routing daemon.</summary>
internal static class SdnFiles
{
    /// <summary>The interfaces of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="version">The version of the configuration.</param>
    /// <param name="items">The objects of a list, wanted or in force.</param>
    public static string Interfaces(string node, int version, Func<string, IEnumerable<KeyValuePair<string, JsonObject>>> items)
    {
        StringBuilder text = new(string.Create(CultureInfo.InvariantCulture, $"#version:{version}\n"));
        foreach ((string name, JsonObject network) in items(SdnConfig.Networks).OrderBy(static item => item.Key, StringComparer.Ordinal))
        {
            JsonObject? zone = items(SdnConfig.Zones).FirstOrDefault(item => item.Key == Text(network, "zone")).Value;
            if (zone is not null && IsOn(zone, node))
            {
                AppendNetwork(text, name, network, zone, items);
            }
        }

        return text.ToString();
    }

    /// <summary>The configuration of a node's routing daemon; empty if it needs none.</summary>
    public static string Routing(string node, Func<string, IEnumerable<KeyValuePair<string, JsonObject>>> items)
    {
        StringBuilder text = new();
        foreach ((string _, JsonObject controller) in items(SdnConfig.Controllers).Where(item => Text(item.Value, "node") == node || Text(item.Value, "node").Length == 0))
        {
            text.Append(text.Length == 0 ? $"frr version 10.4.1\nfrr defaults datacenter\nhostname {node}\n!\n" : "").Append("router bgp ").Append(Text(controller, "asn")).Append('\n');
            foreach (string peer in Text(controller, "peers").Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                text.Append(CultureInfo.InvariantCulture, $" neighbor {peer} remote-as {(Text(controller, "ebgp") == "1" ? "external" : Text(controller, "asn"))}\n");
            }

            text.Append("exit\n!\n");
        }

        return text.ToString();
    }

    /// <summary>True if a zone is on a node.</summary>
    public static bool IsOn(JsonObject zone, string node) => Text(zone, "nodes") is "" || Text(zone, "nodes").Split(',', ';', ' ').Contains(node);

    private static string Text(JsonObject item, string name) => item[name] is { } value ? ApiCall.TextOf(value) : "";

    private static void AppendNetwork(StringBuilder text, string name, JsonObject network, JsonObject zone, Func<string, IEnumerable<KeyValuePair<string, JsonObject>>> items)
    {
        string tag = Text(network, "tag");
        string ports = Text(zone, "type") switch
        {
            "vlan" => $"{Text(zone, "bridge")}.{tag}",
            "qinq" => $"z_{Text(network, "zone")}.{tag}",
            "vxlan" or "evpn" => $"vxlan_{name}",
            _ => "none",
        };
        if (ports.StartsWith("vxlan_", StringComparison.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nauto {ports}\niface {ports}\n\tvxlan-id {tag}\n");
            foreach (string peer in Text(zone, "peers").Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                text.Append(CultureInfo.InvariantCulture, $"\tvxlan_remoteip {peer}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\nauto {name}\niface {name}\n");
        foreach ((string subnet, JsonObject details) in items($"{SdnConfig.Networks}/{name}/subnets"))
        {
            if (Text(details, "gateway") is { Length: > 0 } gateway)
            {
                text.Append(CultureInfo.InvariantCulture, $"\taddress {gateway}/{subnet.Split('-')[^1]}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\tbridge_ports {ports}\n\tbridge_stp off\n\tbridge_fd 0\n");
        text.Append(Text(network, "vlanaware") == "1" ? "\tbridge-vlan-aware yes\n\tbridge-vids 2-4094\n" : "");
        text.Append(Text(zone, "mtu") is { Length: > 0 } mtu ? $"\tmtu {mtu}\n" : "");
        text.Append(Text(network, "alias") is { Length: > 0 } alias ? $"\talias {alias}\n" : "");
    }
}
