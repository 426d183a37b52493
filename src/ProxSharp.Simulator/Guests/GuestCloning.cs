using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Full and linked clones, and templates.</summary>
internal sealed class GuestCloning(PveState state, GuestContext context)
{
    private const int ProgressLines = 10;

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu/{vmid}/clone", Clone);
        table.Post("/nodes/{node}/lxc/{vmid}/clone", Clone);
        table.Post("/nodes/{node}/qemu/{vmid}/template", Template);
        table.Post("/nodes/{node}/lxc/{vmid}/template", Template);
    }

    private ApiReply Clone(ApiCall call)
    {
        Guest source = state.GetGuest(call);
        int newId = (int)call.Integer("newid")!;
        IReadOnlyDictionary<string, string> origin = OriginOf(call, source);
        DemandTarget(call, source, newId, origin, out string node);
        bool full = call.Flag("full") ?? !source.IsTemplate;
        string? storage = call.Text("storage");
        DemandMode(source, origin, full, storage, node);
        GuestContext.DemandUnlocked(source);
        Guest clone = new(newId, source.IsContainer, node) { CreatedAt = state.Now, Pool = call.Text("pool"), HasSystem = source.HasSystem };
        clone.Config["lock"] = "clone";
        string nameKey = source.IsContainer ? "hostname" : "name";
        clone.Config[nameKey] = call.Text(nameKey) ?? DefaultName(source, origin.GetValueOrDefault(nameKey));

        state.Guests[newId] = clone;
        string? description = call.Text("description");
        string type = source.IsContainer ? "vzclone" : "qmclone";
        SimulatedTask made = state.Tasks.Start(GuestContext.Task(call, type, source) with
        {
            Effort = full ? 3 : 1,
            Lines = Progress(source, origin, full),
            OnAbort = () => state.Guests.Remove(newId),
            Work = _ => Finish(source, origin, clone, full, storage, description),
        });
        return ApiReply.Of(made.Upid);
    }

    private static IReadOnlyDictionary<string, string> OriginOf(ApiCall call, Guest source)
    {
        if (call.Text("snapname") is not { } name)
        {
            return source.Config;
        }

        return source.Snapshots.Find(snapshot => snapshot.Name == name)?.Config ?? throw ApiFault.Failed($"snapshot '{name}' does not exist");
    }

    // Proxmox: a clone without a name tells whose copy it is.
    private static string DefaultName(Guest source, string? name) => string.Create(
        CultureInfo.InvariantCulture, $"Copy-of-{(source.IsContainer ? "CT" : "VM")}-{name ?? source.VmId.ToString(CultureInfo.InvariantCulture)}");

    private void DemandTarget(ApiCall call, Guest source, int newId, IReadOnlyDictionary<string, string> origin, out string node)
    {
        node = call.Text("target") ?? source.Node;
        if (state.Guests.ContainsKey(newId))
        {
            throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"unable to create {(source.IsContainer ? "CT" : "VM")} {newId}: config file already exists"));
        }

        if (!state.Nodes.ContainsKey(node))
        {
            throw ApiFault.Failed($"no such cluster node '{node}'");
        }

        if (node != source.Node && VolumesOf(source, origin).Any(static disk => disk.Volume.Node is not null))
        {
            throw ApiFault.Failed($"can't clone {(source.IsContainer ? "CT" : "VM")} to node '{node}' ({(source.IsContainer ? "CT" : "VM")} uses local storage)");
        }

        if (call.Text("pool") is { } pool && !state.Pools.ContainsKey(pool))
        {
            throw ApiFault.Failed($"pool '{pool}' does not exist");
        }
    }

    private void DemandMode(Guest source, IReadOnlyDictionary<string, string> origin, bool full, string? storage, string node)
    {
        if (storage is not null)
        {
            if (!full)
            {
                throw ApiFault.Failed("parameter 'storage' not allowed for linked clones");
            }

            context.Configurator.DemandStorages([new("scsi0", storage + ":1")], isContainer: false, node);
        }

        if (!full && !source.IsTemplate)
        {
            string drive = VolumesOf(source, origin).Select(static disk => disk.Key).FirstOrDefault() ?? "scsi0";
            throw ApiFault.Failed($"Linked clone feature is not supported for drive '{drive}'");
        }
    }

    private List<string> Progress(Guest source, IReadOnlyDictionary<string, string> origin, bool full)
    {
        List<string> lines = [];
        foreach ((string key, Volume volume) in VolumesOf(source, origin))
        {
            lines.Add(source.IsContainer
                ? $"create {(full ? "full" : "linked")} clone of mountpoint {key} ({volume.Id})"
                : $"create {(full ? "full" : "linked")} clone of drive {key} ({volume.Id})");
            if (full)
            {
                string total = Human(volume.Size);
                lines.AddRange(Enumerable.Range(0, ProgressLines + 1).Select(step =>
                    string.Create(CultureInfo.InvariantCulture, $"transferred {Human(volume.Size / ProgressLines * step)} of {total} ({100.0 * step / ProgressLines:F2}%)")));
            }
        }

        return lines;
    }

    private static string Human(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB"),
    };

    private void Finish(Guest source, IReadOnlyDictionary<string, string> origin, Guest clone, bool full, string? storage, string? description)
    {
        string nameKey = source.IsContainer ? "hostname" : "name";
        foreach ((string key, string value) in origin)
        {
            bool carries = key is not ("lock" or "template" or "parent" or "digest" or "smbios1" or "vmgenid" or "meta")
                && !key.StartsWith("unused", StringComparison.Ordinal) && key != nameKey;
            if (carries)
            {
                clone.Config[key] = CloneValue(source, clone, key, value, full, storage);
            }
        }

        if (description is not null)
        {
            clone.Config["description"] = description.TrimEnd();
        }

        if (!clone.IsContainer)
        {
            clone.Config["smbios1"] = $"uuid={state.NewUuid()}";
            clone.Config["vmgenid"] = state.NewUuid();
            clone.Config["meta"] = string.Create(CultureInfo.InvariantCulture, $"creation-qemu=10.1.2,ctime={state.Now.ToUnixTimeSeconds()}");
        }

        clone.Config.Remove("lock");
    }

    private string CloneValue(Guest source, Guest clone, string key, string value, bool full, string? storage)
    {
        if (GuestConfigurator.IsNetwork(key))
        {
            return context.Configurator.WithNewMac(value, source.IsContainer);
        }

        if (!DiskOptions.IsDisk(key, source.IsContainer) || context.Configurator.Volumes.Find(DiskOptions.VolumeOf(value), source.Node) is not { Content: "images" or "rootdir" } volume)
        {
            return value;
        }

        StorageDefinition target = state.GetStorage(full && storage is not null ? storage : volume.Storage);
        Volume copy = volume.Name.EndsWith("cloudinit", StringComparison.Ordinal) || volume.Name.Contains("cloudinit.", StringComparison.Ordinal)
            ? context.Configurator.Volumes.AllocateCloudInit(target, clone.Node, clone.VmId)
            : context.Configurator.Volumes.AllocateImage(target, clone.Node, clone.VmId, volume.Size, volume.Format, source.IsContainer, full ? null : volume.Id);

        // Proxmox: a linked clone on a directory storage is named after its base as well.
        return DiskOptions.WithVolume(value, copy.Id);
    }

    private ApiReply Template(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string label = guest.IsContainer ? "CT" : "VM";
        GuestContext.DemandUnlocked(guest);
        if (guest.IsTemplate)
        {
            throw ApiFault.Failed($"you can't convert a template to a template");
        }

        if (guest.IsRunning)
        {
            throw ApiFault.Failed(guest.IsContainer ? "you can't convert a CT to template if the CT is running" : "you can't convert a VM to template if VM is running");
        }

        if (guest.Snapshots.Count > 0)
        {
            throw ApiFault.Failed($"unable to create template, because {label} contains snapshots");
        }

        if (guest.IsContainer)
        {
            MakeTemplate(guest);
            return ApiReply.Nothing;
        }

        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, "qmtemplate", guest) with { Work = _ => MakeTemplate(guest) }).Upid);
    }

    /// <summary>Makes a guest a template: its disks become base images.</summary>
    public void MakeTemplate(Guest guest)
    {
        foreach ((string key, Volume volume) in VolumesOf(guest, guest.Config))
        {
            string id = volume.Id.Replace("vm-", "base-", StringComparison.Ordinal);
            context.Configurator.Volumes.Rename(volume, id);
            guest.Config[key] = DiskOptions.WithVolume(guest.Config[key], id);
        }

        guest.Config["template"] = "1";
    }

    private List<(string Key, Volume Volume)> VolumesOf(Guest guest, IReadOnlyDictionary<string, string> config) =>
        [.. config.Where(option => DiskOptions.IsDisk(option.Key, guest.IsContainer) && !option.Key.StartsWith("unused", StringComparison.Ordinal))
            .Select(option => (option.Key, Volume: context.Configurator.Volumes.Find(DiskOptions.VolumeOf(option.Value), guest.Node)))
            .Where(static disk => disk.Volume is { Content: "images" or "rootdir" } && !disk.Volume.Name.Contains("cloudinit", StringComparison.Ordinal))
            .Select(static disk => (disk.Key, disk.Volume!))];
}
