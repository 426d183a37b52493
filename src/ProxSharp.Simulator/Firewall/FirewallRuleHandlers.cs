using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Firewall;

/// <summary>
/// Firewall rules of the cluster, nodes, guests, virtual networks and security groups: numbered by their place, guarded by one digest a list.
/// </summary>
internal sealed class FirewallRuleHandlers(PveState state, CollectionReader reader)
{
    private const string Groups = "/cluster/firewall/groups";

    private static readonly string[] s_lists =
    [
        "/cluster/firewall/rules", "/nodes/{node}/firewall/rules", "/nodes/{node}/qemu/{vmid}/firewall/rules", "/nodes/{node}/lxc/{vmid}/firewall/rules",
        "/cluster/sdn/vnets/{vnet}/firewall/rules", Groups + "/{group}",
    ];

    public void Register(HandlerTable table)
    {
        foreach (string list in s_lists)
        {
            table.Get(list, List);
            table.Post(list, Create);
            table.Get($"{list}/{{pos}}", Get);
            table.Put($"{list}/{{pos}}", Update);
            table.Delete($"{list}/{{pos}}", Delete);
        }

        table.Delete($"{Groups}/{{group}}", DeleteGroup);
    }

    private static string PathOf(ApiCall call)
    {
        string path = call.Path.TrimEnd('/');
        return call.PathValues.ContainsKey("pos") ? path[..path.LastIndexOf('/')] : path;
    }

    private List<JsonObject> Rules(ApiCall call)
    {
        if (call.PathValues.TryGetValue("group", out string? group) && state.Collections.Find(Groups, group) is null)
        {
            throw ApiFault.Failed($"no such security group '{group}'");
        }

        if (call.PathValues.ContainsKey("vmid"))
        {
            state.GetGuest(call);
        }

        if (call.PathValues.TryGetValue("vnet", out string? network) && state.Sdn?.Running(Sdn.SdnConfig.Networks).ContainsKey(network) != true)
        {
            // Proxmox: only networks in force have rules.
            throw ApiFault.Failed("invalid vnet specified at /usr/share/perl5/PVE/API2/Firewall/Helpers.pm line 54.");
        }

        return [.. state.Collections.Items(PathOf(call)).Values];
    }

    private void Keep(ApiCall call, List<JsonObject> rules)
    {
        string path = PathOf(call);
        foreach (string id in state.Collections.Items(path).Keys.ToArray())
        {
            state.Collections.Remove(path, id);
        }

        for (int i = 0; i < rules.Count; i++)
        {
            state.Collections.Put(path, i.ToString(CultureInfo.InvariantCulture), rules[i]);
        }
    }

    private static JsonObject Show(List<JsonObject> rules, int position, string digest)
    {
        JsonObject shown = rules[position].DeepClone().AsObject();
        shown["pos"] = position;
        shown["enable"] ??= 0;
        shown["digest"] = digest;
        foreach (string address in (string[])["source", "dest"])
        {
            // Proxmox: the version follows from the addresses.
            if (shown[address] is { } value && ApiCall.TextOf(value).Split('/')[0] is { } text
                && System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? parsed))
            {
                shown["ipversion"] = parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 6 : 4;
            }
        }

        return shown;
    }

    private ApiReply List(ApiCall call)
    {
        List<JsonObject> rules = Rules(call);
        string digest = reader.Digest(rules);
        return ApiReply.List(rules.Select((_, index) => Show(rules, index, digest)));
    }

    private static int Demand(ApiCall call, List<JsonObject> rules)
    {
        string text = call.PathValues["pos"];
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int position) && position < rules.Count
            ? position
            : throw ApiFault.Failed($"no rule at position {text}");
    }

    private ApiReply Get(ApiCall call)
    {
        List<JsonObject> rules = Rules(call);
        return ApiReply.Of(Show(rules, Demand(call, rules), reader.Digest(rules)));
    }

    private JsonObject Read(ApiCall call, JsonObject? present)
    {
        JsonObject rule = reader.Store(call, present);
        foreach (string name in call.PathValues.Keys.Append("pos"))
        {
            rule.Remove(name);
        }

        string? type = rule["type"] is { } kind ? ApiCall.TextOf(kind) : null;
        string action = rule["action"] is { } value ? ApiCall.TextOf(value) : "";
        if (type == "group" && state.Collections.Find(Groups, action) is null)
        {
            throw ApiFault.Parameter("action", $"security group '{action}' does not exist");
        }

        FirewallRuleChecks.Demand(rule, PathOf(call), state.Collections);
        return rule;
    }

    private ApiReply Create(ApiCall call)
    {
        List<JsonObject> rules = Rules(call);
        call.DemandDigest(() => reader.Digest(rules));

        // Proxmox: a new rule goes to the top; a place only counts on a list that has it.
        int position = (int)Math.Clamp(call.Integer("pos") ?? 0, 0, rules.Count);
        rules.Insert(position, Read(call, null));
        Keep(call, rules);
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        List<JsonObject> rules = Rules(call);
        call.DemandDigest(() => reader.Digest(rules));
        int position = Demand(call, rules);
        if (call.Integer("moveto") is { } target)
        {
            // The rule goes before the one at the target place.
            JsonObject moved = rules[position];
            rules.RemoveAt(position);
            rules.Insert((int)Math.Clamp(target > position ? target - 1 : target, 0, rules.Count), moved);
        }
        else
        {
            rules[position] = Read(call, rules[position].DeepClone().AsObject());
        }

        Keep(call, rules);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        List<JsonObject> rules = Rules(call);
        call.DemandDigest(() => reader.Digest(rules));
        rules.RemoveAt(Demand(call, rules));
        Keep(call, rules);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteGroup(ApiCall call)
    {
        string group = call.PathValues["group"];
        if (Rules(call).Count > 0)
        {
            throw ApiFault.Failed($"Security group '{group}' is not empty");
        }

        state.Collections.Remove(Groups, group);
        return ApiReply.Nothing;
    }
}
