using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>The disks and devices of a node: a machine with one disk for the system and one for guests.</summary>
internal sealed class NodeHardwareHandlers(PveState state)
{
    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/disks/list", ListDisks);
        table.Get("/nodes/{node}/disks/smart", Smart);
        table.Get("/nodes/{node}/hardware/pci", static _ => ApiReply.Of(new JsonArray(Device("0000:00:02.0", "0x030000", "0x1234"), Device("0000:00:12.0", "0x020000", "0x1000"))));
        table.Get("/nodes/{node}/capabilities/qemu/migration", static _ => ApiReply.Of(new JsonObject { ["has-dbus-vmstate"] = true }));
    }

    private JsonArray Disks(string node)
    {
        ClusterNode described = state.Nodes[node];
        return new JsonArray(Disk("/dev/sda", described.RootDisk, "BIOS boot", described.Id), Disk("/dev/sdb", 1L << 40, "LVM", described.Id));
    }

    private static JsonObject Disk(string path, long size, string use, int node) => new()
    {
        ["devpath"] = path,
        ["size"] = size,
        ["used"] = use,
        ["gpt"] = 1,
        ["mounted"] = 0,
        ["model"] = "SIMULATED",
        ["vendor"] = "ATA     ",
        ["serial"] = $"SIM{node}{path[^1]}",
        ["type"] = "ssd",
        ["rpm"] = 0,
        ["health"] = "PASSED",
        ["wearout"] = 98,
        ["wwn"] = "unknown",
        ["osdid"] = -1,
    };

    private ApiReply ListDisks(ApiCall call)
    {
        JsonArray disks = Disks(call.PathValues["node"]);
        string? type = call.Text("type");
        return ApiReply.Of(type == "unused" ? new JsonArray() : disks);
    }

    private ApiReply Smart(ApiCall call)
    {
        string disk = call.Required("disk");
        return Disks(call.PathValues["node"]).Any(known => known!["devpath"]!.GetValue<string>() == disk)
            ? ApiReply.Of(new JsonObject { ["health"] = "PASSED" })
            : throw ApiFault.Failed("not a valid block device");
    }

    private static JsonObject Device(string id, string kind, string device) => new()
    {
        ["id"] = id,
        ["class"] = kind,
        ["vendor"] = "0x1af4",
        ["device"] = device,
        ["subsystem_vendor"] = "0x1af4",
        ["subsystem_device"] = "0x1100",
        ["iommugroup"] = -1,
    };
}
