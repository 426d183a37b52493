using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Directories, volume groups, thin pools and ZFS pools made of a node's disks, and the storages on them.</summary>
internal sealed class DiskStorageHandlers(PveState state)
{
    private const string Root = "/nodes/{node}/disks";
    private const string SystemDisk = "/dev/sdb";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/directory", call => ApiReply.List(DisksOf(call).Of("directory").Select(static made => Directory(made))));
        table.Get($"{Root}/lvm", call => ApiReply.Of(new JsonObject { ["leaf"] = 0, ["children"] = Groups(call.PathValues["node"]) }));
        table.Get($"{Root}/lvmthin", call => ApiReply.Of(ThinPools(call.PathValues["node"])));
        table.Get($"{Root}/zfs", call => ApiReply.List(DisksOf(call).Of("zfs").Select(static made => Pool(made))));
        table.Get($"{Root}/zfs/{{name}}", PoolDetails);
        foreach ((string kind, string verb) in ((string, string)[])[("directory", "dir"), ("lvm", "lvm"), ("lvmthin", "lvmthin"), ("zfs", "zfs")])
        {
            table.Post($"{Root}/{kind}", call => Create(call, kind, verb));
            table.Delete($"{Root}/{kind}/{{name}}", call => Remove(call, kind, verb));
        }

        table.Get("/nodes/{node}/scan/lvm", call => ApiReply.List(GroupNames(call.PathValues["node"]).Select(static name => new JsonObject { ["vg"] = name })));
        table.Get("/nodes/{node}/scan/lvmthin", ScanThin);
        table.Get("/nodes/{node}/scan/zfs", call => ApiReply.List(PoolNames(call.PathValues["node"])
            .Select(static name => new JsonObject { ["pool"] = name })));
    }

    private NodeDisks DisksOf(ApiCall call) => state.Nodes[call.PathValues["node"]].Disks;

    private static JsonObject Directory(MadeOfDisks made) => new()
    {
        ["device"] = $"/dev/disk/by-uuid/{Uuid(made.Name)}",
        ["options"] = "defaults",
        ["path"] = $"/mnt/pve/{made.Name}",
        ["type"] = made.Detail,
        ["unitfile"] = $"/etc/systemd/system/mnt-pve-{made.Name.Replace("-", "\\x2d", StringComparison.Ordinal)}.mount",
    };

    private static Guid Uuid(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    /// <summary>The storages of the scenario that lie on this node's volume groups, by group.</summary>
    private IEnumerable<IGrouping<string, StorageDefinition>> Configured(string node) => state.Storages.Values
        .Where(storage => storage.Type is "lvm" or "lvmthin" && storage.IsOn(node) && storage.Options["vgname"] is not null)
        .GroupBy(static storage => ApiCall.TextOf(storage.Options["vgname"]!), StringComparer.Ordinal);

    private IEnumerable<string> GroupNames(string node) => Configured(node).Select(static group => group.Key)
        .Union(state.Nodes[node].Disks.Made.Values.Where(static made => made.Kind is "lvm" or "lvmthin").Select(static made => made.Name))
        .Order(StringComparer.Ordinal);

    private JsonArray Groups(string node)
    {
        JsonArray groups = [];
        NodeDisks disks = state.Nodes[node].Disks;
        foreach (string name in GroupNames(node))
        {
            MadeOfDisks? made = disks.Find("lvm", name) ?? disks.Find("lvmthin", name);
            NodeDisk disk = made?.Disks[0] ?? disks.Demand(SystemDisk);
            long free = made is { Kind: "lvm" } ? disk.Size : disk.Size / 64;
            JsonObject device = new() { ["name"] = disk.Path, ["size"] = disk.Size, ["free"] = free, ["leaf"] = 1 };
            groups.Add((JsonNode)new JsonObject
            {
                ["name"] = name,
                ["size"] = disk.Size,
                ["free"] = free,
                ["leaf"] = 0,
                ["lvcount"] = 1,
                ["children"] = new JsonArray(device),
            });
        }

        return groups;
    }

    private JsonArray ThinPools(string node)
    {
        JsonArray pools = [];
        foreach (StorageDefinition storage in Configured(node).SelectMany(static group => group).Where(static storage => storage.Type == "lvmthin"))
        {
            AddPool(pools, ApiCall.TextOf(storage.Options["vgname"]!), ApiCall.TextOf(storage.Options["thinpool"]!), storage.Capacity);
        }

        foreach (MadeOfDisks made in state.Nodes[node].Disks.Of("lvmthin").Where(made => !pools.Any(pool => pool!["vg"]!.GetValue<string>() == made.Name)))
        {
            AddPool(pools, made.Name, made.Name, made.Size);
        }

        return pools;
    }

    private static void AddPool(JsonArray pools, string group, string name, long size) => pools.Add((JsonNode)new JsonObject
    {
        ["lv"] = name,
        ["vg"] = group,
        ["lv_size"] = size,
        ["used"] = size / 10,
        ["metadata_size"] = size / 100,
        ["metadata_used"] = size / 2000,
    });

    private ApiReply ScanThin(ApiCall call)
    {
        string group = call.Required("vg");
        if (!GroupNames(call.PathValues["node"]).Contains(group))
        {
            throw ApiFault.Failed($"error listing thinpools: command '/sbin/lvs' failed: Volume group \"{group}\" not found");
        }

        return ApiReply.List(ThinPools(call.PathValues["node"]).Where(pool => pool!["vg"]!.GetValue<string>() == group)
            .Select(static pool => new JsonObject { ["lv"] = pool!["lv"]!.DeepClone() }));
    }

    private IEnumerable<string> PoolNames(string node) => state.Nodes[node].Disks.Of("zfs").Select(static made => made.Name)
        .Union(state.Storages.Values.Where(storage => storage.Type == "zfspool" && storage.IsOn(node) && storage.Options["pool"] is not null)
            .Select(static storage => ApiCall.TextOf(storage.Options["pool"]!)));

    /// <summary>A ZFS pool in the list of pools.</summary>
    internal static JsonObject Pool(MadeOfDisks made) => new()
    {
        ["name"] = made.Name,
        ["size"] = made.Size,
        ["alloc"] = made.Size / 1000,
        ["free"] = made.Size - (made.Size / 1000),
        ["frag"] = 0,
        ["dedup"] = 1.0,
        ["health"] = "ONLINE",
    };

    private ApiReply PoolDetails(ApiCall call)
    {
        string name = call.PathValues["name"];
        return ApiReply.Of(PoolTree(DisksOf(call).Find("zfs", name) ?? throw ApiFault.Failed($"command 'zpool status -P {name}' failed: exit code 1")));
    }

    /// <summary>A ZFS pool with its devices.</summary>
    internal static JsonObject PoolTree(MadeOfDisks made)
    {
        JsonArray leaves = [.. made.Disks.Select(static disk => (JsonNode)Device(disk.Path, null))];
        string group = made.Detail switch { "raidz" => "raidz1", "raid10" => "mirror", _ => made.Detail };
        JsonObject root = Device(made.Name, made.Detail == "single" ? leaves : new JsonArray(Device($"{group}-0", leaves)));
        return new JsonObject { ["name"] = made.Name, ["state"] = "ONLINE", ["errors"] = "No known data errors", ["children"] = new JsonArray(root) };
    }

    private static JsonObject Device(string name, JsonArray? children)
    {
        JsonObject device = new()
        {
            ["name"] = name,
            ["state"] = "ONLINE",
            ["read"] = 0,
            ["write"] = 0,
            ["cksum"] = 0,
            ["msg"] = "",
            ["leaf"] = children is null ? 1 : 0,
        };
        if (children is not null)
        {
            device["children"] = children;
        }

        return device;
    }

    private ApiReply Create(ApiCall call, string kind, string verb)
    {
        string name = call.Required("name");
        string node = call.PathValues["node"];
        NodeDisks all = DisksOf(call);
        string[] wanted = kind == "zfs" ? [.. call.Items("devices")] : [call.Required("device")];
        NodeDisk[] disks = [.. wanted.Select(all.DemandUnused)];
        string detail = kind == "zfs" ? call.Required("raidlevel") : kind == "directory" ? call.Text("filesystem") ?? "ext4" : kind;
        if (kind == "zfs" && LayoutProblem(detail, disks.Length) is { } problem)
        {
            throw ApiFault.Failed(problem);
        }

        if (all.Find(kind, name) is not null)
        {
            throw Taken(kind, name, node);
        }

        bool adds = call.IsSet("add_storage");
        if (adds && state.Storages.TryGetValue(name, out StorageDefinition? taken) && !IsExtended(taken, kind, name))
        {
            throw ApiFault.Failed($"storage ID '{name}' already defined");
        }

        MadeOfDisks made = new(kind, name, disks, detail);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, $"{verb}create", name, call.Caller.AuthId)
        {
            Lines = Lines(kind, name, wanted),
            Work = _ =>
            {
                foreach (string path in wanted)
                {
                    all.DemandUnused(path);
                }

                Make(all, made);
                if (adds)
                {
                    AddStorage(node, made);
                }
            },
        }).Upid);
    }

    private static ApiFault Taken(string kind, string name, string node) => ApiFault.Failed(kind switch
    {
        "zfs" => $"pool '{name}' already exists on node '{node}'",
        "directory" => $"a systemd mount unit already exists: mnt-pve-{name}.mount",
        _ => $"volume group '{name}' already exists on node '{node}'",
    });

    /// <summary>Says why there is no ZFS pool of so many disks; null if there is one.</summary>
    internal static string? LayoutProblem(string layout, int count)
    {
        int least = layout switch { "single" => 1, "mirror" => 2, "raid10" or "raidz2" => 4, "raidz3" => 5, "draid3" => 5, "draid2" => 4, _ => 3 };
        return layout == "single" && count > 1 ? "please give only one disk for single disk mode"
            : layout == "raid10" && count % 2 != 0 ? "raid10 needs an even number of disks"
            : count < least ? string.Create(CultureInfo.InvariantCulture, $"{layout} needs at least {least} disks")
            : null;
    }

    private static string[] Lines(string kind, string name, string[] disks) => kind switch
    {
        "directory" => [$"# /sbin/mkfs -t ext4 {disks[0]}1", "Creating filesystem", $"# systemctl enable mnt-pve-{name}.mount"],
        "lvm" => [$"# /sbin/pvcreate --metadatasize 250k -y -ff {disks[0]}1", $"  Volume group \"{name}\" successfully created"],
        "lvmthin" => [$"# /sbin/vgcreate {name} {disks[0]}1", $"  Logical volume \"{name}\" created.", $"  Converted {name}/{name} to thin pool."],
        _ => [$"# /sbin/zpool create -o ashift=12 {name} {string.Join(' ', disks)}", $"# /sbin/zfs set compression=on {name}"],
    };

    private static void Make(NodeDisks all, MadeOfDisks made)
    {
        all.Made[$"{made.Kind}/{made.Name}"] = made;
        foreach (NodeDisk disk in made.Disks)
        {
            disk.Use = made.Kind switch { "directory" => made.Detail, "zfs" => "ZFS", _ => "LVM" };
            disk.HasTable = true;
        }
    }

    private static (string Type, string Option, string Value) Kind(string kind, string name) => kind switch
    {
        "directory" => ("dir", "path", $"/mnt/pve/{name}"),
        "lvm" => ("lvm", "vgname", name),
        "lvmthin" => ("lvmthin", "vgname", name),
        _ => ("zfspool", "pool", name),
    };

    /// <summary>Proxmox: a storage of the same kind on other nodes gets this node too.</summary>
    private static bool IsExtended(StorageDefinition storage, string kind, string name)
    {
        (string type, string option, string value) = Kind(kind, name);
        return storage.Is(type, option, value) && storage.Nodes.Count > 0;
    }

    private void AddStorage(string node, MadeOfDisks made)
    {
        (string kind, string name) = (made.Kind, made.Name);
        if (state.Storages.TryGetValue(name, out StorageDefinition? present))
        {
            present.Nodes.Add(node);
            return;
        }

        (string type, string option, string value) = Kind(kind, name);
        StorageDefinition storage = new(name, type) { CreatedAt = state.Now, Capacity = made.Size };
        storage.Content.UnionWith(kind == "directory" ? ["backup", "images", "iso", "rootdir", "snippets", "vztmpl"] : ["images", "rootdir"]);
        storage.Nodes.Add(node);
        storage.Options[option] = value;
        if (kind == "directory")
        {
            storage.Options["is_mountpoint"] = "1";
        }
        else if (kind == "lvmthin")
        {
            storage.Options["thinpool"] = name;
        }

        state.Storages.Add(name, storage);
    }

    private ApiReply Remove(ApiCall call, string kind, string verb)
    {
        string name = call.PathValues["name"];
        string node = call.PathValues["node"];
        NodeDisks all = DisksOf(call);
        (bool cleansConfig, bool cleansDisks) = (call.IsSet("cleanup-config"), call.IsSet("cleanup-disks"));
        string id = kind == "lvmthin" ? $"{call.Required("volume-group")}-{name}" : name;
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, $"{verb}remove", id, call.Caller.AuthId)
        {
            Work = _ =>
            {
                MadeOfDisks made = all.Find(kind, name)
                    ?? throw ApiFault.Failed(kind == "directory"
                        ? $"mount unit 'mnt-pve-{name}.mount' does not exist"
                        : $"no such {kind} '{name}' on node '{node}'");
                all.Made.Remove($"{kind}/{name}");
                foreach (NodeDisk disk in made.Disks)
                {
                    disk.Use = null;
                    disk.HasTable &= !cleansDisks;
                }

                if (cleansConfig)
                {
                    RemoveStorages(node, kind, name);
                }
            },
        }).Upid);
    }

    private void RemoveStorages(string node, string kind, string name)
    {
        (string type, string option, string value) = Kind(kind, name);
        foreach (StorageDefinition storage in state.Storages.Values.Where(storage => storage.Is(type, option, value)).ToArray())
        {
            storage.Nodes.Remove(node);
            if (storage.Nodes.Count == 0)
            {
                state.Storages.Remove(storage.Id);
            }
        }
    }
}
