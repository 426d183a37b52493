using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Firewall;

/// <summary>What rules may refer to, and the firewall's log.</summary>
internal sealed class FirewallViews(PveState state)
{
    private const string Cluster = "/cluster/firewall";

    public void Register(HandlerTable table)
    {
        table.Get($"{Cluster}/refs", call => ApiReply.Of(References(call, null)));
        foreach (string guest in (string[])["/nodes/{node}/qemu/{vmid}", "/nodes/{node}/lxc/{vmid}"])
        {
            table.Get($"{guest}/firewall/refs", GuestReferences);
            table.Get($"{guest}/firewall/log", Log);
        }

        table.Get("/nodes/{node}/firewall/log", Log);
    }

    private ApiReply GuestReferences(ApiCall call)
    {
        state.GetGuest(call);
        return ApiReply.Of(References(call, call.Path[..^"/refs".Length]));
    }

    private JsonArray References(ApiCall call, string? guestScope)
    {
        JsonArray list = [];
        AddScope(list, Cluster, "dc", call.Text("type"));
        if (guestScope is not null)
        {
            AddScope(list, guestScope, "guest", call.Text("type"));
        }

        return list;
    }

    private void AddScope(JsonArray list, string root, string scope, string? type)
    {
        foreach ((string kind, string folder) in ((string, string)[])[("alias", "aliases"), ("ipset", "ipset")])
        {
            if (type is not null && type != kind)
            {
                continue;
            }

            foreach ((string name, JsonObject item) in state.Collections.Items($"{root}/{folder}"))
            {
                JsonObject reference = new() { ["type"] = kind, ["name"] = name, ["ref"] = kind == "ipset" ? $"+{name}" : name, ["scope"] = scope };
                if (item["comment"] is { } comment)
                {
                    reference["comment"] = comment.DeepClone();
                }

                list.Add((JsonNode)reference);
            }
        }
    }

    // Proxmox: a log that was never written is one line that says so.
    private static ApiReply Log(ApiCall call) => ApiReply.Page(new JsonArray(new JsonObject { ["n"] = 1, ["t"] = "unable to open file - No such file or directory" }), 1);
}
