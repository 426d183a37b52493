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

    /// <summary>Saves the memory of the VM to a storage and ends it. The next start goes on where it was.</summary>
    /// <param name="storage">The storage for the memory; null for the VM's, or that of its disks.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/suspend</c> with <c>todisk</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>, and space on the storage.</remarks>
    public Task<PveTask> SuspendToDiskAsync(StorageId? storage = null, CancellationToken cancellationToken = default) => RunTaskAsync(
        "suspend", (node, call) => Api.Status.SuspendAsync(node, Id.Value, ToDisk(storage), call, cancellationToken), cancellationToken);

    /// <inheritdoc cref="SuspendToDiskAsync"/>
    public PveTask SuspendToDisk(StorageId? storage = null, CancellationToken cancellationToken = default) => RunTask(
        "suspend", (node, call) => Api.Status.Suspend(node, Id.Value, ToDisk(storage), call, cancellationToken), cancellationToken);

    /// <summary>Resets the VM, as if its reset button were pressed. Unsaved data in it is lost.</summary>
    /// <param name="skipLock">Goes ahead although the VM is locked; only for <c>root@pam</c>.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../status/reset</c>. Needs <c>VM.PowerMgmt</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> ResetAsync(bool skipLock = false, CancellationToken cancellationToken = default) => RunTaskAsync(
        "reset",
        (node, call) =>
            Api.Status.ResetAsync(node, Id.Value, new NodesQemuStatusResetRequest { Skiplock = OptionCheck.Flag(skipLock) }, call, cancellationToken),
        cancellationToken);

    /// <inheritdoc cref="ResetAsync"/>
    public PveTask Reset(bool skipLock = false, CancellationToken cancellationToken = default) => RunTask(
        "reset",
        (node, call) => Api.Status.Reset(node, Id.Value, new NodesQemuStatusResetRequest { Skiplock = OptionCheck.Flag(skipLock) }, call, cancellationToken),
        cancellationToken);

    private static NodesQemuStatusSuspendRequest ToDisk(StorageId? storage) => new() { Todisk = true, Statestorage = storage?.Value };
}
