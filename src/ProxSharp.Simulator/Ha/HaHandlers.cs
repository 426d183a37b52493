using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Ha;

/// <summary>Managed guests, their state, moves, and the manager itself. Groups are gone: version 9 has rules instead.</summary>
internal sealed class HaHandlers(PveState state, CollectionReader reader, FaultInjector faults)
{
    private const string One = HaManager.Resources + "/{sid}";

    public void Register(HandlerTable table)
    {
        table.Get(HaManager.Resources, List);
        table.Post(HaManager.Resources, Create);
        table.Get(One, Get);
        table.Put(One, Update);
        table.Delete(One, Delete);
        table.Post($"{One}/migrate", Move);
        table.Post($"{One}/relocate", Move);
        table.Get("/cluster/ha/status/current", Current);
        table.Get("/cluster/ha/status/manager_status", ManagerStatus);
        table.Post("/cluster/ha/status/arm-ha", _ => Arm(null));
        table.Post("/cluster/ha/status/disarm-ha", call => Arm(call.Required("resource-mode")));
        table.Get("/cluster/ha/groups", static _ => throw Gone("index groups"));
        table.Post("/cluster/ha/groups", static _ => throw Gone("create group"));
        table.Get("/cluster/ha/groups/{group}", static _ => throw Gone("read group"));
        table.Put("/cluster/ha/groups/{group}", static _ => throw Gone("update group"));
        table.Delete("/cluster/ha/groups/{group}", static _ => throw Gone("delete group"));
    }

    private static ApiFault Gone(string action) => ApiFault.Failed($"cannot {action}: ha groups have been migrated to rules");

    private IReadOnlyDictionary<string, JsonObject> Managed => state.Collections.Items(HaManager.Resources);

    private string DigestOfAll() => reader.Digest(Managed.Values);

    /// <summary>Completes an id: a bare number means the guest of that number, whatever its kind.</summary>
    private string Sid(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return text;
        }

        bool isContainer = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid)
            && state.Guests.GetValueOrDefault(vmid)?.IsContainer == true;
        return $"{(isContainer ? "ct" : "vm")}:{text}";
    }

    private JsonObject Show(string sid, JsonObject resource, bool withDigest = true)
    {
        JsonObject shown = resource.DeepClone().AsObject();
        shown["sid"] = sid;
        shown["type"] = sid.Split(':')[0];
        if (withDigest)
        {
            shown["digest"] = DigestOfAll();
        }

        return shown;
    }

    private ApiReply List(ApiCall call) => ApiReply.Of(new JsonArray(
        [.. Managed.Where(entry => call.Text("type") is not { } type || entry.Key.StartsWith(type + ":", StringComparison.Ordinal))
            .Select(entry => (JsonNode)Show(entry.Key, entry.Value))]));

    private JsonObject Demand(string sid) => state.Collections.Find(HaManager.Resources, sid) ?? throw ApiFault.Failed($"no such resource '{sid}'");

    private ApiReply Get(ApiCall call)
    {
        string sid = Sid(call.PathValues["sid"]);
        return ApiReply.Of(Show(sid, Demand(sid)));
    }

    private ApiReply Create(ApiCall call)
    {
        string sid = Sid(call.Required("sid"));
        if (state.Collections.Find(HaManager.Resources, sid) is not null)
        {
            throw ApiFault.Failed($"resource ID '{sid}' already defined");
        }

        JsonObject resource = reader.Store(call);
        resource.Remove("sid");
        resource.Remove("type");
        state.Collections.Put(HaManager.Resources, sid, resource);
        state.Ha.Touch(sid);
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        string sid = Sid(call.PathValues["sid"]);
        JsonObject resource = Demand(sid);
        call.DemandDigest(DigestOfAll);

        reader.Store(call, resource);
        state.Ha.Touch(sid);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        string sid = Sid(call.PathValues["sid"]);
        if (!state.Collections.Remove(HaManager.Resources, sid))
        {
            throw ApiFault.Failed($"cannot delete service '{sid}', not HA managed!");
        }

        if (call.Flag("purge") != false)
        {
            LeaveRules(sid);
        }

        return ApiReply.Nothing;
    }

    // Proxmox: unless that is turned off, the resource leaves the rules that name it, and a rule of it alone goes too.
    private void LeaveRules(string sid)
    {
        const string Rules = "/cluster/ha/rules";
        foreach ((string id, JsonObject rule) in state.Collections.Items(Rules).ToArray())
        {
            string[] named = ApiCall.TextOf(rule["resources"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            string[] left = [.. named.Where(one => one != sid)];
            if (left.Length == 0)
            {
                state.Collections.Remove(Rules, id);
            }
            else if (left.Length < named.Length)
            {
                rule["resources"] = string.Join(',', left);
            }
        }
    }

    private ApiReply Move(ApiCall call)
    {
        string sid = Sid(call.PathValues["sid"]);
        Demand(sid);
        string node = call.Required("node");
        if (!state.Nodes.ContainsKey(node))
        {
            throw ApiFault.Failed($"unable to migrate '{sid}': no such node '{node}'");
        }

        state.Ha.Move(sid, node);
        return ApiReply.Of(new JsonObject { ["sid"] = sid, ["requested-node"] = node });
    }

    private ApiReply Arm(string? mode)
    {
        state.Ha.DisarmedMode = mode;
        foreach (string sid in Managed.Keys)
        {
            state.Ha.Touch(sid);
        }

        return ApiReply.Nothing;
    }

    private ApiReply Current(ApiCall call)
    {
        string master = state.LocalNode;
        JsonObject fencing = new() { ["id"] = "fencing", ["type"] = "fencing", ["node"] = master };
        bool isIdle = Managed.Count == 0;
        fencing["armed-state"] = state.Ha.DisarmedMode is not null ? "disarmed" : isIdle ? "standby" : "armed";
        fencing["status"] = state.Ha.DisarmedMode is not null ? "disarmed" : isIdle ? "standby (CRM watchdog standby)" : "armed (CRM watchdog active)";
        if (state.Ha.DisarmedMode is { } mode)
        {
            fencing["resource_mode"] = mode;
        }

        JsonArray list = new(new JsonObject { ["id"] = "quorum", ["type"] = "quorum", ["node"] = master, ["status"] = "OK", ["quorate"] = 1 }, fencing);
        if (!isIdle)
        {
            AddDaemons(list, master);
        }

        foreach ((string sid, JsonObject resource) in Managed)
        {
            list.Add((JsonNode)Service(sid, resource));
        }

        return ApiReply.Of(list);
    }

    private void AddDaemons(JsonArray list, string master)
    {
        long now = state.Now.ToUnixTimeSeconds();
        string at = state.Now.UtcDateTime.ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture);
        list.Add((JsonNode)new JsonObject
        {
            ["id"] = "master",
            ["type"] = "master",
            ["node"] = master,
            ["status"] = $"{master} (active, {at})",
            ["timestamp"] = now,
        });
        foreach (string node in state.Nodes.Keys)
        {
            string condition = faults.IsDead(node) ? "old timestamp - dead?" : Managed.Keys.Any(sid => state.Ha.GuestOf(sid)?.Node == node) ? "active" : "idle";
            list.Add((JsonNode)new JsonObject
            {
                ["id"] = $"lrm:{node}",
                ["type"] = "lrm",
                ["node"] = node,
                ["status"] = $"{node} ({condition}, {at})",
                ["timestamp"] = now,
            });
        }
    }

    private JsonObject Service(string sid, JsonObject resource)
    {
        string node = state.Ha.GuestOf(sid)?.Node ?? state.LocalNode;
        string condition = state.Ha.StateOf(sid, resource);
        JsonObject service = new()
        {
            ["id"] = $"service:{sid}",
            ["type"] = "service",
            ["sid"] = sid,
            ["node"] = node,
            ["state"] = condition,
            ["status"] = $"{sid} ({node}, {condition})",
            ["request_state"] = HaManager.Wanted(resource),
            ["failback"] = Number(resource, "failback"),
            ["max_restart"] = Number(resource, "max_restart"),
            ["max_relocate"] = Number(resource, "max_relocate"),
        };
        if (condition != "queued")
        {
            service["crm_state"] = condition;
        }

        if (resource["comment"] is { } comment)
        {
            service["comment"] = comment.DeepClone();
        }

        return service;
    }

    private static int Number(JsonObject resource, string name) =>
        resource[name] is { } value ? int.Parse(ApiCall.TextOf(value), CultureInfo.InvariantCulture) : 1;

    private ApiReply ManagerStatus(ApiCall call)
    {
        JsonObject nodes = [];
        JsonObject lrm = [];
        long now = state.Now.ToUnixTimeSeconds();
        foreach (string node in state.Nodes.Keys)
        {
            nodes[node] = faults.IsDead(node) ? "unknown" : "online";
            lrm[node] = new JsonObject { ["mode"] = "active", ["state"] = "active", ["results"] = new JsonObject(), ["timestamp"] = now };
        }

        return ApiReply.Of(new JsonObject
        {
            ["manager_status"] = new JsonObject
            {
                ["master_node"] = state.LocalNode,
                ["node_status"] = nodes,
                ["service_status"] = ServiceStatus(),
                ["relocate_trial"] = new JsonObject(),
                ["timestamp"] = now,
            },
            ["quorum"] = new JsonObject { ["node"] = state.LocalNode, ["quorate"] = "1" },
            ["lrm_status"] = lrm,
        });
    }

    private JsonObject ServiceStatus()
    {
        JsonObject services = [];
        foreach ((string sid, JsonObject resource) in Managed)
        {
            Guest? guest = state.Ha.GuestOf(sid);
            JsonObject service = new()
            {
                ["node"] = guest?.Node ?? state.LocalNode,
                ["state"] = state.Ha.StateOf(sid, resource),
                ["uid"] = reader.Digest(resource)[..22],
            };
            if (guest?.IsRunning == true)
            {
                service["running"] = 1;
            }

            services[sid] = service;
        }

        return services;
    }
}
