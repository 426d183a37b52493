using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The disks of a backup server, and the directories and ZFS pools that are made of them, with datastores on them.</summary>
internal sealed class PbsDiskHandlers(PbsState state)
{
    private const string Root = "/nodes/{node}/disks";
    private const string Mounts = "/mnt/datastore/";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/list", List);
        table.Get($"{Root}/smart", Smart);
        table.Post($"{Root}/initgpt", call => Start(call, "diskinit", DemandUnused(call.Required("disk")), static disk => disk.HasTable = true));
        table.Put($"{Root}/wipedisk", Wipe);
        table.Get($"{Root}/directory", _ => ApiReply.List(state.Disks.Of("directory").Select(static made => Directory(made))));
        table.Post($"{Root}/directory", CreateDirectory);
        table.Delete($"{Root}/directory/{{name}}", RemoveDirectory);
        table.Get($"{Root}/zfs", _ => ApiReply.List(state.Disks.Of("zfs").Select(static made => DiskStorageHandlers.Pool(made))));
        table.Get($"{Root}/zfs/{{name}}", ShowPool);
        table.Post($"{Root}/zfs", CreatePool);
    }

    private ApiReply List(ApiCall call)
    {
        string? use = call.Text("usage-type");
        return ApiReply.List(state.Disks.Disks
            .Where(disk => use is null || (disk.Use ?? "unused") == use)
            .Select(disk => (JsonNode)Describe(disk, !call.IsSet("skipsmart"), call.IsSet("include-partitions"))));
    }

    private static JsonObject Describe(NodeDisk disk, bool withHealth, bool withPartitions)
    {
        JsonObject described = new()
        {
            ["name"] = disk.Name,
            ["devpath"] = disk.Path,
            ["disk-type"] = "hdd",
            ["rpm"] = 7200,
            ["gpt"] = disk.HasTable,
            ["model"] = "SIMULATED",
            ["vendor"] = "ATA",
            ["serial"] = $"SIM{disk.Name[^1]}",
            ["size"] = disk.Size,
            ["status"] = withHealth ? "passed" : "unknown",
            ["used"] = disk.Use ?? "unused",
        };
        if (withPartitions)
        {
            described["partitions"] = disk.Use is null ? new JsonArray() : new JsonArray(Partition(disk, disk.Use));
        }

        return described;
    }

    private static JsonObject Partition(NodeDisk disk, string use) => new()
    {
        ["name"] = disk.Name + "1",
        ["devpath"] = disk.Path + "1",
        ["gpt"] = true,
        ["mounted"] = use != "zfs",
        ["size"] = disk.Size - (1 << 20),
        ["used"] = use == "partitions" ? "filesystem" : use,
    };

    private ApiReply Smart(ApiCall call)
    {
        Demand(call.Required("disk"));
        JsonObject data = new() { ["status"] = "passed", ["attributes"] = new JsonArray() };
        if (!call.IsSet("healthonly"))
        {
            data["attributes"] = new JsonArray(
                Attribute(5, "Reallocated_Sector_Ct", "0", 100, 10), Attribute(9, "Power_On_Hours", "8760", 99, 0), Attribute(194, "Temperature_Celsius", "34", 66, 0));
        }

        return ApiReply.Of(data);
    }

    private static JsonObject Attribute(int id, string name, string raw, int value, int threshold) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["flags"] = "PO--CK",
        ["raw"] = raw,
        ["value"] = raw,
        ["normalized"] = value,
        ["worst"] = value,
        ["threshold"] = threshold,
    };

    private ApiReply Wipe(ApiCall call)
    {
        // A partition goes with its disk: there is one on each.
        NodeDisk disk = Demand(call.Required("disk").TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));
        return disk.Use is null
            ? Start(call, "wipedisk", disk, static disk => disk.HasTable = false)
            : throw new ApiFault(400, $"disk '{disk.Name}' is in use ({disk.Use})");
    }

    private static JsonObject Directory(MadeOfDisks made) => new()
    {
        ["name"] = made.Name,
        ["device"] = $"/dev/disk/by-uuid/{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(made.Name)).AsSpan(0, 16))}",
        ["filesystem"] = made.Detail,
        ["options"] = "defaults",
        ["path"] = Mounts + made.Name,
        ["removable"] = false,
        ["unitfile"] = $"/etc/systemd/system/mnt-datastore-{made.Name.Replace("-", "\\x2d", StringComparison.Ordinal)}.mount",
    };

    private ApiReply CreateDirectory(ApiCall call)
    {
        string name = call.Required("name");
        NodeDisk disk = DemandUnused(call.Required("disk"));
        string system = call.Text("filesystem") ?? "ext4";
        return Make(call, "dircreate", new MadeOfDisks("directory", name, [disk], system), "filesystem", [$"create datastore '{name}' on disk {disk.Name}", $"mkfs.{system} {disk.Path}1"]);
    }

    private ApiReply RemoveDirectory(ApiCall call)
    {
        string name = call.PathValues["name"];
        MadeOfDisks made = state.Disks.Find("directory", name) ?? throw new ApiFault(400, $"no such directory '{name}'");
        if (state.Datastores.Values.FirstOrDefault(store => store.BasePath == Mounts + name) is { } user)
        {
            throw new ApiFault(400, $"Can't remove '{Mounts}{name}' since it's required by datastore '{user.Name}'");
        }

        // Proxmox: the mount goes, and the file system stays where it is until somebody wipes the disk.
        state.Disks.Made.Remove($"directory/{name}");
        made.Disks[0].Use = null;
        return ApiReply.Nothing;
    }

    private ApiReply ShowPool(ApiCall call)
    {
        string name = call.PathValues["name"];
        return ApiReply.Of(DiskStorageHandlers.PoolTree(state.Disks.Find("zfs", name) ?? throw new ApiFault(400, $"no such pool '{name}'")));
    }

    private ApiReply CreatePool(ApiCall call)
    {
        string name = call.Required("name");
        string layout = call.Required("raidlevel");
        NodeDisk[] disks = [.. call.Items("devices").Select(DemandUnused)];
        return disks.Distinct().Count() < disks.Length ? throw ApiFault.Parameter("devices", "a disk is named twice")
            : DiskStorageHandlers.LayoutProblem(layout, disks.Length) is { } problem ? throw new ApiFault(400, problem)
            : Make(call, "zfscreate", new MadeOfDisks("zfs", name, disks, layout), "zfs", [$"create {layout} zpool '{name}' on devices {string.Join(',', disks.Select(static disk => disk.Name))}"]);
    }

    /// <summary>Starts the task that makes something, and a datastore on it where that is wished.</summary>
    private ApiReply Make(ApiCall call, string type, MadeOfDisks made, string use, string[] lines)
    {
        bool adds = call.IsSet("add-datastore");
        if (state.Disks.Made.Values.Any(other => other.Name == made.Name))
        {
            throw new ApiFault(400, $"path \"{Mounts}{made.Name}\" already exists");
        }

        if (adds && state.Datastores.ContainsKey(made.Name))
        {
            throw new ApiFault(400, $"datastore '{made.Name}' already exists.");
        }

        return ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, type, made.Name, call.Caller.AuthId)
        {
            Lines = lines,
            Work = _ =>
            {
                foreach (NodeDisk disk in made.Disks)
                {
                    // Another task may have been faster.
                    (DemandUnused(disk.Name).Use, disk.HasTable) = (use, true);
                }

                state.Disks.Made[$"{made.Kind}/{made.Name}"] = made;
                if (adds && !state.Datastores.ContainsKey(made.Name))
                {
                    string path = Mounts + made.Name;
                    state.MakeDatastore(made.Name).BasePath = path;
                    state.Collections.Put(PbsState.DatastoreConfig, made.Name, new JsonObject { ["path"] = path });
                }
            },
        }).Upid);
    }

    private ApiReply Start(ApiCall call, string type, NodeDisk disk, Action<NodeDisk> work) => ApiReply.Of(state.Tasks.Start(
        new TaskRequest(state.NodeName, type, disk.Name, call.Caller.AuthId) { Lines = [$"{type} {disk.Name}"], Work = _ => work(disk) }).Upid);

    private NodeDisk Demand(string name) =>
        state.Disks.Disks.FirstOrDefault(disk => disk.Name == name) ?? throw new ApiFault(400, "No such device (os error 19)");

    private NodeDisk DemandUnused(string name) =>
        Demand(name) is { Use: null } disk ? disk : throw new ApiFault(400, $"disk '{name}' is already in use.");
}
