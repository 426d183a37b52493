using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Time zone, name servers, the hosts file, the subscription, traffic counters and the report of a node.</summary>
internal sealed class NodeSettingsHandlers(PveState state)
{

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/time", Time);
        table.Put("/nodes/{node}/time", SetTimeZone);
        table.Get("/nodes/{node}/dns", Dns);
        table.Put("/nodes/{node}/dns", SetDns);
        table.Get("/nodes/{node}/hosts", Hosts);
        table.Post("/nodes/{node}/hosts", SetHosts);
        table.Get("/nodes/{node}/netstat", Netstat);
        table.Get("/nodes/{node}/report", Report);
        table.Get("/nodes/{node}/subscription", Subscription);
        table.Put("/nodes/{node}/subscription", SetSubscription);
        table.Post("/nodes/{node}/subscription", static _ => ApiReply.Nothing);
        table.Delete("/nodes/{node}/subscription", DeleteSubscription);
    }

    private JsonObject Settings(ApiCall call, string topic) => Settings(state, call.PathValues["node"], topic);

    /// <summary>The time zone of a node.</summary>
    public static TimeZoneInfo ZoneOf(PveState state, string node) => NodeTimeZone.In(Settings(state, node, "time"));

    private static JsonObject Settings(PveState state, string node, string topic) => state.Collections.Settings($"/nodes/{node}/{topic}");

    private ApiReply Time(ApiCall call) => ApiReply.Of(NodeTimeZone.Describe(Settings(call, "time"), state.Now));

    private ApiReply SetTimeZone(ApiCall call)
    {
        NodeTimeZone.Set(Settings(call, "time"), call);
        return ApiReply.Nothing;
    }

    private ApiReply Dns(ApiCall call)
    {
        JsonObject dns = Settings(call, "dns");
        return ApiReply.Of(dns.Count == 0 ? new JsonObject { ["search"] = state.Domain, ["dns1"] = "192.0.2.1" } : dns.DeepClone());
    }

    private ApiReply SetDns(ApiCall call)
    {
        JsonObject dns = Settings(call, "dns");
        dns.Clear();
        foreach (string name in (string[])["search", "dns1", "dns2", "dns3"])
        {
            if (call.Text(name) is { } value)
            {
                dns[name] = value;
            }
        }

        return ApiReply.Nothing;
    }

    private string HostsOf(ApiCall call)
    {
        ClusterNode node = state.Nodes[call.PathValues["node"]];
        return Settings(call, "hosts")["data"]?.GetValue<string>() ?? $"127.0.0.1 localhost\n{node.Address} {node.Name}.{state.Domain} {node.Name}\n";
    }

    private ApiReply Hosts(ApiCall call)
    {
        string data = HostsOf(call);
        return ApiReply.Of(new JsonObject { ["data"] = data, ["digest"] = Digest(data) });
    }

    private ApiReply SetHosts(ApiCall call)
    {
        call.DemandDigest(() => Digest(HostsOf(call)));

        Settings(call, "hosts")["data"] = call.Required("data");
        return ApiReply.Nothing;
    }

    private static string Digest(string text)
    {
#pragma warning disable CA5350 // The server's digests are SHA-1; nothing is protected by them.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    private ApiReply Netstat(ApiCall call)
    {
        JsonArray list = [];
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.Node == call.PathValues["node"] && guest.IsRunning))
        {
            long traffic = (long)(state.Now - guest.StartedAt).TotalSeconds * (1000 + guest.VmId);
            foreach (string device in guest.Config.Keys
                .Where(static key => key.StartsWith("net", StringComparison.Ordinal) && key.Length > 3 && char.IsAsciiDigit(key[3])))
            {
                // Proxmox: all members are texts.
                list.Add((JsonNode)new JsonObject
                {
                    ["vmid"] = guest.VmId.ToString(CultureInfo.InvariantCulture),
                    ["dev"] = device,
                    ["in"] = traffic.ToString(CultureInfo.InvariantCulture),
                    ["out"] = (traffic / 2).ToString(CultureInfo.InvariantCulture),
                });
            }
        }

        return ApiReply.Of(list);
    }

    private ApiReply Report(ApiCall call)
    {
        ClusterNode node = state.Nodes[call.PathValues["node"]];
        StringBuilder text = new("==== general system info ====\n\n# hostname\n");
        text.Append(node.Name).Append("\n\n# pveversion\npve-manager/").Append(ClusterHandlers.Version).Append("\n\n==== info about storage ====\n");
        foreach (string storage in state.Storages.Keys)
        {
            text.Append(storage).Append('\n');
        }

        text.Append("\n==== info about virtual guests ====\n");
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.Node == node.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"{guest.VmId} {guest.TypeName} {guest.Name} {(guest.IsRunning ? "running" : "stopped")}\n");
        }

        return ApiReply.Of(text.ToString());
    }

    private ApiReply Subscription(ApiCall call)
    {
        JsonObject stored = Settings(call, "subscription");
        JsonObject data = new()
        {
            ["serverid"] = "0123456789ABCDEF0123456789ABCDEF",
            ["url"] = "https://www.proxmox.com/en/proxmox-virtual-environment/pricing",
        };
        if (stored["key"] is not { } key)
        {
            data["status"] = "notfound";
            data["message"] = "There is no subscription key";
            return ApiReply.Of(data);
        }

        data["status"] = "active";
        data["key"] = key.DeepClone();
        data["level"] = key.GetValue<string>()[4..5];
        data["productname"] = "Proxmox VE Subscription";
        data["sockets"] = 2;
        data["checktime"] = stored["checktime"]!.DeepClone();
        DateTimeOffset registered = DateTimeOffset.FromUnixTimeSeconds(stored["checktime"]!.GetValue<long>());
        data["regdate"] = registered.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        data["nextduedate"] = registered.AddYears(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return ApiReply.Of(data);
    }

    private ApiReply SetSubscription(ApiCall call)
    {
        JsonObject stored = Settings(call, "subscription");
        stored["key"] = call.Required("key");
        stored["checktime"] = state.Now.ToUnixTimeSeconds();
        return ApiReply.Nothing;
    }

    private ApiReply DeleteSubscription(ApiCall call)
    {
        Settings(call, "subscription").Clear();
        return ApiReply.Nothing;
    }
}
