using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve;

/// <content>Backups and restores.</content>
public sealed partial class Node
{
    private static readonly ApiOperation s_createVm = new(ApiMethod.Post, "/nodes/{node}/qemu");
    private static readonly ApiOperation s_createContainer = new(ApiMethod.Post, "/nodes/{node}/lxc");

    /// <summary>Backs up guests of this node now. Old backups stay, unless the options say otherwise.</summary>
    /// <param name="selection">The guests.</param>
    /// <param name="options">Where and how; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task; it fails with <c>job errors</c> if one of the guests could not be backed up.</returns>
    /// <exception cref="ProxmoxNotFoundException">None of the guests is on this node.</exception>
    /// <remarks><c>POST /nodes/{node}/vzdump</c>. Needs <c>VM.Backup</c> on the guests and <c>Datastore.AllocateSpace</c> on the storage.</remarks>
    public Task<PveTask> BackupAsync(BackupSelection selection, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return Client.Tasks.StartedAsync(BackupStart.StartedAsync(
            Client.Api.Nodes.VzDump.CreateAsync(Name.Value, (options ?? BackupOptions.Default).ToRequest(selection), cancellationToken: cancellationToken), Name.Value, selection));
    }

    /// <inheritdoc cref="BackupAsync"/>
    public PveTask Backup(BackupSelection selection, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return Client.Tasks.Started(BackupStart.Started(
            Client.Api.Nodes.VzDump.Create(Name.Value, (options ?? BackupOptions.Default).ToRequest(selection), cancellationToken: cancellationToken), Name.Value, selection));
    }

    /// <summary>Backs up guests of this node now and waits for the end.</summary>
    /// <returns>The backups that were made.</returns>
    /// <exception cref="ProxmoxTaskFailedException">One of the guests could not be backed up; <see cref="ReadBackupResultAsync"/> tells which ones were.</exception>
    /// <inheritdoc cref="BackupAsync"/>
    public async Task<BackupResult> BackupAndWaitAsync(BackupSelection selection, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = await BackupAsync(selection, options, cancellationToken).ConfigureAwait(false);
        await task.WaitForCompletionAsync(options?.Wait, cancellationToken).ConfigureAwait(false);
        return await ReadBackupResultAsync(task, options?.Storage, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="BackupAndWaitAsync"/>
    public BackupResult BackupAndWait(BackupSelection selection, BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = Backup(selection, options, cancellationToken);
        task.WaitForCompletion(options?.Wait, cancellationToken);
        return ReadBackupResult(task, options?.Storage, cancellationToken);
    }

    /// <summary>Reads from the log of a backup what became of each guest. Works for failed backups as well.</summary>
    /// <param name="task">The task of the backup; it should have ended.</param>
    /// <param name="storage">The storage that was named for it; null if none was: then the node's default is looked up.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>GET /nodes/{node}/tasks/{upid}/log</c>, and without a storage <c>GET /nodes/{node}/vzdump/defaults</c>.</remarks>
    public async Task<BackupResult> ReadBackupResultAsync(PveTask task, StorageId? storage = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        storage ??= BackupStart.Storage(await GetBackupDefaultsAsync(null, cancellationToken).ConfigureAwait(false));
        return new BackupResult(task, BackupLog.Read(await TaskLogText.ReadAsync(Client, task, cancellationToken).ConfigureAwait(false), storage));
    }

    /// <inheritdoc cref="ReadBackupResultAsync"/>
    public BackupResult ReadBackupResult(PveTask task, StorageId? storage = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        storage ??= BackupStart.Storage(GetBackupDefaults(null, cancellationToken));
        return new BackupResult(task, BackupLog.Read(TaskLogText.Read(Client, task, cancellationToken), storage));
    }

    /// <summary>Gets the settings that a backup on this node has where it says nothing.</summary>
    /// <param name="storage">The storage whose retention is taken into account; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/vzdump/defaults</c>. Needs <c>Datastore.Audit</c> or <c>Datastore.AllocateSpace</c> on the storage.</remarks>
    public Task<NodesVzDumpDefaultsResult> GetBackupDefaultsAsync(StorageId? storage = null, CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.VzDump.GetDefaultsAsync(Name.Value, new NodesVzDumpGetDefaultsRequest { Storage = storage?.Value }, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetBackupDefaultsAsync"/>
    public NodesVzDumpDefaultsResult GetBackupDefaults(StorageId? storage = null, CancellationToken cancellationToken = default) =>
        Client.Api.Nodes.VzDump.GetDefaults(Name.Value, new NodesVzDumpGetDefaultsRequest { Storage = storage?.Value }, cancellationToken: cancellationToken).Data;

    /// <summary>Makes a virtual machine of a backup. An existing machine is only overwritten if the options say so.</summary>
    /// <param name="id">The number it gets: a free one, or that of the machine to overwrite.</param>
    /// <param name="backup">The backup: an archive or a snapshot on a backup server.</param>
    /// <param name="options">Storage, changed settings and more; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxConflictException">There is such a guest.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/qemu</c> with <c>archive</c>. Needs <c>VM.Allocate</c> on the guest or its pool, and <c>Datastore.AllocateSpace</c> on the storages;
    /// to overwrite, <c>VM.Backup</c> suffices.
    /// </remarks>
    public Task<PveTask> RestoreVmAsync(VmId id, VolumeId backup, VmRestoreOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.StartedAsync(
        Client.Connection.SendAsync(s_createVm, (options ?? VmRestoreOptions.Default).ToParameters(Name, id, backup), ApiReaders.TextOrEmpty, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RestoreVmAsync"/>
    public PveTask RestoreVm(VmId id, VolumeId backup, VmRestoreOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.Started(
        Client.Connection.Send(s_createVm, (options ?? VmRestoreOptions.Default).ToParameters(Name, id, backup), ApiReaders.TextOrEmpty, cancellationToken: cancellationToken));

    /// <summary>Makes a container of a backup. An existing container is only overwritten if the options say so.</summary>
    /// <param name="id">The number it gets: a free one, or that of the container to overwrite.</param>
    /// <param name="backup">The backup: an archive or a snapshot on a backup server.</param>
    /// <param name="options">Storage, changed settings and more; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ProxmoxConflictException">There is such a guest.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/lxc</c> with <c>restore</c>. Needs <c>VM.Allocate</c> on the guest or its pool, and <c>Datastore.AllocateSpace</c> on the storages;
    /// to overwrite, <c>VM.Backup</c> suffices.
    /// </remarks>
    public Task<PveTask> RestoreContainerAsync(VmId id, VolumeId backup, ContainerRestoreOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.StartedAsync(
        Client.Connection.SendAsync(s_createContainer, (options ?? ContainerRestoreOptions.Default).ToParameters(Name, id, backup), ApiReaders.TextOrEmpty, cancellationToken: cancellationToken));

    /// <inheritdoc cref="RestoreContainerAsync"/>
    public PveTask RestoreContainer(VmId id, VolumeId backup, ContainerRestoreOptions? options = null, CancellationToken cancellationToken = default) => Client.Tasks.Started(
        Client.Connection.Send(s_createContainer, (options ?? ContainerRestoreOptions.Default).ToParameters(Name, id, backup), ApiReaders.TextOrEmpty, cancellationToken: cancellationToken));
}
