using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.State;

/// <summary>
/// The answer of <c>/cluster/resources</c>, written without intermediate objects and with sums made once a call: twenty thousand guests are
/// a matter of milliseconds.
/// </summary>
internal sealed class ResourceList(PveState state, FaultInjector faults)
{
    private const int BytesPerGuest = 400;

    private readonly GuestFigures _figures = new(state);

    public ApiReply Answer(ApiCall call) => new() { Writer = writer => Write(writer, call), SizeHint = (state.Guests.Count + 100) * BytesPerGuest };

    private void Write(Utf8JsonWriter writer, ApiCall call)
    {
        lock (state.Gate)
        {
            WriteAll(writer, call, call.Text("type"));
        }
    }

    private void WriteAll(Utf8JsonWriter writer, ApiCall call, string? type)
    {
        writer.WriteStartArray();
        if (type is null or "vm")
        {
            WriteGuests(writer, call);
        }

        if (type is null)
        {
            WritePools(writer, call);
        }

        if (type is null or "node")
        {
            WriteNodes(writer, call);
        }

        if (type is null or "storage")
        {
            WriteStorages(writer, call);
        }

        if (type is null or "sdn")
        {
            WriteNetworks(writer, call);
        }

        writer.WriteEndArray();
    }

    private void WriteGuests(Utf8JsonWriter writer, ApiCall call)
    {
        GuestVisibility visibility = new(state, call.Caller, "VM.Audit");
        HashSet<string> dead = new(state.Nodes.Keys.Where(faults.IsDead), StringComparer.Ordinal);
        foreach (Guest guest in state.Guests.Values)
        {
            if (visibility.Sees(guest))
            {
                WriteGuest(writer, guest, dead.Contains(guest.Node));
            }
        }
    }

    private void WriteGuest(Utf8JsonWriter writer, Guest guest, bool isUnreachable)
    {
        StatusSamples.StatusSample? sample = state.Samples?.Find(guest.VmId);
        if (state.Samples is not null && sample is null)
        {
            GuestFigures.WriteUnseen(writer, guest, HaState(guest));
            return;
        }

        StatusSamples.StatusSample seen = sample ?? new(guest.Name, guest.IsRunning, _figures.Uptime(guest));
        _figures.WriteResource(writer, guest, isUnreachable, seen, HaState(guest));
    }

    private string? HaState(Guest guest)
    {
        IReadOnlyDictionary<string, JsonObject> managed = state.Collections.Items("/cluster/ha/resources");
        if (managed.Count == 0)
        {
            return null;
        }

        string id = string.Create(CultureInfo.InvariantCulture, $"{(guest.IsContainer ? "ct" : "vm")}:{guest.VmId}");
        return managed.TryGetValue(id, out JsonObject? resource) ? resource["state"]?.GetValue<string>() ?? "started" : null;
    }

    private void WritePools(Utf8JsonWriter writer, ApiCall call)
    {
        foreach (ResourcePool pool in state.Pools.Values.Where(pool => state.Permissions.Has(call.Caller, $"/pool/{pool.Id}", "Pool.Audit")))
        {
            writer.WriteStartObject();
            writer.WriteString("id", $"/pool/{pool.Id}");
            writer.WriteString("type", "pool");
            writer.WriteString("pool", pool.Id);
            writer.WriteEndObject();
        }
    }

    private void WriteNodes(Utf8JsonWriter writer, ApiCall call)
    {
        Dictionary<string, NodeLoad> loads = NodeLoad.OfAll(state);
        foreach (ClusterNode node in state.Nodes.Values)
        {
            bool isDead = faults.IsDead(node.Name);
            writer.WriteStartObject();
            writer.WriteString("id", $"node/{node.Name}");
            writer.WriteString("type", "node");
            writer.WriteString("node", node.Name);
            writer.WriteString("status", isDead ? "offline" : "online");
            writer.WriteString("level", "");
            writer.WriteNumber("cgroup-mode", 2);
            if (!isDead && state.Permissions.Has(call.Caller, $"/nodes/{node.Name}", "Sys.Audit"))
            {
                NodeLoad load = loads[node.Name];
                writer.WriteNumber("cpu", load.Cpu);
                writer.WriteNumber("maxcpu", node.Cores);
                writer.WriteNumber("mem", load.Memory);
                writer.WriteNumber("maxmem", node.Memory);
                writer.WriteNumber("disk", node.RootDisk / 5);
                writer.WriteNumber("maxdisk", node.RootDisk);
                writer.WriteNumber("uptime", _figures.Uptime(node));
            }

            writer.WriteEndObject();
        }
    }

    private void WriteStorages(Utf8JsonWriter writer, ApiCall call)
    {
        StorageDefinition[] seen = [.. state.Storages.Values.Where(storage => state.Permissions.HasAny(call.Caller, $"/storage/{storage.Id}", "Datastore.Audit", "Datastore.AllocateSpace"))];
        if (seen.Length == 0)
        {
            return;
        }

        StorageUse use = new(state);
        foreach (ClusterNode node in state.Nodes.Values)
        {
            bool isDead = faults.IsDead(node.Name);

            // Proxmox: what is disabled is no part of the cluster.
            foreach (StorageDefinition storage in seen.Where(storage => storage.IsOn(node.Name) && !storage.IsDisabled))
            {
                writer.WriteStartObject();
                writer.WriteString("id", $"storage/{node.Name}/{storage.Id}");
                writer.WriteString("type", "storage");
                writer.WriteString("storage", storage.Id);
                writer.WriteString("node", node.Name);
                writer.WriteString("plugintype", storage.Type);
                writer.WriteString("content", string.Join(',', storage.Content));
                writer.WriteNumber("shared", storage.IsShared ? 1 : 0);
                writer.WriteString("status", isDead ? "unknown" : "available");
                writer.WriteNumber("disk", use.Of(storage, node.Name));
                writer.WriteNumber("maxdisk", storage.Capacity);
                writer.WriteEndObject();
            }
        }
    }

    private void WriteNetworks(Utf8JsonWriter writer, ApiCall call)
    {
        string[] zones = [.. state.Collections.Items("/cluster/sdn/zones").Keys.Prepend("localnetwork").Where(zone => state.Permissions.Has(call.Caller, $"/sdn/zones/{zone}", "SDN.Audit"))];
        foreach (ClusterNode node in state.Nodes.Values)
        {
            foreach (string zone in zones)
            {
                writer.WriteStartObject();
                writer.WriteString("id", $"network/{node.Name}/zone/{zone}");
                writer.WriteString("type", "network");
                writer.WriteString("network-type", "zone");
                writer.WriteString("network", zone);
                writer.WriteString("node", node.Name);
                writer.WriteString("status", "ok");
                writer.WriteString("zone-type", state.Collections.Find("/cluster/sdn/zones", zone)?["type"]?.GetValue<string>() ?? "simple");
                writer.WriteEndObject();
            }
        }
    }
}
