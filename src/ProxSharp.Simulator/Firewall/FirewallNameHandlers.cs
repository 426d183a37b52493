using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Firewall;

/// <summary>Gives aliases, IP sets and security groups new names.</summary>
internal sealed class FirewallNameHandlers(PveState state, IFallbackHandler collections)
{
    private static readonly string[] s_scopes = ["/cluster/firewall", "/nodes/{node}/qemu/{vmid}/firewall", "/nodes/{node}/lxc/{vmid}/firewall"];

    public void Register(HandlerTable table)
    {
        foreach (string scope in s_scopes)
        {
            table.Post($"{scope}/ipset", call => Change(call, "name", "IPSet"));
            table.Put($"{scope}/aliases/{{name}}", RenameAlias);
            if (state.Schema.Find(ApiMethod.Post, $"{scope}/groups") is not null)
            {
                table.Post($"{scope}/groups", call => Change(call, "group", "Security group"));
            }
        }
    }

    /// <summary>Makes an object, or renames one, or changes its comment if it keeps its name.</summary>
    private ApiReply Change(ApiCall call, string key, string noun)
    {
        string list = call.Path.TrimEnd('/');
        // Proxmox (pve-firewall): the names of sections are read back in lower case.
        string name = call.Required(key).ToLowerInvariant();
        if (call.Text("rename") is not { } present)
        {
            call.Parameters[key] = name;
            return collections.Handle(call);
        }

        JsonObject item = state.Collections.Find(list, present) ?? throw ApiFault.Parameter(key, $"{noun} '{present}' does not exist");
        if (name != present && state.Collections.Find(list, name) is not null)
        {
            throw ApiFault.Parameter(key, $"{noun} '{name}' already exists");
        }

        if (call.Text("comment") is { } comment)
        {
            item["comment"] = comment;
        }

        Move(list, present, name, item);
        return ApiReply.Nothing;
    }

    private ApiReply RenameAlias(ApiCall call)
    {
        string name = call.PathValues["name"];
        string list = call.Path[..^(name.Length + 1)];
        string? wanted = call.Text("rename");
        call.Parameters.Remove("rename");
        if (wanted is not null && wanted != name && state.Collections.Find(list, wanted) is not null)
        {
            throw ApiFault.Parameter("name", $"alias '{wanted}' already exists");
        }

        ApiReply reply = collections.Handle(call);
        if (wanted is not null && state.Collections.Find(list, name) is { } item)
        {
            Move(list, name, wanted, item);
        }

        return reply;
    }

    /// <summary>Moves an object and what is in it: the entries of a set, the rules of a group.</summary>
    private void Move(string list, string from, string to, JsonObject item)
    {
        if (from == to)
        {
            return;
        }

        state.Collections.Remove(list, from);
        state.Collections.Put(list, to, item);
        foreach ((string id, JsonObject inner) in state.Collections.Items($"{list}/{from}").ToArray())
        {
            state.Collections.Remove($"{list}/{from}", id);
            state.Collections.Put($"{list}/{to}", id, inner);
        }
    }
}
