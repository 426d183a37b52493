using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public abstract partial class Guest
{
    /// <summary>Gets what the guest is doing: state, load, memory, traffic.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<GuestStatusReport> GetStatusAsync(CancellationToken cancellationToken = default) => ReadStatusAsync(cancellationToken);

    /// <inheritdoc cref="GetStatusAsync"/>
    public GuestStatusReport GetStatus(CancellationToken cancellationToken = default) => ReadStatus(cancellationToken);

    /// <summary>Starts the guest.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST .../status/start</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>. With high availability the task only asks for it, and ends
    /// before it is done: <see cref="WaitForHaAsync"/> waits for that.
    /// </remarks>
    public Task<PveTask> StartAsync(GuestStartOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPowerAsync(new GuestCall(this, "start", Kind.Start, Kind.StartRequest(options)), cancellationToken);

    /// <inheritdoc cref="StartAsync(GuestStartOptions?, CancellationToken)"/>
    public PveTask Start(GuestStartOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPower(new GuestCall(this, "start", Kind.Start, Kind.StartRequest(options)), cancellationToken);

    /// <inheritdoc cref="StartAsync(GuestStartOptions?, CancellationToken)"/>
    public Task<PveTask> StartAsync(CancellationToken cancellationToken) => StartAsync(null, cancellationToken);

    /// <inheritdoc cref="StartAsync(GuestStartOptions?, CancellationToken)"/>
    public PveTask Start(CancellationToken cancellationToken) => Start(null, cancellationToken);

    /// <summary>Stops the guest at once, as if its power plug were pulled. Unsaved data in it is lost.</summary>
    /// <inheritdoc cref="StartAsync(GuestStartOptions?, CancellationToken)"/>
    /// <remarks>
    /// <c>POST .../status/stop</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>. With high availability the task only asks for it, and ends
    /// before it is done: <see cref="WaitForHaAsync"/> waits for that.
    /// </remarks>
    public Task<PveTask> StopAsync(GuestStopOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPowerAsync(new GuestCall(this, "stop", Kind.Stop, Kind.StopRequest(options)), cancellationToken);

    /// <inheritdoc cref="StopAsync(GuestStopOptions?, CancellationToken)"/>
    public PveTask Stop(GuestStopOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPower(new GuestCall(this, "stop", Kind.Stop, Kind.StopRequest(options)), cancellationToken);

    /// <inheritdoc cref="StopAsync(GuestStopOptions?, CancellationToken)"/>
    public Task<PveTask> StopAsync(CancellationToken cancellationToken) => StopAsync(null, cancellationToken);

    /// <inheritdoc cref="StopAsync(GuestStopOptions?, CancellationToken)"/>
    public PveTask Stop(CancellationToken cancellationToken) => Stop(null, cancellationToken);

    /// <summary>Asks the system in the guest to shut down.</summary>
    /// <inheritdoc cref="StartAsync(GuestStartOptions?, CancellationToken)"/>
    /// <remarks>
    /// <c>POST .../status/shutdown</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>. With high availability the task only asks for it, and ends
    /// before it is done: <see cref="WaitForHaAsync"/> waits for that.
    /// </remarks>
    public Task<PveTask> ShutdownAsync(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPowerAsync(new GuestCall(this, "shut down", Kind.Shutdown, Kind.ShutdownRequest(options)), cancellationToken);

    /// <inheritdoc cref="ShutdownAsync(GuestShutdownOptions?, CancellationToken)"/>
    public PveTask Shutdown(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) =>
        RunPower(new GuestCall(this, "shut down", Kind.Shutdown, Kind.ShutdownRequest(options)), cancellationToken);

    /// <inheritdoc cref="ShutdownAsync(GuestShutdownOptions?, CancellationToken)"/>
    public Task<PveTask> ShutdownAsync(CancellationToken cancellationToken) => ShutdownAsync(null, cancellationToken);

    /// <inheritdoc cref="ShutdownAsync(GuestShutdownOptions?, CancellationToken)"/>
    public PveTask Shutdown(CancellationToken cancellationToken) => Shutdown(null, cancellationToken);

    /// <summary>Shuts the guest down and starts it again, which also applies pending changes.</summary>
    /// <param name="timeout">How long the shutdown may take, in whole seconds; null for the server's default.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/reboot</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> RebootAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        RunTaskAsync(new GuestCall(this, "reboot", Kind.Reboot, Kind.RebootRequest(timeout)), cancellationToken);

    /// <inheritdoc cref="RebootAsync(TimeSpan?, CancellationToken)"/>
    public PveTask Reboot(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        RunTask(new GuestCall(this, "reboot", Kind.Reboot, Kind.RebootRequest(timeout)), cancellationToken);

    /// <inheritdoc cref="RebootAsync(TimeSpan?, CancellationToken)"/>
    public Task<PveTask> RebootAsync(CancellationToken cancellationToken) => RebootAsync(null, cancellationToken);

    /// <inheritdoc cref="RebootAsync(TimeSpan?, CancellationToken)"/>
    public PveTask Reboot(CancellationToken cancellationToken) => Reboot(null, cancellationToken);

    /// <summary>Pauses the guest; its memory stays in use.</summary>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/suspend</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> SuspendAsync(CancellationToken cancellationToken = default) =>
        RunTaskAsync(new GuestCall(this, "suspend", Kind.Suspend), cancellationToken);

    /// <inheritdoc cref="SuspendAsync"/>
    public PveTask Suspend(CancellationToken cancellationToken = default) => RunTask(new GuestCall(this, "suspend", Kind.Suspend), cancellationToken);

    /// <summary>Lets a suspended guest go on.</summary>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/resume</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ResumeAsync(CancellationToken cancellationToken = default) =>
        RunTaskAsync(new GuestCall(this, "resume", Kind.Resume), cancellationToken);

    /// <inheritdoc cref="ResumeAsync"/>
    public PveTask Resume(CancellationToken cancellationToken = default) => RunTask(new GuestCall(this, "resume", Kind.Resume), cancellationToken);

    /// <summary>Destroys the guest and its volumes. There is no way back.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>DELETE ...</c>. Needs <c>VM.Allocate</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ProxmoxConflictException">The guest runs, or is locked.</exception>
    public Task<PveTask> DeleteAsync(GuestDeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunTaskAsync(new GuestCall(this, "delete", Kind.Delete, Kind.DeleteRequest(options)), cancellationToken);

    /// <inheritdoc cref="DeleteAsync(GuestDeleteOptions?, CancellationToken)"/>
    public PveTask Delete(GuestDeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        RunTask(new GuestCall(this, "delete", Kind.Delete, Kind.DeleteRequest(options)), cancellationToken);

    /// <inheritdoc cref="DeleteAsync(GuestDeleteOptions?, CancellationToken)"/>
    public Task<PveTask> DeleteAsync(CancellationToken cancellationToken) => DeleteAsync(null, cancellationToken);

    /// <inheritdoc cref="DeleteAsync(GuestDeleteOptions?, CancellationToken)"/>
    public PveTask Delete(CancellationToken cancellationToken) => Delete(null, cancellationToken);

    /// <summary>Tells whether and where the guest can be migrated to.</summary>
    /// <param name="target">The target node; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../migrate</c>. Needs <c>VM.Migrate</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<MigrationPreconditions> GetMigrationPreconditionsAsync(NodeName? target = null, CancellationToken cancellationToken = default) =>
        CallAsync(MigrationCheck(target), Kind.Preconditions, cancellationToken);

    /// <inheritdoc cref="GetMigrationPreconditionsAsync"/>
    public MigrationPreconditions GetMigrationPreconditions(NodeName? target = null, CancellationToken cancellationToken = default) =>
        Call(MigrationCheck(target), Kind.Preconditions, cancellationToken);

    /// <summary>Moves the guest to another node of the cluster. The handle finds it there afterwards.</summary>
    /// <param name="target">The target node.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../migrate</c>. Needs <c>VM.Migrate</c> on <c>/vms/{vmid}</c>. With high availability the task only asks for
    /// the migration: <see cref="WaitForHaAsync"/> waits for it.</remarks>
    public async Task<PveTask> MigrateAsync(NodeName target, GuestMigrateOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = await RunTaskAsync(Migration(target, options), cancellationToken).ConfigureAwait(false);
        Place.Forget();
        return task;
    }

    /// <inheritdoc cref="MigrateAsync"/>
    public PveTask Migrate(NodeName target, GuestMigrateOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = RunTask(Migration(target, options), cancellationToken);
        Place.Forget();
        return task;
    }

    /// <summary>Moves the guest to another cluster, or copies it there.</summary>
    /// <param name="options">Where to and how.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../remote_migrate</c>. Needs <c>VM.Migrate</c> on <c>/vms/{vmid}</c>, and rights on the other cluster for the token given.</remarks>
    public Task<PveTask> RemoteMigrateAsync(GuestRemoteMigrateOptions options, CancellationToken cancellationToken = default) =>
        RunTaskAsync(Migration(options), cancellationToken);

    /// <inheritdoc cref="RemoteMigrateAsync"/>
    public PveTask RemoteMigrate(GuestRemoteMigrateOptions options, CancellationToken cancellationToken = default) =>
        RunTask(Migration(options), cancellationToken);

    /// <summary>Makes a disk as large as a size. Disks never shrink.</summary>
    /// <param name="disk">The name of the disk in the configuration, for example <c>scsi0</c> or <c>rootfs</c>.</param>
    /// <param name="size">The new size.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>PUT .../resize</c>. Needs <c>VM.Config.Disk</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ResizeDiskAsync(string disk, DiskSize size, CancellationToken cancellationToken = default) =>
        RunTaskAsync(Resizing(disk, size.ToString()), cancellationToken);

    /// <inheritdoc cref="ResizeDiskAsync"/>
    public PveTask ResizeDisk(string disk, DiskSize size, CancellationToken cancellationToken = default) =>
        RunTask(Resizing(disk, size.ToString()), cancellationToken);

    /// <summary>Makes a disk larger by a size.</summary>
    /// <param name="disk">The name of the disk in the configuration, for example <c>scsi0</c> or <c>rootfs</c>.</param>
    /// <param name="by">What is added.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>PUT .../resize</c>. Needs <c>VM.Config.Disk</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> GrowDiskAsync(string disk, DiskSize by, CancellationToken cancellationToken = default) =>
        RunTaskAsync(Resizing(disk, $"+{by}"), cancellationToken);

    /// <inheritdoc cref="GrowDiskAsync"/>
    public PveTask GrowDisk(string disk, DiskSize by, CancellationToken cancellationToken = default) => RunTask(Resizing(disk, $"+{by}"), cancellationToken);

    /// <summary>Moves a disk to another storage, or hands it to another guest.</summary>
    /// <param name="disk">The name of the disk in the configuration, for example <c>scsi0</c> or <c>mp0</c>.</param>
    /// <param name="options">Where to and how.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST .../move_disk</c> for VMs, <c>POST .../move_volume</c> for containers. Needs <c>VM.Config.Disk</c> on <c>/vms/{vmid}</c> and space on the
    /// storage.
    /// </remarks>
    public Task<PveTask> MoveDiskAsync(string disk, GuestMoveDiskOptions options, CancellationToken cancellationToken = default) =>
        RunTaskAsync(Moving(disk, options), cancellationToken);

    /// <inheritdoc cref="MoveDiskAsync"/>
    public PveTask MoveDisk(string disk, GuestMoveDiskOptions options, CancellationToken cancellationToken = default) =>
        RunTask(Moving(disk, options), cancellationToken);

    /// <summary>Takes a disk out of the guest. Its volume is kept: it shows as <c>unusedN</c> in the configuration.</summary>
    /// <param name="disk">The name of the disk in the configuration, for example <c>scsi1</c> or <c>mp0</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>For VMs <c>PUT .../unlink</c>, for containers <c>PUT .../config</c>. Needs <c>VM.Config.Disk</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task DetachDiskAsync(string disk, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DetachDiskAsync"/>
    public abstract void DetachDisk(string disk, CancellationToken cancellationToken = default);

    /// <summary>Takes a disk out of the guest and destroys its volume; an <c>unusedN</c> volume is just destroyed. There is no way back.</summary>
    /// <param name="disk">The name of the disk in the configuration, for example <c>scsi1</c>, <c>mp0</c> or <c>unused0</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>For VMs <c>PUT .../unlink</c>, for containers <c>PUT .../config</c>. Needs <c>VM.Config.Disk</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task DestroyDiskAsync(string disk, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DestroyDiskAsync"/>
    public abstract void DestroyDisk(string disk, CancellationToken cancellationToken = default);

    /// <summary>Tells whether all disks of the guest support a feature such as snapshots.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="snapshot">Asks about this snapshot; null for the present state.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../feature</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<bool> HasFeatureAsync(GuestFeature feature, string? snapshot = null, CancellationToken cancellationToken = default) =>
        (await CallAsync(FeatureCheck(feature, snapshot), ApiReaders.Object<NodesQemuFeatureResult>, cancellationToken).ConfigureAwait(false)).HasFeature;

    /// <inheritdoc cref="HasFeatureAsync"/>
    public bool HasFeature(GuestFeature feature, string? snapshot = null, CancellationToken cancellationToken = default) =>
        Call(FeatureCheck(feature, snapshot), ApiReaders.Object<NodesQemuFeatureResult>, cancellationToken).HasFeature;

    private protected abstract Task<GuestStatusReport> ReadStatusAsync(CancellationToken cancellationToken);

    private protected abstract GuestStatusReport ReadStatus(CancellationToken cancellationToken);

    /// <summary>Copies the guest to a new one; the node of the clone is the target's or the guest's own.</summary>
    private protected Task<GuestTask<TGuest>> CloneGuestAsync<TGuest>(
        GuestCloneOptions? options, Func<VmId, string, TGuest> handle, CancellationToken cancellationToken)
        where TGuest : Guest
    {
        GuestCloneOptions wanted = options ?? new GuestCloneOptions();
        return Client.Claims.ClaimAsync(wanted.NewId, wanted.IdRange, CloneToAsync, cancellationToken);

        async Task<GuestTask<TGuest>> CloneToAsync(VmId newId)
        {
            string home = "";
            GuestCall call = Cloning(wanted, newId);
            PveTask task = await Place.CallAsync(
                node => call.StartAsync(home = node, cancellationToken), isBlind: false, cancellationToken).ConfigureAwait(false);
            return new GuestTask<TGuest>(task, handle(newId, wanted.Target?.Value ?? home));
        }
    }

    /// <inheritdoc cref="CloneGuestAsync{TGuest}"/>
    private protected GuestTask<TGuest> CloneGuest<TGuest>(GuestCloneOptions? options, Func<VmId, string, TGuest> handle, CancellationToken cancellationToken)
        where TGuest : Guest
    {
        GuestCloneOptions wanted = options ?? new GuestCloneOptions();
        return Client.Claims.Claim(wanted.NewId, wanted.IdRange, CloneTo, cancellationToken);

        GuestTask<TGuest> CloneTo(VmId newId)
        {
            string home = "";
            GuestCall call = Cloning(wanted, newId);
            PveTask task = Place.Call(node => call.Start(home = node, cancellationToken), isBlind: false, cancellationToken);
            return new GuestTask<TGuest>(task, handle(newId, wanted.Target?.Value ?? home));
        }
    }

    private GuestCall Cloning(GuestCloneOptions options, VmId newId) => new(this, $"clone {newId} from", Kind.Clone, Kind.CloneRequest(options, newId));

    private GuestCall MigrationCheck(NodeName? target) => new(this, "check the migration of", Kind.GetPreconditions, Kind.PreconditionsRequest(target));

    private GuestCall FeatureCheck(GuestFeature feature, string? snapshot) =>
        new(this, "read the features of", Kind.GetFeature, Kind.FeatureRequest(feature, snapshot));

    private GuestCall Resizing(string disk, string size) => new(this, $"resize {disk} of", Kind.Resize, Kind.ResizeRequest(disk, size));

    private GuestCall Migration(NodeName target, GuestMigrateOptions? options) =>
        new(this, $"migrate to {target}", Kind.Migrate, Kind.MigrateRequest(options ?? new GuestMigrateOptions(), target));

    private GuestCall Migration(GuestRemoteMigrateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new GuestCall(this, $"migrate to {options.Target.Host}", Kind.RemoteMigrate, Kind.RemoteMigrateRequest(options));
    }

    private GuestCall Moving(string disk, GuestMoveDiskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new GuestCall(this, $"move {disk} of", Kind.MoveDisk, Kind.MoveDiskRequest(options, disk));
    }
}
