using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <content>Guests made of backups.</content>
public sealed partial class Node
{
    private static readonly ApiOperation s_createVm = new(ApiMethod.Post, "/nodes/{node}/qemu");
    private static readonly ApiOperation s_createContainer = new(ApiMethod.Post, "/nodes/{node}/lxc");

    /// <summary>Makes a virtual machine of a backup. An existing machine is only overwritten if the options say so.</summary>
    /// <param name="backup">The backup: an archive or a snapshot on a backup server.</param>
    /// <param name="id">The number it gets, or that of the machine to overwrite; null for a free one, which nobody else gets.</param>
    /// <param name="options">Storage, changed settings and more; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the virtual machine.</returns>
    /// <exception cref="ProxmoxConflictException">There is a guest of this number, and it is not to be overwritten.</exception>
    /// <exception cref="ArgumentException">A machine is to be overwritten, but its number is not given.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/qemu</c> with <c>archive</c>. Needs <c>VM.Allocate</c> on the guest or its pool, and <c>Datastore.AllocateSpace</c> on the
    /// storages;
    /// to overwrite, <c>VM.Backup</c> suffices.
    /// </remarks>
    public Task<GuestTask<Vm>> RestoreVmAsync(VolumeId backup, VmId? id = null, VmRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= VmRestoreOptions.Default;
        DemandTarget(id, options.Overwrite);
        return Client.Claims.ClaimAsync(id, null, RestoreAsAsync, cancellationToken);

        async Task<GuestTask<Vm>> RestoreAsAsync(VmId claimed)
        {
            ApiParameters parameters = options.ToParameters(Name, claimed, backup);
            PveTask task = await RestoreAsync(s_createVm, parameters, Restoring("VM", claimed, backup), cancellationToken).ConfigureAwait(false);
            return new GuestTask<Vm>(task, Vms[claimed]);
        }
    }

    /// <inheritdoc cref="RestoreVmAsync"/>
    public GuestTask<Vm> RestoreVm(VolumeId backup, VmId? id = null, VmRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= VmRestoreOptions.Default;
        DemandTarget(id, options.Overwrite);
        return Client.Claims.Claim(id, null, RestoreAs, cancellationToken);

        GuestTask<Vm> RestoreAs(VmId claimed)
        {
            PveTask task = Restore(s_createVm, options.ToParameters(Name, claimed, backup), Restoring("VM", claimed, backup), cancellationToken);
            return new GuestTask<Vm>(task, Vms[claimed]);
        }
    }

    /// <summary>Makes a container of a backup. An existing container is only overwritten if the options say so.</summary>
    /// <param name="backup">The backup: an archive or a snapshot on a backup server.</param>
    /// <param name="id">The number it gets, or that of the container to overwrite; null for a free one, which nobody else gets.</param>
    /// <param name="options">Storage, changed settings and more; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the calls, not the task.</param>
    /// <returns>The task, and the container.</returns>
    /// <exception cref="ProxmoxConflictException">There is a guest of this number, and it is not to be overwritten.</exception>
    /// <exception cref="ArgumentException">A container is to be overwritten, but its number is not given.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/lxc</c> with <c>restore</c>. Needs <c>VM.Allocate</c> on the guest or its pool, and <c>Datastore.AllocateSpace</c> on the
    /// storages;
    /// to overwrite, <c>VM.Backup</c> suffices.
    /// </remarks>
    public Task<GuestTask<Container>> RestoreContainerAsync(
        VolumeId backup, VmId? id = null, ContainerRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ContainerRestoreOptions.Default;
        DemandTarget(id, options.Overwrite);
        return Client.Claims.ClaimAsync(id, null, RestoreAsAsync, cancellationToken);

        async Task<GuestTask<Container>> RestoreAsAsync(VmId claimed)
        {
            ApiParameters parameters = options.ToParameters(Name, claimed, backup);
            PveTask task = await RestoreAsync(s_createContainer, parameters, Restoring("container", claimed, backup), cancellationToken).ConfigureAwait(false);
            return new GuestTask<Container>(task, Containers[claimed]);
        }
    }

    /// <inheritdoc cref="RestoreContainerAsync"/>
    public GuestTask<Container> RestoreContainer(
        VolumeId backup, VmId? id = null, ContainerRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ContainerRestoreOptions.Default;
        DemandTarget(id, options.Overwrite);
        return Client.Claims.Claim(id, null, RestoreAs, cancellationToken);

        GuestTask<Container> RestoreAs(VmId claimed)
        {
            PveTask task = Restore(s_createContainer, options.ToParameters(Name, claimed, backup), Restoring("container", claimed, backup), cancellationToken);
            return new GuestTask<Container>(task, Containers[claimed]);
        }
    }

    private Task<PveTask> RestoreAsync(ApiOperation operation, ApiParameters parameters, ApiCallOptions options, CancellationToken cancellationToken) =>
        Client.Tasks.StartedAsync(Client.Connection.SendAsync(operation, parameters, ApiReaders.TextOrEmpty, options, cancellationToken));

    private PveTask Restore(ApiOperation operation, ApiParameters parameters, ApiCallOptions options, CancellationToken cancellationToken) =>
        Client.Tasks.Started(Client.Connection.Send(operation, parameters, ApiReaders.TextOrEmpty, options, cancellationToken));

    private static void DemandTarget(VmId? id, bool overwrite)
    {
        if (overwrite && id is null)
        {
            throw new ArgumentException("Name the guest that is to be overwritten.", nameof(id));
        }
    }

    private ApiCallOptions Restoring(string kind, VmId id, VolumeId backup) => new() { Action = $"restore {kind} {id} from {backup} on {Name}" };
}
