using ProxSharp.Pve.Backups;

namespace ProxSharp.Pve;

/// <content>Backups.</content>
public abstract partial class Guest
{
    /// <summary>Backs up the guest now, on the node that holds it. Old backups stay, unless the options say otherwise.</summary>
    /// <param name="options">Where and how; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task.</returns>
    /// <remarks><c>POST /nodes/{node}/vzdump</c>. Needs <c>VM.Backup</c> on the guest and <c>Datastore.AllocateSpace</c> on the storage.</remarks>
    public Task<PveTask> BackupAsync(BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        BackupSelection selection = BackupSelection.Of(Id);
        return CallForTaskAsync(
            node => BackupStart.StartedAsync(
                Client.Api.Nodes.VzDump.CreateAsync(node, (options ?? BackupOptions.Default).ToRequest(selection), cancellationToken: cancellationToken), node, selection),
            cancellationToken);
    }

    /// <inheritdoc cref="BackupAsync"/>
    public PveTask Backup(BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        BackupSelection selection = BackupSelection.Of(Id);
        return CallForTask(
            node => BackupStart.Started(
                Client.Api.Nodes.VzDump.Create(node, (options ?? BackupOptions.Default).ToRequest(selection), cancellationToken: cancellationToken), node, selection),
            cancellationToken);
    }

    /// <summary>Backs up the guest now and waits for the end.</summary>
    /// <returns>What was made; its <see cref="BackupResult.Volumes"/> hold the backup.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The guest could not be backed up.</exception>
    /// <inheritdoc cref="BackupAsync"/>
    public async Task<BackupResult> BackupAndWaitAsync(BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = await BackupAsync(options, cancellationToken).ConfigureAwait(false);
        await task.WaitForCompletionAsync(options?.Wait, cancellationToken).ConfigureAwait(false);
        return await Client.Nodes[task.Upid.Node].ReadBackupResultAsync(task, options?.Storage, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="BackupAndWaitAsync"/>
    public BackupResult BackupAndWait(BackupOptions? options = null, CancellationToken cancellationToken = default)
    {
        PveTask task = Backup(options, cancellationToken);
        task.WaitForCompletion(options?.Wait, cancellationToken);
        return Client.Nodes[task.Upid.Node].ReadBackupResult(task, options?.Storage, cancellationToken);
    }
}
