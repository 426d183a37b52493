using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Rrd;

/// <summary>The figures of nodes, guests and storages in the form that metric servers take.</summary>
internal sealed class MetricsHandlers(PveState state)
{
    private const int Interval = 10;

    /// <summary>How many samples the server remembers: half an hour.</summary>
    private const int MostSamples = 180;

    private readonly GuestFigures _figures = new(state);

    public void Register(HandlerTable table) => table.Get("/cluster/metrics/export", Export);

    private ApiReply Export(ApiCall call)
    {
        string[] wanted = call.IsSet("local-only") ? [state.LocalNode] : call.Has("node-list") ? [.. call.Items("node-list")] : [.. state.Nodes.Keys];
        long last = state.Now.ToUnixTimeSeconds() / Interval * Interval;
        long first = call.IsSet("history") || call.Has("start-time") ? Math.Max(call.Integer("start-time") ?? 0, last - (MostSamples * Interval)) : last;
        JsonArray data = [];
        for (long at = call.IsSet("history") ? last - ((last - first) / Interval * Interval) : last; at <= last; at += Interval)
        {
            foreach (string name in wanted.Where(name => state.Faults?.IsDead(name) != true))
            {
                if (state.Nodes.TryGetValue(name, out ClusterNode? node))
                {
                    AddNode(data, node, at);
                }
            }
        }

        return ApiReply.Of(new JsonObject { ["data"] = data });
    }

    private static void Add(JsonArray data, string id, string metric, JsonNode value, long at, bool isCounter = false) => data.Add((JsonNode)new JsonObject
    {
        ["id"] = id,
        ["metric"] = metric,
        ["value"] = value,
        ["timestamp"] = at,
        ["type"] = isCounter ? "derive" : "gauge",
    });

    private void AddNode(JsonArray data, ClusterNode node, long at)
    {
        string id = $"node/{node.Name}";
        long uptime = Math.Max(1, at - node.BootedAt.ToUnixTimeSeconds());
        Add(data, id, "uptime", uptime, at);
        Add(data, id, "cpu_current", _figures.NodeCpu(node), at);
        Add(data, id, "cpu_max", node.Cores, at);
        Add(data, id, "mem_total", node.Memory, at);
        Add(data, id, "mem_used", _figures.NodeMemory(node), at);
        Add(data, id, "net_in", uptime * 2000, at, isCounter: true);
        Add(data, id, "net_out", uptime * 1000, at, isCounter: true);
        foreach (Guest guest in state.Guests.Values.Where(guest => guest.Node == node.Name))
        {
            AddGuest(data, guest, at);
        }

        foreach (StorageDefinition storage in state.Storages.Values.Where(storage => storage.IsOn(node.Name) && !storage.IsDisabled))
        {
            string place = $"storage/{node.Name}/{storage.Id}";
            Add(data, place, "disk_total", storage.Capacity, at);
            Add(data, place, "disk_used", _figures.Used(storage, node.Name), at);
        }
    }

    private static void AddGuest(JsonArray data, Guest guest, long at)
    {
        string id = $"{guest.TypeName}/{guest.VmId}";
        long uptime = guest.IsRunning ? Math.Max(0, at - guest.StartedAt.ToUnixTimeSeconds()) : 0;
        Add(data, id, "uptime", uptime, at);
        Add(data, id, "cpu_current", GuestFigures.Cpu(guest), at);
        Add(data, id, "cpu_max", guest.Cores, at);
        Add(data, id, "mem_total", guest.Memory, at);
        Add(data, id, "mem_used", GuestFigures.MemoryUsed(guest), at);
        Add(data, id, "disk_total", GuestFigures.RootDisk(guest), at);
        Add(data, id, "net_in", uptime * (1000 + guest.VmId), at, isCounter: true);
        Add(data, id, "net_out", uptime * (1000 + guest.VmId) / 2, at, isCounter: true);
    }
}
