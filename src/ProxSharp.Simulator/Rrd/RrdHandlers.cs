using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Rrd;

/// <summary>Time series of nodes, guests and storages. Before an object existed there are only times, as on the real server.</summary>
internal sealed class RrdHandlers(PveState state)
{
    private readonly GuestFigures _figures = new(state);

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/rrddata", Node);
        table.Get("/nodes/{node}/qemu/{vmid}/rrddata", Guest);
        table.Get("/nodes/{node}/lxc/{vmid}/rrddata", Guest);
        table.Get("/nodes/{node}/storage/{storage}/rrddata", Storage);
    }

    private ApiReply Node(ApiCall call)
    {
        ClusterNode node = state.Nodes[call.PathValues["node"]];
        NodeLoad load = NodeLoad.OfAll(state)[node.Name];
        return RrdSeries.Of(call, state.Now, node.Name, node.CreatedAt, (sample, time, factor) =>
        {
            double cpu = Math.Min(1, load.Cpu * factor);
            double memory = Math.Min(node.Memory, load.Memory * (0.9 + (factor / 10)));
            sample["cpu"] = cpu;
            sample["maxcpu"] = node.Cores;
            sample["loadavg"] = cpu * node.Cores;
            sample["iowait"] = cpu / 50;
            sample["memtotal"] = node.Memory;
            sample["memused"] = memory;
            sample["memavailable"] = node.Memory - memory;
            sample["swaptotal"] = 8L << 30;
            sample["swapused"] = 0;
            sample["roottotal"] = node.RootDisk;
            sample["rootused"] = node.RootDisk / 5.0;
            sample["netin"] = 40_000 * factor;
            sample["netout"] = 30_000 * factor;
            sample["arcsize"] = 0;
            sample["pressurecpusome"] = cpu * 10;
            sample["pressureiosome"] = cpu;
            sample["pressureiofull"] = cpu / 2;
            sample["pressurememorysome"] = 0;
            sample["pressurememoryfull"] = 0;
        });
    }

    private ApiReply Guest(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        double cpu = GuestFigures.Cpu(guest);
        double memory = GuestFigures.MemoryUsed(guest);
        long disk = GuestFigures.RootDisk(guest);
        int cores = _figures.Cores(guest);
        return RrdSeries.Of(call, state.Now, GuestContext.PathOf(guest.VmId), guest.CreatedAt, (sample, time, factor) =>
        {
            bool ran = guest.IsRunning && time >= guest.StartedAt.ToUnixTimeSeconds();
            sample["maxcpu"] = cores;
            sample["maxmem"] = guest.Memory;
            sample["maxdisk"] = disk;
            sample["cpu"] = ran ? Math.Min(1, cpu * factor) : 0;
            sample["mem"] = ran ? Math.Min(guest.Memory, memory * (0.9 + (factor / 10))) : 0;
            sample["disk"] = ran && guest.IsContainer ? disk / 4 : 0;
            sample["netin"] = ran ? (1000 + guest.VmId) * factor : 0;
            sample["netout"] = ran ? (1000 + guest.VmId) * factor / 2 : 0;
            if (guest.IsContainer)
            {
                sample["diskread"] = ran ? 3000 * factor : 0;
                sample["diskwrite"] = ran ? 2000 * factor : 0;
                return;
            }

            sample["memhost"] = sample["mem"]!.DeepClone();
            foreach (string pressure in (string[])["pressurecpusome", "pressurecpufull", "pressureiosome", "pressureiofull", "pressurememorysome", "pressurememoryfull"])
            {
                sample[pressure] = 0;
            }
        });
    }

    private ApiReply Storage(ApiCall call)
    {
        string node = call.PathValues["node"];
        StorageDefinition storage = state.GetStorage(call.PathValues["storage"]);
        long used = new StorageUse(state).Of(storage, node);
        return RrdSeries.Of(call, state.Now, $"{node}/{storage.Id}", storage.CreatedAt, (sample, time, factor) =>
        {
            sample["total"] = storage.Capacity;
            sample["used"] = Math.Min(storage.Capacity, used * (0.95 + (factor / 20)));
        });
    }
}
