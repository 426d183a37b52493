using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The disks of a node: a machine with one disk for the system, one for guests, and empty ones.</summary>
internal sealed class DiskHandlers(PveState state)
{
    private const string Root = "/nodes/{node}/disks";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/list", List);
        table.Get($"{Root}/smart", Smart);
        table.Post($"{Root}/initgpt", InitializeTable);
        table.Put($"{Root}/wipedisk", Wipe);
    }

    private NodeDisks DisksOf(ApiCall call) => state.Nodes[call.PathValues["node"]].Disks;

    private ApiReply List(ApiCall call)
    {
        string? type = call.Text("type");
        int id = state.Nodes[call.PathValues["node"]].Id;
        JsonArray list = [];
        foreach (NodeDisk disk in DisksOf(call).Disks.Where(disk => type is null || (type == "unused" && disk.Use is null) || (type == "journal_disks" && (disk.Use is null || disk.HasTable))))
        {
            list.Add((JsonNode)Describe(disk, id, withHealth: !call.IsSet("skipsmart")));
            if (call.IsSet("include-partitions") && disk is { HasTable: true, Use: not null })
            {
                list.Add((JsonNode)Partition(disk));
            }
        }

        return ApiReply.Of(list);
    }

    private static JsonObject Describe(NodeDisk disk, int node, bool withHealth)
    {
        JsonObject described = new()
        {
            ["devpath"] = disk.Path,
            ["size"] = disk.Size,
            ["gpt"] = disk.HasTable ? 1 : 0,
            ["mounted"] = 0,
            ["model"] = "SIMULATED",
            ["vendor"] = "ATA     ",
            ["serial"] = string.Create(CultureInfo.InvariantCulture, $"SIM{node}{disk.Name[^1]}"),
            ["type"] = "ssd",
            ["rpm"] = 0,
            ["health"] = withHealth ? "PASSED" : "UNKNOWN",
            ["wearout"] = withHealth ? 98 : "N/A",
            ["wwn"] = "unknown",
            ["osdid"] = -1,
            ["osdid-list"] = null,
        };
        if (disk.Use is { } use)
        {
            described["used"] = use;
        }

        return described;
    }

    private static JsonObject Partition(NodeDisk disk) => new()
    {
        ["devpath"] = disk.Path + "1",
        ["parent"] = disk.Path,
        ["size"] = disk.Size - (1 << 20),
        ["used"] = disk.Use,
        ["gpt"] = 1,
        ["mounted"] = 0,
        ["type"] = "partition",
        ["osdid"] = -1,
        ["osdid-list"] = null,
    };

    private ApiReply Smart(ApiCall call)
    {
        DisksOf(call).Demand(call.Required("disk"));
        JsonObject data = new() { ["health"] = "PASSED" };
        if (!call.IsSet("healthonly"))
        {
            data["type"] = "ata";
            data["attributes"] = new JsonArray(
                Attribute("5", "Reallocated_Sector_Ct", "0", 100, 10), Attribute("9", "Power_On_Hours", "8760", 99, 0), Attribute("177", "Wear_Leveling_Count", "24", 98, 0));
        }

        return ApiReply.Of(data);
    }

    private static JsonObject Attribute(string id, string name, string raw, int value, int threshold) => new()
    {
        ["id"] = id.PadLeft(3),
        ["name"] = name,
        ["raw"] = raw,
        ["value"] = value,
        ["normalized"] = value,
        ["worst"] = value,
        ["threshold"] = threshold,
        ["fail"] = "-",
        ["flags"] = "PO--CK",
    };

    private ApiReply InitializeTable(ApiCall call)
    {
        NodeDisk disk = DisksOf(call).Demand(call.Required("disk"));
        return disk.Use is null
            ? Start(call, "diskinit", disk, () => disk.HasTable = true)
            : throw ApiFault.Failed($"disk {disk.Path} already in use");
    }

    private ApiReply Wipe(ApiCall call)
    {
        NodeDisks disks = DisksOf(call);
        NodeDisk disk = disks.Demand(call.Required("disk"));
        bool isHeld = disk.Use is "BIOS boot" or "LVM" || disks.Made.Values.Any(made => made.Disks.Contains(disk));
        return isHeld
            ? throw ApiFault.Failed($"disk/partition '{disk.Path}' has a holder")
            : Start(call, "wipedisk", disk, () => (disk.Use, disk.HasTable) = (null, false));
    }

    private ApiReply Start(ApiCall call, string type, NodeDisk disk, Action work) => ApiReply.Of(
        state.Tasks.Start(new TaskRequest(call.PathValues["node"], type, disk.Name, call.Caller.AuthId) { Lines = [$"{type} {disk.Path}"], Work = _ => work() }).Upid);
}
