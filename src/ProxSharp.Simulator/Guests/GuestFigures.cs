using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Guests;

/// <summary>Loads, sizes and times that follow from the state and the clock, so that a picture of the cluster is plausible and repeatable.</summary>
internal sealed class GuestFigures(PveState state)
{
    public static double Cpu(Guest guest) => guest.IsRunning && !guest.IsPaused ? (guest.VmId * 37 % 100 / 250.0) + 0.01 : 0;

    public static long MemoryUsed(Guest guest) => guest.IsRunning ? guest.Memory / 100 * (35 + (guest.VmId * 13 % 45)) : 0;

    public long Uptime(Guest guest) => guest.IsRunning ? Math.Max(0, (long)(state.Now - guest.StartedAt).TotalSeconds) : 0;

    public long Uptime(ClusterNode node) => Math.Max(1, (long)(state.Now - node.BootedAt).TotalSeconds);

    public double NodeCpu(ClusterNode node) =>
        Math.Min(1, 0.02 + (OnNode(node).Where(static guest => guest.IsRunning).Sum(guest => Cpu(guest) * Cores(guest)) / node.Cores));

    /// <summary>The processors a guest may use: a container without a limit has all of its node.</summary>
    public int Cores(Guest guest) =>
        guest.IsContainer && !guest.Config.ContainsKey("cores") && state.Nodes.TryGetValue(guest.Node, out ClusterNode? node) ? node.Cores : guest.Cores;

    public long NodeMemory(ClusterNode node) => Math.Min(node.Memory, (2L << 30) + OnNode(node).Sum(MemoryUsed));

    public long Used(StorageDefinition storage, string node) =>
        Math.Min(storage.Capacity, (storage.Capacity / 20) + state.Volumes.Where(volume => volume.Storage == storage.Id && (volume.Node is null || volume.Node == node)).Sum(static volume => volume.Size / 4));

    /// <summary>The bytes of the first disk of a guest.</summary>
    public static long RootDisk(Guest guest)
    {
        string? value = guest.IsContainer
            ? guest.Config.GetValueOrDefault("rootfs")
            : guest.Config.Where(static option => DiskOptions.IsDisk(option.Key, isContainer: false) && !option.Value.Contains("media=cdrom", StringComparison.Ordinal))
                .Select(static option => option.Value).FirstOrDefault();
        // A container whose volume is not made yet shows the size it will get by default.
        return value is null ? guest.IsContainer ? 4L << 30 : 0 : DiskOptions.SizeOf(value);
    }

    /// <summary>The entry of a guest in <c>/cluster/resources</c>.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="isUnreachable">True if its node is down.</param>
    /// <param name="inPool">True for the list of a pool's members, which leaves out what the pool knows and the tags.</param>
    public JsonObject Resource(Guest guest, bool isUnreachable, bool inPool = false)
    {
        long traffic = Uptime(guest) * (1000 + guest.VmId);
        JsonObject entry = new()
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"{guest.TypeName}/{guest.VmId}"),
            ["type"] = guest.TypeName,
            ["vmid"] = guest.VmId,
            ["name"] = guest.Name,
            ["node"] = guest.Node,
            ["status"] = isUnreachable ? "unknown" : guest.IsRunning ? "running" : "stopped",
            ["template"] = guest.IsTemplate ? 1 : 0,
            ["cpu"] = Cpu(guest),
            ["maxcpu"] = Cores(guest),
            ["mem"] = MemoryUsed(guest),
            ["memhost"] = MemoryUsed(guest),
            ["maxmem"] = guest.Memory,
            ["disk"] = guest.IsContainer && guest.IsRunning ? RootDisk(guest) / 4 : 0,
            ["maxdisk"] = RootDisk(guest),
            ["uptime"] = Uptime(guest),
            ["netin"] = traffic,
            ["netout"] = traffic / 2,
            ["diskread"] = traffic * 3,
            ["diskwrite"] = traffic * 2,
        };
        if (inPool)
        {
            return entry;
        }

        AddOptional(entry, guest);
        if (guest.Pool is { } pool)
        {
            entry["pool"] = pool;
        }

        return entry;
    }

    /// <summary>The entry of a guest in its node's list and the base of its status.</summary>
    public JsonObject Status(Guest guest, bool full)
    {
        long traffic = Uptime(guest) * (1000 + guest.VmId);
        JsonObject entry = new()
        {
            ["vmid"] = guest.VmId,
            ["name"] = guest.Name,
            ["status"] = guest.IsRunning ? "running" : "stopped",
            ["cpus"] = Cores(guest),
            ["cpu"] = Cpu(guest),
            ["mem"] = MemoryUsed(guest),
            ["maxmem"] = guest.Memory,
            ["disk"] = guest.IsContainer && guest.IsRunning ? RootDisk(guest) / 4 : 0,
            ["maxdisk"] = RootDisk(guest),
            ["uptime"] = Uptime(guest),
            ["netin"] = traffic,
            ["netout"] = traffic / 2,
        };
        if (guest.IsRunning)
        {
            entry["pid"] = guest.Pid;
            foreach (string pressure in (string[])["pressurecpusome", "pressurecpufull", "pressureiosome", "pressureiofull", "pressurememorysome", "pressurememoryfull"])
            {
                // Proxmox: a node with the old control groups has no such figures for containers.
                entry[pressure] = guest.IsContainer ? null : JsonValue.Create(0);
            }
        }

        if (guest.IsTemplate)
        {
            entry["template"] = 1;
        }

        AddOptional(entry, guest);
        AddKind(entry, guest, full);
        if (guest.IsContainer)
        {
            // Proxmox: machines do not show what they read and wrote.
            entry["diskread"] = traffic * 3;
            entry["diskwrite"] = traffic * 2;
        }

        return entry;
    }

    private static void AddKind(JsonObject entry, Guest guest, bool full)
    {
        if (guest.IsContainer)
        {
            entry["type"] = "lxc";
            entry["swap"] = 0;
            entry["maxswap"] = long.TryParse(guest.Config.GetValueOrDefault("swap"), CultureInfo.InvariantCulture, out long swap) ? swap << 20 : 0;
            return;
        }

        entry["memhost"] = MemoryUsed(guest);
        if (long.TryParse(guest.Config.GetValueOrDefault("balloon"), CultureInfo.InvariantCulture, out long balloon) && balloon > 0)
        {
            entry["balloon_min"] = balloon << 20;
            entry["shares"] = long.TryParse(guest.Config.GetValueOrDefault("shares"), CultureInfo.InvariantCulture, out long shares) ? shares : 1000;
        }

        if (guest.Config.Keys.Any(static key => key.StartsWith("serial", StringComparison.Ordinal)))
        {
            entry["serial"] = 1;
        }

        if (full)
        {
            entry["qmpstatus"] = guest.IsRunning ? guest.IsPaused ? "paused" : "running" : "stopped";
        }
    }

    private static void AddOptional(JsonObject entry, Guest guest)
    {
        if (guest.Config.GetValueOrDefault("tags") is { } tags)
        {
            entry["tags"] = tags;
        }

        if (guest.Lock is { } held)
        {
            entry["lock"] = held;
        }
    }

    private IEnumerable<Guest> OnNode(ClusterNode node) => state.Guests.Values.Where(guest => guest.Node == node.Name);
}
