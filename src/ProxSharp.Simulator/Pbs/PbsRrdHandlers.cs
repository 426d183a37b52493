using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Rrd;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Time series of a backup server and its datastores, as of one that has run for long.</summary>
internal sealed class PbsRrdHandlers(PbsState state)
{
    private const double Block = 64 * 1024;

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/rrd", Node);
        table.Get("/admin/datastore/{store}/rrd", Store);
    }

    private ApiReply Node(ApiCall call) => RrdSeries.Of(call, state.Now, call.PathValues["node"], DateTimeOffset.MinValue, static (sample, _, factor) =>
    {
        double cpu = PbsViewHandlers.Load * factor;
        sample["cpu"] = cpu;
        sample["iowait"] = cpu / 50;
        sample["loadavg"] = cpu * PbsViewHandlers.Cores;
        sample["memtotal"] = (double)PbsViewHandlers.Memory;
        sample["memused"] = PbsViewHandlers.Memory / 10 * (0.9 + (factor / 10));
        sample["swaptotal"] = 0.0;
        sample["swapused"] = 0.0;
        sample["netin"] = 400_000 * factor;
        sample["netout"] = 30_000 * factor;
        AddDisk(sample, PbsViewHandlers.Disk, PbsViewHandlers.SystemFiles, factor);
    });

    private ApiReply Store(ApiCall call)
    {
        Datastore store = state.GetDatastore(call.PathValues["store"]);
        long used = Math.Min(store.Used, store.Capacity);
        return RrdSeries.Of(call, state.Now, store.Name, DateTimeOffset.MinValue, (sample, _, factor) =>
            AddDisk(sample, store.Capacity, Math.Min(store.Capacity, used * (0.95 + (factor / 20))), factor));
    }

    // Proxmox: bytes, and per second how many were read and written, in how many calls, and the share of the time that the disk was busy.
    private static void AddDisk(JsonObject sample, double total, double used, double factor)
    {
        sample["total"] = total;
        sample["used"] = used;
        sample["available"] = total - used;
        sample["read_ios"] = 12 * factor;
        sample["read_bytes"] = 12 * Block * factor;
        sample["write_ios"] = 9 * factor;
        sample["write_bytes"] = 9 * Block * factor;
        sample["io_ticks"] = 0.05 * factor;
    }
}
