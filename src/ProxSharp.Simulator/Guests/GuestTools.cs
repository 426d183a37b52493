using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Guests;

/// <summary>The monitor, keys, a container's interfaces, and what a migration would have to move.</summary>
internal sealed class GuestTools(PveState state, GuestContext context)
{
    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu/{vmid}/monitor", Monitor);
        table.Put("/nodes/{node}/qemu/{vmid}/sendkey", SendKey);
        table.Get("/nodes/{node}/lxc/{vmid}/interfaces", Interfaces);
        table.Get("/nodes/{node}/qemu/{vmid}/migrate", MachinePreconditions);
        table.Get("/nodes/{node}/lxc/{vmid}/migrate", ContainerPreconditions);
    }

    private Guest DemandRunning(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        return guest.IsRunning ? guest : throw ApiFault.Failed($"{guest.Label} not running");
    }

    private ApiReply Monitor(ApiCall call)
    {
        Guest guest = DemandRunning(call);
        string command = call.Required("command");
        return ApiReply.Of(string.Join(' ', command.Split(' ', StringSplitOptions.RemoveEmptyEntries)) switch
        {
            "info status" => guest.IsPaused ? "VM status: paused\r\n" : "VM status: running\r\n",
            "info name" => $"{guest.Name}\r\n",
            "info version" => "10.1.2pve-qemu-kvm_10.1.2\r\n",
            "info kvm" => $"kvm support: {(guest.Config.GetValueOrDefault("kvm") == "0" ? "disabled" : "enabled")}\r\n",
            "info uuid" => $"{guest.Config.GetValueOrDefault("smbios1")?.Replace("uuid=", "", StringComparison.Ordinal).Split(',')[0]}\r\n",
            "" => "",
            _ => $"unknown command: '{command.Split(' ')[0]}'\r\n",
        });
    }

    private ApiReply SendKey(ApiCall call)
    {
        DemandRunning(call);
        return ApiReply.Nothing;
    }

    private ApiReply Interfaces(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        if (!guest.IsRunning)
        {
            // Proxmox: no list at all for a stopped container.
            return ApiReply.Nothing;
        }

        JsonArray list = new(Interface("lo", "00:00:00:00:00:00", null));
        foreach ((string name, string mac, GuestAddress address) in GuestNetwork.Of(guest))
        {
            list.Add((JsonNode)Interface(name, mac.ToLowerInvariant(), address));
        }

        return ApiReply.Of(list);
    }

    private static JsonObject Interface(string name, string mac, GuestAddress? address)
    {
        JsonArray addresses = [];
        JsonObject entry = new() { ["name"] = name, ["hwaddr"] = mac, ["hardware-address"] = mac, ["ip-addresses"] = addresses };
        if (address is { } known)
        {
            addresses.Add((JsonNode)new JsonObject { ["ip-address"] = known.Address, ["ip-address-type"] = "inet", ["prefix"] = known.Prefix });
            entry["inet"] = $"{known.Address}/{known.Prefix}";
        }

        return entry;
    }

    private ApiReply MachinePreconditions(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        JsonArray disks = [.. guest.Config.Where(static option => DiskOptions.IsDisk(option.Key, isContainer: false))
            .Select(option => Disk(guest, option.Key, option.Value)).OfType<JsonNode>()];
        (JsonArray allowed, JsonObject refused) = Targets(guest, "unavailable_storages");
        return ApiReply.Of(new JsonObject
        {
            ["running"] = guest.IsRunning ? 1 : 0,
            ["local_disks"] = disks,
            ["local_resources"] = new JsonArray([.. guest.Config.Keys
                .Where(static key => key.StartsWith("hostpci", StringComparison.Ordinal) || key.StartsWith("usb", StringComparison.Ordinal))
                .Select(static key => (JsonNode)JsonValue.Create(key))]),
            ["mapped-resources"] = new JsonArray(),
            ["mapped-resource-info"] = new JsonObject(),
            ["has-dbus-vmstate"] = 1,
            ["allowed_nodes"] = allowed,
            ["not_allowed_nodes"] = refused,
            ["dependent-ha-resources"] = new JsonArray(),
        });
    }

    private JsonObject? Disk(Guest guest, string key, string value)
    {
        if (context.Configurator.Volumes.Find(DiskOptions.VolumeOf(value), guest.Node) is not { Node: not null } volume)
        {
            return null;
        }

        bool isCloudInit = volume.Name.Contains("cloudinit", StringComparison.Ordinal);
        return new JsonObject
        {
            ["volid"] = volume.Id,
            ["drivename"] = key,
            ["size"] = volume.Size,
            ["cdrom"] = value.Contains("media=cdrom", StringComparison.Ordinal) ? 1 : 0,
            ["is_attached"] = key.StartsWith("unused", StringComparison.Ordinal) ? 0 : 1,
            ["is_cloudinit"] = isCloudInit ? 1 : 0,
            ["is_tpmstate"] = key.StartsWith("tpmstate", StringComparison.Ordinal) ? 1 : 0,
            ["is_unused"] = key.StartsWith("unused", StringComparison.Ordinal) ? 1 : 0,
            ["is_vmstate"] = 0,
            ["replicate"] = 1,
            ["shared"] = 0,
        };
    }

    private ApiReply ContainerPreconditions(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        (JsonArray allowed, JsonObject refused) = Targets(guest, "unavailable-storages");
        return ApiReply.Of(new JsonObject
        {
            ["running"] = guest.IsRunning ? 1 : 0,
            ["allowed-nodes"] = allowed,
            ["not-allowed-nodes"] = refused,
            ["dependent-ha-resources"] = new JsonArray(),
        });
    }

    private (JsonArray Allowed, JsonObject Refused) Targets(Guest guest, string member)
    {
        JsonArray allowed = [];
        JsonObject refused = [];
        string[] storages = [.. GuestConfigurator.StoragesOf(guest.Config, guest.IsContainer).Distinct()];
        foreach (string node in state.Nodes.Keys.Where(node => node != guest.Node))
        {
            string[] missing = [.. storages.Where(id => state.Storages.TryGetValue(id, out StorageDefinition? storage) && !storage.IsOn(node))];
            if (missing.Length == 0)
            {
                allowed.Add((JsonNode)JsonValue.Create(node));
            }
            else
            {
                refused[node] = new JsonObject { [member] = new JsonArray([.. missing.Select(static id => (JsonNode)JsonValue.Create(id))]) };
            }
        }

        return (allowed, refused);
    }
}
