using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;

namespace ProxSharp.Simulator.State;

/// <summary>The options of the datacenter, and how the cluster's nodes are connected.</summary>
internal sealed class DatacenterHandlers(PveState state)
{
    private const string OptionsPath = "/cluster/options";

    // Proxmox: these come back taken apart, all others as they were written.
    private static readonly HashSet<string> s_parsed = new(StringComparer.Ordinal)
    {
        "crs", "ha", "migration", "next-id", "notify", "replication", "tag-style", "u2f", "user-tag-access", "webauthn",
    };

    public void Register(HandlerTable table)
    {
        table.Get(OptionsPath, Options);
        table.Put(OptionsPath, UpdateOptions);
        table.Get("/cluster/config/nodes", call => ApiReply.List(Members().Select(static node => Member(node))));
        table.Get("/cluster/config/totem", call => ApiReply.Of(state.Nodes.Count > 1 ? Totem() : null));
        table.Get("/cluster/config/join", Join);
        table.Get("/cluster/config/qdevice", static _ => ApiReply.Of(new JsonObject()));
        table.Get("/cluster/config/apiversion", static _ => ApiReply.Of("1"));
    }

    private ApiReply Options(ApiCall call)
    {
        bool seesAll = state.Permissions.Has(call.Caller, "/", "Sys.Audit");
        JsonObject data = [];
        JsonObject settings = state.Collections.Settings(OptionsPath);
        foreach ((string name, JsonNode? value) in settings)
        {
            if (seesAll || name is "console" or "tag-style")
            {
                data[name] = Shown(name, value!.GetValue<string>());
            }
        }

        if (seesAll)
        {
            data["description"] = settings["description"] is { } notes ? notes.GetValue<string>() + "\n" : "";
            data["mac_prefix"] = settings["mac_prefix"]?.GetValue<string>() ?? "BC:24:11";
        }

        data["allowed-tags"] = new JsonArray([.. Tags(call).Select(static tag => (JsonNode)JsonValue.Create(tag))]);
        return ApiReply.Of(data);
    }

    private SortedSet<string> Tags(ApiCall call)
    {
        SortedSet<string> tags = new(StringComparer.Ordinal);
        foreach (Guest guest in state.Guests.Values.Where(guest => state.Permissions.Has(call.Caller, GuestContext.PathOf(guest.VmId), "VM.Audit")))
        {
            tags.UnionWith((guest.Config.GetValueOrDefault("tags") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries));
        }

        if (state.Permissions.Has(call.Caller, "/", "Sys.Modify")
            && state.Collections.Settings(OptionsPath)["registered-tags"]?.GetValue<string>() is { } registered)
        {
            tags.UnionWith(registered.Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries));
        }

        return tags;
    }

    private static JsonNode Shown(string name, string text)
    {
        if (name == "registered-tags")
        {
            return new JsonArray([.. text.Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(static tag => (JsonNode)JsonValue.Create(tag))]);
        }

        if (!s_parsed.Contains(name))
        {
            return JsonValue.Create(text);
        }

        JsonObject parts = [];
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(text).Items)
        {
            string key = entry.Key ?? (name is "migration" or "replication" ? "type" : name);
            parts[key] = key switch
            {
                "user-allow-list" => new JsonArray([.. entry.Value.Split(';', StringSplitOptions.RemoveEmptyEntries)
                    .Select(static tag => (JsonNode)JsonValue.Create(tag))]),
                "ha-rebalance-on-start" or "ha-auto-rebalance" or "case-sensitive" => JsonValue.Create(entry.Value is "1" or "yes" or "on" or "true" ? 1 : 0),
                _ => JsonValue.Create(entry.Value),
            };
        }

        return parts;
    }

    private ApiReply UpdateOptions(ApiCall call)
    {
        JsonObject settings = state.Collections.Settings(OptionsPath);
        foreach (string name in call.Items("delete"))
        {
            settings.Remove(name);
        }

        foreach ((string name, JsonNode value) in call.Parameters.Where(static parameter => parameter.Key != "delete"))
        {
            string text = ApiCall.TextOf(value);
            settings[name] = name == "description" ? text.TrimEnd() : text;
        }

        return ApiReply.Nothing;
    }

    private IEnumerable<ClusterNode> Members() => state.Nodes.Count > 1 ? state.Nodes.Values : [];

    private static JsonObject Member(ClusterNode node) => new()
    {
        ["node"] = node.Name,
        ["name"] = node.Name,
        ["nodeid"] = node.Id.ToString(CultureInfo.InvariantCulture),
        ["quorum_votes"] = "1",
        ["ring0_addr"] = node.Address,
    };

    private JsonObject Totem() => new()
    {
        ["version"] = "2",
        ["cluster_name"] = state.ClusterName,
        ["config_version"] = state.Nodes.Count.ToString(CultureInfo.InvariantCulture),
        ["interface"] = new JsonObject { ["0"] = new JsonObject { ["linknumber"] = "0" } },
        ["ip_version"] = "ipv4-6",
        ["link_mode"] = "passive",
        ["secauth"] = "on",
    };

    private ApiReply Join(ApiCall call)
    {
        if (state.Nodes.Count < 2)
        {
            throw new ApiFault(424, "node is not in a cluster, no join info available!") { WithoutNewline = true };
        }

        JsonArray nodes = [];
        foreach (ClusterNode node in Members())
        {
            JsonObject entry = Member(node);
            entry.Remove("node");
            entry["pve_addr"] = node.Address;
            entry["pve_fp"] = state.Fingerprint;
            nodes.Add((JsonNode)entry);
        }

#pragma warning disable CA5350 // The server's digests are SHA-1; nothing is protected by them.
        string digest = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(nodes.ToJsonString())));
#pragma warning restore CA5350
        string preferred = call.Text("node") is { } wanted && wanted != "current connected node" && state.Nodes.ContainsKey(wanted) ? wanted : state.LocalNode;
        return ApiReply.Of(new JsonObject { ["nodelist"] = nodes, ["preferred_node"] = preferred, ["totem"] = Totem(), ["config_digest"] = digest });
    }
}
