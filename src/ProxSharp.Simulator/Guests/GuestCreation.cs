using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Creates, restores and destroys guests.</summary>
internal sealed class GuestCreation(PveState state, GuestContext context)
{
    private readonly GuestReferences _references = new(state);

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu", call => Create(call, isContainer: false));
        table.Post("/nodes/{node}/lxc", call => Create(call, isContainer: true));
        table.Delete("/nodes/{node}/qemu/{vmid}", Destroy);
        table.Delete("/nodes/{node}/lxc/{vmid}", Destroy);
    }

    private ApiReply Create(ApiCall call, bool isContainer)
    {
        int vmid = (int)call.Integer("vmid")!;
        string node = call.PathValues["node"];
        bool restores = call.Has("archive") || call.IsSet("restore");
        DemandRights(call, vmid);
        DemandFree(call, vmid, isContainer, restores);
        DemandPool(call);
        Dictionary<string, string> options = GuestOptions.Of(call);
        if (isContainer && !restores)
        {
            options.TryAdd("rootfs", (call.Text("storage") ?? "local") + ":4");
        }

        GuestRestore? restore = restores ? new GuestRestore(call.Text("storage"), call.IsSet("unique")) : null;
        DemandOptions(call, vmid, isContainer, options, restore?.Storage);
        options = GuestOptions.WithDrive(options, isContainer);
        string archive = call.Text("archive") ?? call.Text("ostemplate") ?? "";
        if (restores && Unfit(vmid, isContainer, archive, node) is { } reason)
        {
            return ApiReply.Of(Refuse(call, vmid, isContainer, reason).Upid);
        }

        Guest? replaced = state.Guests.GetValueOrDefault(vmid);
        string[] kept = replaced is null ? [] : Clear(replaced, archive);
        string action = restores ? "restore" : "create";
        Guest guest = Add(call, vmid, isContainer, action, replaced?.Pool);
        bool start = call.IsSet("start");
        bool isManaged = call.IsSet("ha-managed");
        SimulatedTask made = state.Tasks.Start(GuestContext.Task(call, (isContainer ? "vz" : "qm") + action, guest) with
        {
            Effort = isContainer ? 4 : restores ? 2 : 1,
            Lines = restores && context.Configurator.Volumes.Find(archive, node) is { } saved ? BackupLog.Restore(saved, isContainer) : [],
            OnAbort = () => Discard(guest),
            Work = task => Finish(guest, options, restore, archive, task, () => Settle(guest, kept, start, isManaged, task)),
        });
        return ApiReply.Of(made.Upid);
    }

    // Makes room for what a backup brings, and returns the volumes that stay.
    private string[] Clear(Guest replaced, string archive)
    {
        DemandBackup(archive, replaced.Node);
        string[] kept = replaced.IsContainer ? [] : KeptBy(replaced, archive);
        DestroyVolumes(replaced, kept);
        return kept;
    }

    // Proxmox: of a machine that is written over only the disks that the backup brings are destroyed; the others stay with it, unused.
    private string[] KeptBy(Guest replaced, string archive)
    {
        IReadOnlyDictionary<string, string> saved = context.Configurator.Volumes.Find(archive, replaced.Node)?.SavedConfig ?? new Dictionary<string, string>();
        string[] destroyed =
        [
            .. replaced.Config.Where(option => DiskOptions.IsDisk(option.Key, replaced.IsContainer) && saved.ContainsKey(option.Key))
                .Select(static option => DiskOptions.VolumeOf(option.Value)),
        ];
        return [.. VolumesOf(replaced).Select(static volume => volume.Id).Except(destroyed).Where(static id => !id.Contains("cloudinit", StringComparison.Ordinal))];
    }

    private Guest Add(ApiCall call, int vmid, bool isContainer, string action, string? pool)
    {
        Guest guest = new(vmid, isContainer, call.PathValues["node"])
        {
            CreatedAt = state.Now,
            Pool = call.Text("pool") ?? pool,
            HasSystem = isContainer || action == "restore" || state.NewGuestsHaveSystem,
        };
        guest.Config["lock"] = action;
        return state.Guests[vmid] = guest;
    }

    private void DemandOptions(ApiCall call, int vmid, bool isContainer, Dictionary<string, string> options, string? target)
    {
        if (GuestConfigurator.StorageOf(call.Text("ostemplate") ?? call.Text("archive") ?? "") is { } source && state.GetStorage(source).IsDisabled && !isContainer)
        {
            throw ApiFault.Failed($"storage '{source}' is disabled");
        }

        string node = call.PathValues["node"];
        context.Privileges.DemandOptions(call.Caller, vmid, options.Keys);
        context.Configurator.DemandStorages(options, isContainer, node);
        if (target is not null)
        {
            context.Configurator.DemandStorages([new(isContainer ? "rootfs" : "scsi0", target + ":1")], isContainer, node);
            context.Privileges.DemandStorages(call.Caller, [target]);
        }

        context.Privileges.DemandStorages(call.Caller, GuestConfigurator.StoragesOf(options, isContainer));
    }

    private void DemandFree(ApiCall call, int vmid, bool isContainer, bool restores)
    {
        if (!state.Guests.TryGetValue(vmid, out Guest? present))
        {
            return;
        }

        if (restores && call.IsSet("force") && present.IsContainer == isContainer && present.Node == call.PathValues["node"])
        {
            // Proxmox: a VM that runs is found out by the task.
            if (isContainer && present.IsRunning)
            {
                throw ApiFault.Failed("can't overwrite running container");
            }

            return;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"VM {vmid} already exists on node '{present.Node}'");
        string action = restores ? "restore" : "create";
        throw ApiFault.Failed(isContainer ? text : string.Create(CultureInfo.InvariantCulture, $"unable to {action} VM {vmid} - {text}"));
    }

    private static bool IsProtected(Guest guest) => guest.Config.GetValueOrDefault("protection") == "1";

    // Proxmox: the task looks at the guest and into the archive before it gives anything up.
    private string? Unfit(int vmid, bool isContainer, string archive, string node)
    {
        string refusal = string.Create(CultureInfo.InvariantCulture, $"unable to restore {(isContainer ? "CT" : "VM")} {vmid} - ");
        if (state.Guests.TryGetValue(vmid, out Guest? present) && IsProtected(present))
        {
            return refusal + "protection mode enabled";
        }

        if (!isContainer && present?.IsRunning == true)
        {
            return refusal + "vm is running";
        }

        bool? holdsContainer = context.Configurator.Volumes.Find(archive, node) is { Content: "backup" } volume ? HoldsContainer(volume) : null;
        return holdsContainer is null || holdsContainer == isContainer ? null
            : refusal + (isContainer ? "tar: This does not look like a tar archive" : $"ERROR: file '{archive}' does not look like a QemuServer vzdump backup");
    }

    private static bool? HoldsContainer(Volume archive) =>
        archive.Format == "pbs-ct" || archive.Name.Contains("vzdump-lxc-", StringComparison.Ordinal) ? true
        : archive.Format == "pbs-vm" || archive.Name.Contains("vzdump-qemu-", StringComparison.Ordinal) ? false
        : null;

    private SimulatedTask Refuse(ApiCall call, int vmid, bool isContainer, string reason) => state.Tasks.Start(
        GuestContext.Task(call, isContainer ? "vzrestore" : "qmrestore", vmid, call.PathValues["node"]) with
        {
            Work = _ => throw ApiFault.Failed(reason),
        });

    // Proxmox: the schema only describes this rule; the refusal says nothing about it.
    private void DemandRights(ApiCall call, int vmid)
    {
        bool allowed = state.Permissions.Has(call.Caller, GuestContext.PathOf(vmid), "VM.Allocate")
            || (call.Text("pool") is { } pool && state.Permissions.Has(call.Caller, $"/pool/{pool}", "VM.Allocate"));
        if (!allowed)
        {
            throw ApiFault.Forbidden();
        }
    }

    // Proxmox: a guest is not given up for a backup that is not there.
    private void DemandBackup(string archive, string node)
    {
        if (context.Configurator.Volumes.Find(archive, node) is null)
        {
            throw ApiFault.Failed($"volume '{archive}' does not exist");
        }
    }

    private void DemandPool(ApiCall call)
    {
        if (call.Text("pool") is { } pool && !state.Pools.ContainsKey(pool))
        {
            throw ApiFault.Failed($"pool '{pool}' does not exist");
        }
    }

    private void Finish(Guest guest, Dictionary<string, string> options, GuestRestore? restore, string archive, SimulatedTask task, Action settle)
    {
        try
        {
            if (guest.IsContainer && GuestConfigurator.StorageOf(archive) is { } source && state.GetStorage(source).IsDisabled)
            {
                // Proxmox: of a container the task finds it out.
                throw ApiFault.Failed($"storage '{source}' is disabled");
            }

            if (restore is not null)
            {
                Restore(guest, archive, options, restore, task);
            }
            else if (guest.IsContainer)
            {
                DemandTemplate(guest, archive);
            }

            foreach ((string key, string value) in options)
            {
                context.Configurator.Apply(guest, key, value, task);
            }

            if (guest.IsContainer && restore is null)
            {
                Extract(guest, archive, options, task);
            }

            context.Configurator.AddDefaults(guest);
        }
        catch (ApiFault fault)
        {
            Discard(guest);
            throw ApiFault.Failed($"unable to {(restore is null ? "create" : "restore")} {guest.Label} - {fault.Message}");
        }

        guest.Config.Remove("lock");
        settle();
    }

    private void Settle(Guest guest, string[] kept, bool isStarted, bool isManaged, SimulatedTask task)
    {
        foreach (string volume in kept)
        {
            context.Configurator.SetAside(guest, volume);
        }

        if (isStarted)
        {
            GuestLifecycle.Start(guest, task);
        }

        if (!isManaged)
        {
            return;
        }

        string sid = HaManager.IdOf(guest);
        state.Collections.Put(HaManager.Resources, sid, new JsonObject { ["state"] = isStarted ? "started" : "stopped" });
        state.Ha.Touch(sid);
    }

    private Volume DemandTemplate(Guest guest, string template) => context.Configurator.Volumes.Find(template, guest.Node) is { Content: "vztmpl" } found
        ? found
        : throw ApiFault.Failed($"volume '{template}' does not exist");

    private void Extract(Guest guest, string template, Dictionary<string, string> options, SimulatedTask task)
    {
        Volume archive = DemandTemplate(guest, template);
        string name = template[(template.LastIndexOf('/') + 1)..];
        string[] known = ["alpine", "debian", "ubuntu", "centos", "fedora", "archlinux", "opensuse", "gentoo", "nixos", "devuan"];
        if (!options.ContainsKey("ostype"))
        {
            guest.Config["ostype"] = Array.Find(known, os => name.StartsWith(os, StringComparison.Ordinal)) ?? "unmanaged";
        }

        task.Write($"extracting archive '/var/lib/vz/template/cache/{name}'");
        task.Write(string.Create(CultureInfo.InvariantCulture, $"Total bytes read: {archive.Size} ({archive.Size / 1048576.0:F1}MiB, 52MiB/s)"));
        if (!options.ContainsKey("arch"))
        {
            // Simulated templates have no files whose machine code would tell.
            task.Write("Falling back to amd64.");
            task.Write("Use `pct set VMID --arch ARCH` to change.");
        }
    }

    private void Restore(Guest guest, string archive, Dictionary<string, string> options, GuestRestore restore, SimulatedTask task)
    {
        Volume volume = context.Configurator.Volumes.Find(archive, guest.Node) is { Content: "backup" } found
            ? found
            : throw ApiFault.Failed($"volume '{archive}' does not exist");
        foreach ((string key, string value) in volume.SavedConfig ?? [])
        {
            if (options.ContainsKey(key) || key == "lock")
            {
                continue; // What the call says itself is made afterwards.
            }

            bool isImage = DiskOptions.IsDisk(key, guest.IsContainer) && DiskOptions.SizeOf(value) > 0
                && !value.Contains("media=cdrom", StringComparison.Ordinal);
            if (isImage && (restore.Storage ?? GuestConfigurator.StorageOf(value)) is { } storage && state.Storages.ContainsKey(storage))
            {
                string gibibytes = ((decimal)DiskOptions.SizeOf(value) / (1L << 30)).ToString(CultureInfo.InvariantCulture);
                context.Configurator.Apply(guest, key, $"{storage}:{gibibytes}", task);
            }
            else
            {
                guest.Config[key] = restore.IsUnique ? Renewed(key, value, guest.IsContainer) : value;
            }
        }
    }

    // Proxmox: a unique copy must not meet the addresses of the original.
    private string Renewed(string key, string value, bool isContainer) => key switch
    {
        "smbios1" => $"uuid={state.NewUuid()}",
        "vmgenid" => state.NewUuid(),
        _ when GuestConfigurator.IsNetwork(key) => context.Configurator.WithNewMac(value, isContainer),
        _ => value,
    };

    private ApiReply Destroy(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        GuestPrivileges.DemandSkiplock(call);
        if (IsProtected(guest))
        {
            throw ApiFault.Failed($"can't remove {guest.Label} - protection mode enabled");
        }

        if (!call.IsSet("purge"))
        {
            _references.DemandNone(guest);
        }

        bool force = guest.IsContainer && call.IsSet("force");
        if (guest.IsRunning && !force)
        {
            throw ApiFault.Failed(guest.IsContainer
                ? string.Create(CultureInfo.InvariantCulture, $"unable to destroy CT {guest.VmId} - container is running")
                : string.Create(CultureInfo.InvariantCulture, $"VM {guest.VmId} is running - destroy failed"));
        }

        bool skipLock = call.IsSet("skiplock");
        bool purge = call.IsSet("purge");
        SimulatedTask made = state.Tasks.Start(GuestContext.Task(call, guest.IsContainer ? "vzdestroy" : "qmdestroy", guest) with
        {
            Work = task =>
            {
                if (!skipLock)
                {
                    GuestContext.DemandUnlocked(guest);
                }

                DestroyNow(guest, purge, task);
            },
        });
        return ApiReply.Of(made.Upid);
    }

    private void DestroyNow(Guest guest, bool purge, SimulatedTask task)
    {
        foreach (Volume volume in VolumesOf(guest))
        {
            if (state.Volumes.Any(other => other.Parent == volume.Id))
            {
                // Proxmox: directory storages only warn, block storages refuse.
                if (!state.GetStorage(volume.Storage).HasFiles)
                {
                    throw ApiFault.Failed($"base volume '{volume.Id}' is still in use by linked cloned");
                }

                task.Warn($"unable to remove base volume '{volume.Id}': still in use by linked clones");
            }
        }

        foreach (Volume volume in VolumesOf(guest))
        {
            task.Write($"  Logical volume \"{volume.Name}\" successfully removed.");
        }

        if (purge)
        {
            task.Write(string.Create(CultureInfo.InvariantCulture, $"purging {guest.Label} from related configurations.."));
            _references.Remove(guest);
        }

        Discard(guest);
    }

    private void Discard(Guest guest)
    {
        DestroyVolumes(guest, []);
        state.Guests.Remove(guest.VmId);
        state.Directory.Acl.RemoveAll(entry => entry.Path == GuestContext.PathOf(guest.VmId));
    }

    private void DestroyVolumes(Guest guest, string[] kept)
    {
        foreach (Volume volume in VolumesOf(guest).Where(volume => !kept.Contains(volume.Id)))
        {
            state.Volumes.Remove(volume);
        }
    }

    private List<Volume> VolumesOf(Guest guest) =>
        [.. state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Content is "images" or "rootdir")];
}
