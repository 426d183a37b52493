using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Migrates guests, resizes and moves disks.</summary>
internal sealed class GuestMoving(PveState state, GuestContext context)
{
    private const double MigrationEffort = 3;

    public void Register(HandlerTable table)
    {
        table.Post("/nodes/{node}/qemu/{vmid}/migrate", MigrateMachine);
        table.Post("/nodes/{node}/lxc/{vmid}/migrate", MigrateContainer);
        table.Put("/nodes/{node}/qemu/{vmid}/resize", Resize);
        table.Put("/nodes/{node}/lxc/{vmid}/resize", Resize);
        table.Put("/nodes/{node}/qemu/{vmid}/unlink", Unlink);
        table.Post("/nodes/{node}/qemu/{vmid}/move_disk", call => MoveDisk(call, "disk", "qmmove"));
        table.Post("/nodes/{node}/lxc/{vmid}/move_volume", call => MoveDisk(call, "volume", "move_volume"));
    }

    private string DemandTarget(ApiCall call, Guest guest)
    {
        string target = call.Required("target");
        if (!state.Nodes.ContainsKey(target))
        {
            throw ApiFault.Failed($"no such cluster node '{target}'");
        }

        return target == guest.Node ? throw ApiFault.Parameter("target", "target is local node.") : target;
    }

    private ApiReply MigrateMachine(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string target = DemandTarget(call, guest);
        if (guest.IsRunning && !call.IsSet("online"))
        {
            throw ApiFault.Failed("can't migrate running VM without --online");
        }

        if (ThroughHa(call, guest, target) is { } asked)
        {
            return asked;
        }

        bool online = guest.IsRunning;
        bool withDisks = call.IsSet("with-local-disks");
        return Run(call, guest, target, "qmigrate", online, () =>
        {
            if (online && !withDisks && !LocalVolumes(guest).All(IsCloudInit))
            {
                throw ApiFault.Failed("Problem found while scanning volumes - can't live migrate attached local disks without with-local-disks option");
            }
        });
    }

    private ApiReply MigrateContainer(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        string target = DemandTarget(call, guest);
        return guest.IsRunning && !call.IsSet("restart") && !call.IsSet("online")
            ? throw ApiFault.Failed("Can't migrate running container without --online or --restart")
            : ThroughHa(call, guest, target) ?? Run(call, guest, target, "vzmigrate", online: false, static () => { });
    }

    // Proxmox: a guest that the high-availability manager looks after is moved by it; the call only asks for that.
    private ApiReply? ThroughHa(ApiCall call, Guest guest, string target) => !state.Ha.IsManaged(guest) ? null : ApiReply.Of(
        state.Tasks.Start(GuestContext.Task(call, "hamigrate", guest) with
        {
            Lines = [$"Requesting HA migration for {guest.Label} to node {target}"],
            Work = _ => state.Ha.Move(HaManager.IdOf(guest), target),
        }).Upid);

    private ApiReply Run(ApiCall call, Guest guest, string target, string type, bool online, Action check)
    {
        GuestContext.DemandUnlocked(guest);
        guest.Config["lock"] = "migrate";
        List<string> lines = new MigrationLog(state).Lines(
            guest, target, state.Nodes[target].Address, online, [.. LocalVolumes(guest)], state.Tasks.UsualDuration * MigrationEffort);
        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, type, guest) with
        {
            Effort = MigrationEffort,
            Lines = lines,
            OnAbort = () => guest.Config.Remove("lock"),
            Work = task =>
            {
                guest.Config.Remove("lock");
                check();
                DemandStorages(guest, target);
                Volume[] local = [.. LocalVolumes(guest)];
                DemandWithoutSnapshots(state, guest, target, local);
                foreach (Volume volume in local)
                {
                    context.Configurator.Volumes.Move(volume, target);
                }

                state.Move(guest, target);
                task.Write(MigrationLog.Finished(task.Started, task.DueAt));
            },
        }).Upid);
    }

    private void DemandStorages(Guest guest, string target)
    {
        foreach (string id in GuestConfigurator.StoragesOf(guest.Config, guest.IsContainer).Distinct())
        {
            if (!state.GetStorage(id).IsOn(target))
            {
                throw ApiFault.Failed($"storage '{id}' is not available on node '{target}'");
            }
        }
    }

    /// <summary>Fails if a volume that has to be copied is in a snapshot which does not come along.</summary>
    /// <param name="state">The cluster.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="target">The node it goes to.</param>
    /// <param name="local">Its volumes that are on its node alone.</param>
    public static void DemandWithoutSnapshots(PveState state, Guest guest, string target, Volume[] local)
    {
        // Proxmox: replication has brought the snapshots to the other node before.
        bool isReplicated = state.Collections.Items("/cluster/replication").Any(job =>
            job.Key.Split('-')[0] == guest.VmId.ToString(CultureInfo.InvariantCulture) && (string?)job.Value["target"] == target);
        foreach (Volume volume in local.Where(volume => !IsCloudInit(volume) && IsInSnapshot(guest, volume.Id)))
        {
            bool isLive = guest is { IsRunning: true, IsContainer: false };
            string? problem = isLive && !isReplicated ? "online storage migration not possible if non-replicated snapshot exists"
                : state.GetStorage(volume.Storage).Type is "zfspool" or "btrfs" || (volume.Format == "qcow2" && !guest.IsContainer) ? null
                : "non-migratable snapshot exists";
            if (problem is not null)
            {
                throw ApiFault.Failed($"can't migrate local {(guest.IsContainer ? "volume" : "disk")} '{volume.Id}': {problem}");
            }
        }
    }

    // Proxmox: it is made anew where the guest arrives.
    private static bool IsCloudInit(Volume volume) => volume.Name.Contains("cloudinit", StringComparison.Ordinal);

    private static bool IsInSnapshot(Guest guest, string volume) =>
        guest.Snapshots.Any(snapshot => snapshot.Config.Values.Any(kept => DiskOptions.VolumeOf(kept) == volume));

    private IEnumerable<Volume> LocalVolumes(Guest guest) =>
        state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Node is not null && (volume.Content is "images" or "rootdir"));

    private ApiReply Resize(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        GuestContext.DemandDigest(call, guest);
        string disk = call.Required("disk");
        string size = call.Required("size");
        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, "resize", guest) with { Effort = 0.5, Work = _ => ResizeNow(guest, disk, size) }).Upid);
    }

    private void ResizeNow(Guest guest, string disk, string size)
    {
        GuestContext.DemandUnlocked(guest);
        if (!guest.Config.TryGetValue(disk, out string? value) || context.Configurator.Volumes.Find(DiskOptions.VolumeOf(value), guest.Node) is not { } volume)
        {
            throw ApiFault.Failed($"disk '{disk}' does not exist");
        }

        long bytes = size.StartsWith('+') ? volume.Size + DiskOptions.ParseSize(size.AsSpan(1)) : DiskOptions.ParseSize(size);
        if (bytes < volume.Size)
        {
            throw ApiFault.Failed("shrinking disks is not supported");
        }

        volume.Size = bytes;
        guest.Config[disk] = DiskOptions.WithSize(value, bytes);
    }

    private ApiReply Unlink(ApiCall call)
    {
        Guest guest = state.GetGuest(call);
        GuestContext.DemandUnlocked(guest);
        Action<Guest, string> remove = call.IsSet("force") ? context.Configurator.Destroy : context.Configurator.Remove;
        foreach (string key in call.Items("idlist"))
        {
            remove(guest, key);
        }

        return ApiReply.Nothing;
    }

    private ApiReply MoveDisk(ApiCall call, string parameter, string type)
    {
        Guest guest = state.GetGuest(call);
        string disk = call.Required(parameter);
        if (!guest.Config.TryGetValue(disk, out string? value))
        {
            throw ApiFault.Failed($"disk '{disk}' does not exist");
        }

        if (call.Integer("target-vmid") is { } receiver)
        {
            return Reassign(call, guest, disk, (int)receiver, call.Text("target-" + parameter) ?? disk, type);
        }

        StorageDefinition target = state.GetStorage(call.Text("storage") ?? GuestConfigurator.StorageOf(value) ?? "");
        bool delete = call.IsSet("delete");
        string? format = call.Text("format");
        DemandMove(guest, DiskOptions.VolumeOf(value), target, format, delete);
        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, type, guest) with
        {
            Effort = 2,
            Lines = [$"create full clone of drive {disk} ({DiskOptions.VolumeOf(value)})", "transferred 50.00%", "transferred 100.00%"],
            Work = _ => MoveNow(guest, disk, target, format, delete),
        }).Upid);
    }

    private void DemandMove(Guest guest, string volume, StorageDefinition target, string? format, bool delete)
    {
        if (guest.IsContainer)
        {
            return;
        }

        if (!target.Holds("images"))
        {
            throw ApiFault.Parameter("storage", $"storage '{target.Id}' does not support vm images");
        }

        if (context.Configurator.Volumes.Find(volume, guest.Node) is { } source && source.Storage == target.Id && (format is null || format == source.Format))
        {
            throw ApiFault.Failed("you can't move to the same storage with same format");
        }

        if (delete && IsInSnapshot(guest, volume))
        {
            throw ApiFault.Failed("you can't move a disk with snapshots and delete the source");
        }
    }

    private void MoveNow(Guest guest, string disk, StorageDefinition target, string? format, bool delete)
    {
        GuestContext.DemandUnlocked(guest);
        string value = guest.Config[disk];
        Volume source = context.Configurator.Volumes.Find(DiskOptions.VolumeOf(value), guest.Node) ?? throw ApiFault.Failed($"disk '{disk}' does not exist");
        Volume copy = context.Configurator.Volumes.AllocateImage(target, guest.Node, guest.VmId, source.Size, format ?? source.Format, guest.IsContainer);
        bool isUnused = GuestConfigurator.UnusedOf(guest, source.Id).Contains(disk);
        if (!isUnused)
        {
            context.Configurator.Remove(guest, disk);
        }

        guest.Config[disk] = DiskOptions.WithVolume(value, copy.Id);
        if (isUnused)
        {
            // To remove it would destroy it: it stays unused beside its copy.
            context.Configurator.SetAside(guest, source.Id);
        }

        if (delete && GuestConfigurator.UnusedOf(guest, source.Id).FirstOrDefault() is { } unused)
        {
            context.Configurator.Remove(guest, unused);
        }
    }

    /// <summary>Gives a disk to another guest of the same node.</summary>
    private ApiReply Reassign(ApiCall call, Guest guest, string disk, int receiverId, string key, string type)
    {
        if (call.Has("storage"))
        {
            throw ApiFault.Parameter("target-vmid", "either set 'storage' or 'target-vmid', but not both");
        }

        if (receiverId == guest.VmId)
        {
            throw ApiFault.Parameter("target-vmid", "must be different than source VMID to reassign disk");
        }

        if (!state.Permissions.Has(call.Caller, GuestContext.PathOf(receiverId), "VM.Config.Disk"))
        {
            throw ApiFault.Forbidden($"{GuestContext.PathOf(receiverId)}, VM.Config.Disk");
        }

        DemandReceiver(guest, disk, receiverId, key);
        return ApiReply.Of(state.Tasks.Start(GuestContext.Task(call, type, guest) with { Work = _ => ReassignNow(guest, disk, receiverId, key) }).Upid);
    }

    private Guest DemandReceiver(Guest guest, string disk, int receiverId, string key)
    {
        Guest receiver = state.Guests.GetValueOrDefault(receiverId) is { } found && found.IsContainer == guest.IsContainer
            ? found
            : throw PveState.GuestMissing(receiverId, guest.IsContainer, guest.Node);
        string kind = guest.IsContainer ? "CT" : "VM";
        if (receiver.Node != guest.Node)
        {
            throw ApiFault.Failed($"Both {kind}s need to be on the same node ({guest.Node}) but target {kind} is on {receiver.Node}.");
        }

        GuestContext.DemandUnlocked(guest);
        GuestContext.DemandUnlocked(receiver);
        if (guest.IsTemplate || receiver.IsTemplate)
        {
            throw ApiFault.Failed($"Can't move disks to or from template {kind}s");
        }

        string volume = guest.Config.TryGetValue(disk, out string? value)
            ? DiskOptions.VolumeOf(value)
            : throw ApiFault.Failed($"disk '{disk}' does not exist");
        if (IsInSnapshot(guest, volume))
        {
            throw ApiFault.Failed($"Can't move disk used by a snapshot to another {kind}");
        }

        return receiver.Config.ContainsKey(key)
            ? throw ApiFault.Failed(string.Create(CultureInfo.InvariantCulture, $"Target disk key '{key}' is already in use for {kind} '{receiverId}'"))
            : receiver;
    }

    private void ReassignNow(Guest guest, string disk, int receiverId, string key)
    {
        Guest receiver = DemandReceiver(guest, disk, receiverId, key);
        string value = guest.Config[disk];
        Volume source = context.Configurator.Volumes.Find(DiskOptions.VolumeOf(value), guest.Node) ?? throw ApiFault.Failed($"disk '{disk}' does not exist");

        // The volume is renamed after its new owner.
        Volume renamed = context.Configurator.Volumes.AllocateImage(
            state.GetStorage(source.Storage), guest.Node, receiverId, source.Size, source.Format, guest.IsContainer);
        guest.Config.Remove(disk);
        state.Volumes.Remove(source);
        receiver.Config[key] = DiskOptions.WithVolume(value, renamed.Id);
    }
}
