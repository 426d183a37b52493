using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.State;

/// <summary>Version, nodes and the cluster-wide views.</summary>
internal sealed class ClusterHandlers(PveState state, FaultInjector faults)
{
    public const string Version = "9.2.11";
    public const string RepositoryId = "14a22df35955d97d";

    private readonly GuestFigures _figures = new(state);

    public void Register(HandlerTable table)
    {
        table.Get("/version", _ => ApiReply.Of(VersionAndConsole()));
        table.Get("/nodes/{node}/version", static _ => ApiReply.Of(VersionData()));
        table.Get("/nodes", ListNodes);
        table.Get("/nodes/{node}/status", NodeStatus);
        table.Get("/cluster/resources", new ResourceList(state, faults).Answer);
        table.Get("/cluster/status", Status);
        table.Get("/cluster/nextid", NextId);
    }

    // Proxmox: the console the datacenter prefers is told with the version.
    private JsonObject VersionAndConsole()
    {
        JsonObject data = VersionData();
        if (state.Collections.Settings("/cluster/options")["console"]?.GetValue<string>() is { } console)
        {
            data["console"] = console;
        }

        return data;
    }

    private static JsonObject VersionData() => new() { ["version"] = Version, ["release"] = "9.2", ["repoid"] = RepositoryId };

    private ApiReply ListNodes(ApiCall call)
    {
        JsonArray nodes = [];
        foreach (ClusterNode node in state.Nodes.Values)
        {
            JsonObject entry = new()
            {
                ["id"] = $"node/{node.Name}",
                ["type"] = "node",
                ["node"] = node.Name,
                ["status"] = faults.IsDead(node.Name) ? "offline" : "online",
                ["ssl_fingerprint"] = state.Fingerprint,
                ["level"] = "",
            };
            if (!faults.IsDead(node.Name) && state.Permissions.Has(call.Caller, $"/nodes/{node.Name}", "Sys.Audit"))
            {
                AddFigures(entry, node);
            }

            nodes.Add((JsonNode)entry);
        }

        return ApiReply.Of(nodes);
    }

    private void AddFigures(JsonObject entry, ClusterNode node)
    {
        entry["cpu"] = _figures.NodeCpu(node);
        entry["maxcpu"] = node.Cores;
        entry["mem"] = _figures.NodeMemory(node);
        entry["maxmem"] = node.Memory;
        entry["disk"] = node.RootDisk / 5;
        entry["maxdisk"] = node.RootDisk;
        entry["uptime"] = _figures.Uptime(node);
    }

    private ApiReply NodeStatus(ApiCall call)
    {
        ClusterNode node = state.Nodes[call.PathValues["node"]];
        long used = _figures.NodeMemory(node);
        return ApiReply.Of(new JsonObject
        {
            ["uptime"] = _figures.Uptime(node),
            ["cpu"] = _figures.NodeCpu(node),
            ["wait"] = 0,
            ["idle"] = 0,
            ["loadavg"] = new JsonArray("0.42", "0.37", "0.31"),
            ["pveversion"] = $"pve-manager/{Version}/{RepositoryId}",
            ["kversion"] = "Linux 6.14.11-2-pve #1 SMP PREEMPT_DYNAMIC",
            ["current-kernel"] = new JsonObject { ["sysname"] = "Linux", ["release"] = "6.14.11-2-pve", ["version"] = "#1 SMP PREEMPT_DYNAMIC", ["machine"] = "x86_64" },
            ["boot-info"] = new JsonObject { ["mode"] = "legacy-bios" },
            ["cpuinfo"] = new JsonObject
            {
                ["cpus"] = node.Cores,
                ["cores"] = node.Cores,
                ["family"] = "26",
                ["vendor"] = "AuthenticAMD",
                ["sockets"] = 1,
                ["model"] = "Simulated CPU",
                ["mhz"] = "3000.000",
                ["hvm"] = "1",
                ["user_hz"] = 100,
                ["flags"] = "fpu vme",
            },
            ["memory"] = new JsonObject { ["total"] = node.Memory, ["used"] = used, ["free"] = node.Memory - used, ["available"] = node.Memory - used },
            ["swap"] = new JsonObject { ["total"] = 8L << 30, ["used"] = 0, ["free"] = 8L << 30 },
            ["rootfs"] = new JsonObject { ["total"] = node.RootDisk, ["used"] = node.RootDisk / 5, ["free"] = node.RootDisk / 5 * 4, ["avail"] = node.RootDisk / 5 * 4 },
            ["ksm"] = new JsonObject { ["shared"] = 0 },
        });
    }

    private ApiReply Status(ApiCall call)
    {
        JsonArray list = [];
        if (state.Nodes.Count > 1)
        {
            bool quorate = state.Nodes.Keys.Count(name => !faults.IsDead(name)) * 2 > state.Nodes.Count;
            list.Add((JsonNode)new JsonObject
            {
                ["id"] = "cluster",
                ["type"] = "cluster",
                ["name"] = state.ClusterName,
                ["version"] = state.Nodes.Count,
                ["nodes"] = state.Nodes.Count,
                ["quorate"] = quorate ? 1 : 0,
            });
        }

        foreach (ClusterNode node in state.Nodes.Values)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["id"] = $"node/{node.Name}",
                ["type"] = "node",
                ["name"] = node.Name,
                ["nodeid"] = state.Nodes.Count > 1 ? node.Id : 0,
                ["ip"] = node.Address,
                ["online"] = faults.IsDead(node.Name) ? 0 : 1,
                ["local"] = node.Name == state.LocalNode ? 1 : 0,
                ["level"] = "",
            });
        }

        return ApiReply.Of(list);
    }

    private static int Bound(string range, string key, int standard) =>
        range.Length > 0 && int.TryParse(DiskOptions.Get(range, key), CultureInfo.InvariantCulture, out int bound) ? bound : standard;

    private ApiReply NextId(ApiCall call)
    {
        if (call.Integer("vmid") is { } wanted)
        {
            return state.Guests.ContainsKey((int)wanted)
                ? throw ApiFault.Parameter("vmid", string.Create(CultureInfo.InvariantCulture, $"VM {wanted} already exists"))
                : ApiReply.Of(wanted.ToString(CultureInfo.InvariantCulture));
        }

        string range = state.Collections.Settings("/cluster/options")["next-id"]?.GetValue<string>() ?? "";
        int next = Bound(range, "lower", 100);
        int upper = Bound(range, "upper", 1_000_000);
        int lower = next;
        while (state.Guests.ContainsKey(next))
        {
            next++;
        }

        if (next >= upper)
        {
            throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"unable to get any free VMID in range [{lower}, {upper}]"));
        }

        // Proxmox: the number comes as a text.
        return ApiReply.Of(next.ToString(CultureInfo.InvariantCulture));
    }
}
