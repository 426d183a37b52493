using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <summary>Gets what the virtual machine is doing: state, load, memory, traffic.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public new async Task<VmStatus> GetStatusAsync(CancellationToken cancellationToken = default) => VmStatus.Of(Id, await CallAsync(
        "read the status of", (node, call) => Api.Status.GetCurrentAsync(node, Id.Value, call, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetStatusAsync"/>
    public new VmStatus GetStatus(CancellationToken cancellationToken = default) => VmStatus.Of(Id, Call(
        "read the status of", (node, call) => Api.Status.GetCurrent(node, Id.Value, call, cancellationToken), cancellationToken));

    private protected override async Task<GuestStatusReport> ReadStatusAsync(CancellationToken cancellationToken) =>
        await GetStatusAsync(cancellationToken).ConfigureAwait(false);

    private protected override GuestStatusReport ReadStatus(CancellationToken cancellationToken) => GetStatus(cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> StartAsync(GuestStartOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "start", (node, call) => Api.Status.StartAsync(node, Id.Value, GuestStartOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override PveTask Start(GuestStartOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "start", (node, call) => Api.Status.Start(node, Id.Value, GuestStartOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override Task<PveTask> StopAsync(GuestStopOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "stop", (node, call) => Api.Status.StopAsync(node, Id.Value, GuestStopOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override PveTask Stop(GuestStopOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "stop", (node, call) => Api.Status.Stop(node, Id.Value, GuestStopOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override Task<PveTask> ShutdownAsync(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "shut down", (node, call) => Api.Status.ShutdownAsync(node, Id.Value, GuestShutdownOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override PveTask Shutdown(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "shut down", (node, call) => Api.Status.Shutdown(node, Id.Value, GuestShutdownOptions.ForVm(options), call, cancellationToken), cancellationToken, isBlind: true);

    /// <inheritdoc/>
    public override Task<PveTask> RebootAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => TaskAsync(
        "reboot", (node, call) => Api.Status.RebootAsync(node, Id.Value, new NodesQemuStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) }, call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Reboot(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => RunTask(
        "reboot", (node, call) => Api.Status.Reboot(node, Id.Value, new NodesQemuStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) }, call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> SuspendAsync(CancellationToken cancellationToken = default) => TaskAsync(
        "suspend", (node, call) => Api.Status.SuspendAsync(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Suspend(CancellationToken cancellationToken = default) => RunTask(
        "suspend", (node, call) => Api.Status.Suspend(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> ResumeAsync(CancellationToken cancellationToken = default) => TaskAsync(
        "resume", (node, call) => Api.Status.ResumeAsync(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Resume(CancellationToken cancellationToken = default) => RunTask(
        "resume", (node, call) => Api.Status.Resume(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Saves the memory of the VM to a storage and ends it. The next start goes on where it was.</summary>
    /// <param name="storage">The storage for the memory; null for the VM's, or that of its disks.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/suspend</c> with <c>todisk</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>, and space on the storage.</remarks>
    public Task<PveTask> SuspendToDiskAsync(StorageId? storage = null, CancellationToken cancellationToken = default) => TaskAsync(
        "suspend", (node, call) => Api.Status.SuspendAsync(node, Id.Value, ToDisk(storage), call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="SuspendToDiskAsync"/>
    public PveTask SuspendToDisk(StorageId? storage = null, CancellationToken cancellationToken = default) => RunTask(
        "suspend", (node, call) => Api.Status.Suspend(node, Id.Value, ToDisk(storage), call, cancellationToken), cancellationToken);

    /// <summary>Resets the VM, as if its reset button were pressed. Unsaved data in it is lost.</summary>
    /// <param name="skipLock">Goes ahead although the VM is locked; only for <c>root@pam</c>.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/reset</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ResetAsync(bool skipLock = false, CancellationToken cancellationToken = default) => TaskAsync(
        "reset",
        (node, call) => Api.Status.ResetAsync(node, Id.Value, new NodesQemuStatusResetRequest { Skiplock = OptionCheck.Flag(skipLock) }, call, cancellationToken),
        cancellationToken);

    /// <inheritdoc cref="ResetAsync"/>
    public PveTask Reset(bool skipLock = false, CancellationToken cancellationToken = default) => RunTask(
        "reset",
        (node, call) => Api.Status.Reset(node, Id.Value, new NodesQemuStatusResetRequest { Skiplock = OptionCheck.Flag(skipLock) }, call, cancellationToken),
        cancellationToken);

    private static NodesQemuStatusSuspendRequest ToDisk(StorageId? storage) => new() { Todisk = true, Statestorage = storage?.Value };
}
