using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Guests;

/// <summary>Snapshots of guests.</summary>
internal sealed class GuestSnapshots(PveState state, GuestContext context)
{
    private const string Notes = "description";

    public void Register(HandlerTable table)
    {
        foreach (string kind in (string[])["qemu", "lxc"])
        {
            string list = $"/nodes/{{node}}/{kind}/{{vmid}}/snapshot";
            table.Get(list, List);
            table.Post(list, Create);
            table.Delete($"{list}/{{snapname}}", Delete);
            table.Get($"{list}/{{snapname}}/config", Config);
            table.Put($"{list}/{{snapname}}/config", Describe);
            table.Post($"{list}/{{snapname}}/rollback", Rollback);
            table.Get($"/nodes/{{node}}/{kind}/{{vmid}}/feature", Feature);
        }
    }

    private static GuestSnapshot Find(Guest guest, string name) =>
        guest.Snapshots.Find(snapshot => snapshot.Name == name) ?? throw ApiFault.Failed($"snapshot '{name}' does not exist");

    private static string Type(Guest guest, string action) => (guest.IsContainer ? "vz" : "qm") + action;

    private ApiReply List(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        JsonArray list = [];
        foreach (GuestSnapshot snapshot in guest.Snapshots)
        {
            JsonObject entry = new() { ["name"] = snapshot.Name, ["description"] = snapshot.Description, ["snaptime"] = snapshot.Created };
            if (!guest.IsContainer)
            {
                entry["vmstate"] = snapshot.WithMemory ? 1 : 0;
            }

            if (snapshot.Parent is { } parent)
            {
                entry["parent"] = parent;
            }

            list.Add((JsonNode)entry);
        }

        // Proxmox: the present state closes the list as if it were a snapshot.
        JsonObject current = new() { ["name"] = "current", ["description"] = "You are here!", ["digest"] = guest.Digest, ["running"] = guest.IsRunning ? 1 : 0 };
        if (guest.Config.GetValueOrDefault("parent") is { } last)
        {
            current["parent"] = last;
        }

        list.Add((JsonNode)current);
        return ApiReply.Of(list);
    }

    private ApiReply Create(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string name = call.Required("snapname");
        if (name is "current" or "pending")
        {
            throw ApiFault.Failed($"unable to use snapshot name '{name}' (reserved name)");
        }

        string description = call.Text("description") ?? "";
        bool withMemory = call.IsSet("vmstate") && guest.IsRunning && !guest.IsContainer;
        return Run(call, guest, "snapshot", withMemory ? 2 : 1, withMemory ? ["saving VM state and RAM using storage 'local'", "completed saving the VM state in 1s"] : [], () =>
        {
            GuestContext.DemandUnlocked(guest);
            if (guest.Snapshots.Any(snapshot => snapshot.Name == name))
            {
                throw ApiFault.Failed($"snapshot name '{name}' already used");
            }

            if (!CanSnapshot(guest))
            {
                throw ApiFault.Failed("snapshot feature is not available");
            }

            // Proxmox: the notes of the guest are no part of it; a snapshot has a description of its own.
            Dictionary<string, string> config = guest.Config.Where(static option => option.Key != Notes)
                .ToDictionary(static option => option.Key, static option => option.Value, StringComparer.Ordinal);
            guest.Snapshots.Add(new GuestSnapshot(name, state.Now.ToUnixTimeSeconds(), guest.Config.GetValueOrDefault("parent"), withMemory, config) { Description = description });
            guest.Config["parent"] = name;
        });
    }

    private bool CanSnapshot(Guest guest) => guest.Config.Where(option => DiskOptions.IsDisk(option.Key, guest.IsContainer) && !option.Key.StartsWith("unused", StringComparison.Ordinal))
        .Select(option => context.Configurator.Volumes.Find(DiskOptions.VolumeOf(option.Value), guest.Node))
        .Where(static volume => volume is { Content: "images" or "rootdir" })
        .All(volume => volume!.Format is "qcow2" or "subvol" || volume.Name.Contains("cloudinit", StringComparison.Ordinal) || state.GetStorage(volume.Storage).CanSnapshotRaw);

    private ApiReply Delete(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string name = call.PathValues["snapname"];
        return Run(call, guest, "delsnapshot", 1, [], () =>
        {
            GuestContext.DemandUnlocked(guest);
            GuestSnapshot removed = Find(guest, name);
            guest.Snapshots.Remove(removed);
            for (int i = 0; i < guest.Snapshots.Count; i++)
            {
                if (guest.Snapshots[i].Parent == name)
                {
                    guest.Snapshots[i] = guest.Snapshots[i] with { Parent = removed.Parent };
                }
            }

            if (guest.Config.GetValueOrDefault("parent") == name)
            {
                SetParent(guest, removed.Parent);
            }
        });
    }

    private ApiReply Rollback(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string name = call.PathValues["snapname"];
        bool start = call.IsSet("start");
        return Run(call, guest, "rollback", 1, [], () =>
        {
            GuestContext.DemandUnlocked(guest);
            GuestSnapshot snapshot = Find(guest, name);
            guest.Stop();
            SortedDictionary<string, string> left = guest.Config;
            guest.Config = new SortedDictionary<string, string>(snapshot.Config.ToDictionary(), StringComparer.Ordinal);
            SetParent(guest, name);
            if (left.TryGetValue(Notes, out string? notes))
            {
                guest.Config[Notes] = notes;
            }

            KeepDisks(guest, left);
            if (start || snapshot.WithMemory)
            {
                guest.Start(state.Now, guest.Pid + 1);
            }
        });
    }

    // Proxmox: disks that are newer than the snapshot stay, as unused ones.
    private void KeepDisks(Guest guest, SortedDictionary<string, string> left)
    {
        HashSet<string> used = Disks(guest, guest.Config);
        foreach (string volume in Disks(guest, left).Where(volume => !used.Contains(volume)))
        {
            context.Configurator.SetAside(guest, volume);
        }
    }

    private static HashSet<string> Disks(Guest guest, SortedDictionary<string, string> config) =>
        [.. config.Where(option => DiskOptions.IsDisk(option.Key, guest.IsContainer)).Select(static option => DiskOptions.VolumeOf(option.Value))];

    private static void SetParent(Guest guest, string? parent)
    {
        guest.Config.Remove("parent");
        if (parent is not null)
        {
            guest.Config["parent"] = parent;
        }
    }

    private ApiReply Config(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        GuestSnapshot snapshot = Find(guest, call.PathValues["snapname"]);
        JsonObject data = new() { ["snaptime"] = snapshot.Created, ["description"] = snapshot.Description };
        foreach ((string key, string value) in snapshot.Config)
        {
            data[key] = context.Options.Value(key, value, guest.IsContainer);
        }

        return ApiReply.Of(data);
    }

    private ApiReply Describe(ApiCall call)
    {
        Find(state.GetGuest(call), call.PathValues["snapname"]).Description = call.Text("description") ?? "";
        return ApiReply.Nothing;
    }

    private ApiReply Feature(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        bool has = call.Required("feature") switch
        {
            "snapshot" => CanSnapshot(guest),
            "clone" => guest.IsTemplate,
            _ => true,
        };
        JsonObject data = new() { ["hasFeature"] = has ? 1 : 0 };
        if (!guest.IsContainer)
        {
            data["nodes"] = new JsonArray([.. state.Nodes.Keys.Select(static node => (JsonNode)JsonValue.Create(node))]);
        }

        return ApiReply.Of(data);
    }

    private ApiReply Run(ApiCall call, Guest guest, string action, double effort, IReadOnlyList<string> lines, Action work) =>
        ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, Type(guest, action), guest) with { Effort = effort, Lines = lines, Work = _ => work() }).Upid);
}
