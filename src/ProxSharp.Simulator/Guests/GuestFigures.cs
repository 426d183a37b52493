using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Guests;

/// <summary>Loads, sizes and times that follow from the state and the clock, so that a picture of the cluster is plausible and repeatable.</summary>
internal sealed class GuestFigures(PveState state)
{
    private static readonly string[] s_pressures =
        ["pressurecpusome", "pressurecpufull", "pressureiosome", "pressureiofull", "pressurememorysome", "pressurememoryfull"];

    // Written twenty thousand times a list: encoded once.
    private static readonly JsonEncodedText s_id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText s_type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText s_vmId = JsonEncodedText.Encode("vmid");
    private static readonly JsonEncodedText s_name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText s_node = JsonEncodedText.Encode("node");
    private static readonly JsonEncodedText s_status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText s_template = JsonEncodedText.Encode("template");
    private static readonly JsonEncodedText s_cpu = JsonEncodedText.Encode("cpu");
    private static readonly JsonEncodedText s_maxCpu = JsonEncodedText.Encode("maxcpu");
    private static readonly JsonEncodedText s_mem = JsonEncodedText.Encode("mem");
    private static readonly JsonEncodedText s_memHost = JsonEncodedText.Encode("memhost");
    private static readonly JsonEncodedText s_maxMem = JsonEncodedText.Encode("maxmem");
    private static readonly JsonEncodedText s_disk = JsonEncodedText.Encode("disk");
    private static readonly JsonEncodedText s_maxDisk = JsonEncodedText.Encode("maxdisk");
    private static readonly JsonEncodedText s_uptime = JsonEncodedText.Encode("uptime");
    private static readonly JsonEncodedText s_netIn = JsonEncodedText.Encode("netin");
    private static readonly JsonEncodedText s_netOut = JsonEncodedText.Encode("netout");
    private static readonly JsonEncodedText s_diskRead = JsonEncodedText.Encode("diskread");
    private static readonly JsonEncodedText s_diskWrite = JsonEncodedText.Encode("diskwrite");
    private static readonly JsonEncodedText s_tags = JsonEncodedText.Encode("tags");
    private static readonly JsonEncodedText s_lock = JsonEncodedText.Encode("lock");
    private static readonly JsonEncodedText s_haState = JsonEncodedText.Encode("hastate");
    private static readonly JsonEncodedText s_pool = JsonEncodedText.Encode("pool");

    public static double Cpu(Guest guest) => guest.IsRunning && !guest.IsPaused ? (guest.VmId * 37 % 100 / 250.0) + 0.01 : 0;

    public static long MemoryUsed(Guest guest) => guest.IsRunning ? guest.Memory / 100 * (35 + (guest.VmId * 13 % 45)) : 0;

    public long Uptime(Guest guest) => guest.IsRunning ? Math.Max(0, (long)(state.Now - guest.StartedAt).TotalSeconds) : 0;

    public long Uptime(ClusterNode node) => Math.Max(1, (long)(state.Now - node.BootedAt).TotalSeconds);

    public double NodeCpu(ClusterNode node) =>
        Math.Min(1, 0.02 + (OnNode(node).Where(static guest => guest.IsRunning).Sum(guest => Cpu(guest) * Cores(guest)) / node.Cores));

    public long NodeMemory(ClusterNode node) => Math.Min(node.Memory, (2L << 30) + OnNode(node).Sum(MemoryUsed));

    /// <summary>The processors a guest may use: a container without a limit has all of its node.</summary>
    public int Cores(Guest guest) =>
        guest.IsContainer && !guest.Config.ContainsKey("cores") && state.Nodes.TryGetValue(guest.Node, out ClusterNode? node) ? node.Cores : guest.Cores;

    public long Used(StorageDefinition storage, string node) => new StorageUse(state).Of(storage, node);

    /// <summary>The bytes of the first disk of a guest.</summary>
    public static long RootDisk(Guest guest)
    {
        if (guest.IsContainer)
        {
            // One whose volume is not made yet shows the size it will get by default.
            return guest.Config.TryGetValue("rootfs", out string? root) ? DiskOptions.SizeOf(root) : 4L << 30;
        }

        foreach ((string key, string value) in guest.Config)
        {
            // The first letters of all buses: most options are ruled out by them.
            if (key[0] is 'e' or 'i' or 's' or 't' or 'u' or 'v' && DiskOptions.IsDisk(key, isContainer: false)
                && !value.Contains("media=cdrom", StringComparison.Ordinal))
            {
                return DiskOptions.SizeOf(value);
            }
        }

        return 0;
    }

    /// <summary>The entry of a guest in the list of a pool's members, which leaves out what the pool knows and the tags.</summary>
    public JsonObject Member(Guest guest)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            WriteResource(writer, guest, isUnreachable: false, new(guest.Name, guest.IsRunning, Uptime(guest)), null);
        }

        JsonObject member = JsonNode.Parse(stream.ToArray())!.AsObject();
        foreach (string name in (string[])["tags", "lock", "pool"])
        {
            member.Remove(name);
        }

        return member;
    }

    /// <summary>Writes the entry of a guest in <c>/cluster/resources</c>.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="isUnreachable">True if its node is down.</param>
    /// <param name="seen">What the list shows of it; lists may lag behind.</param>
    /// <param name="haState">The state the high-availability manager wants; null if it does not manage the guest.</param>
    public void WriteResource(Utf8JsonWriter writer, Guest guest, bool isUnreachable, StatusSamples.StatusSample seen, string? haState)
    {
        (string name, bool isRunning, long uptime) = seen;
        long traffic = uptime * (1000 + guest.VmId);
        long disk = RootDisk(guest);
        long memory = isRunning ? MemoryUsed(guest) : 0;
        writer.WriteStartObject();
        WriteId(writer, guest);
        writer.WriteString(s_type, guest.TypeName);
        writer.WriteNumber(s_vmId, guest.VmId);
        writer.WriteString(s_name, name);
        writer.WriteString(s_node, guest.Node);
        writer.WriteString(s_status, isUnreachable ? "unknown" : isRunning ? "running" : "stopped");
        writer.WriteNumber(s_template, guest.IsTemplate ? 1 : 0);
        writer.WriteNumber(s_cpu, isRunning ? Cpu(guest) : 0);
        writer.WriteNumber(s_maxCpu, Cores(guest));
        writer.WriteNumber(s_mem, memory);
        writer.WriteNumber(s_memHost, memory);
        writer.WriteNumber(s_maxMem, guest.Memory);
        writer.WriteNumber(s_disk, guest.IsContainer && isRunning ? disk / 4 : 0);
        writer.WriteNumber(s_maxDisk, disk);
        writer.WriteNumber(s_uptime, uptime);
        writer.WriteNumber(s_netIn, traffic);
        writer.WriteNumber(s_netOut, traffic / 2);
        writer.WriteNumber(s_diskRead, traffic * 3);
        writer.WriteNumber(s_diskWrite, traffic * 2);
        WriteOptional(writer, guest, haState);
        writer.WriteEndObject();
    }

    /// <summary>Writes the entry of a guest that the status daemon has not seen yet: it has no name and no figures.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="haState">The state the high-availability manager wants; null if it does not manage the guest.</param>
    public static void WriteUnseen(Utf8JsonWriter writer, Guest guest, string? haState)
    {
        writer.WriteStartObject();
        WriteId(writer, guest);
        writer.WriteString(s_type, guest.TypeName);
        writer.WriteNumber(s_vmId, guest.VmId);
        writer.WriteString(s_node, guest.Node);
        writer.WriteString(s_status, "unknown");
        writer.WriteNumber(s_template, guest.IsTemplate ? 1 : 0);
        WriteOptional(writer, guest, haState);
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, Guest guest)
    {
        Span<byte> id = stackalloc byte[24];
        Utf8.TryWrite(id, CultureInfo.InvariantCulture, $"{guest.TypeName}/{guest.VmId}", out int length);
        writer.WriteString(s_id, id[..length]);
    }

    private static void WriteOptional(Utf8JsonWriter writer, Guest guest, string? haState)
    {
        if (guest.Config.TryGetValue("tags", out string? tags))
        {
            writer.WriteString(s_tags, tags);
        }

        if (guest.Lock is { } held)
        {
            writer.WriteString(s_lock, held);
        }

        if (haState is not null)
        {
            writer.WriteString(s_haState, haState);
        }

        if (guest.Pool is { } pool)
        {
            writer.WriteString(s_pool, pool);
        }
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
        AddProcess(entry, guest);
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

    private static void AddProcess(JsonObject entry, Guest guest)
    {
        if (!guest.IsRunning)
        {
            return;
        }

        entry["pid"] = guest.Pid;
        foreach (string pressure in s_pressures)
        {
            // Proxmox: a node with the old control groups has no such figures for containers.
            entry[pressure] = guest.IsContainer ? null : JsonValue.Create(0);
        }
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
