using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <content>Work over all that is in the datastore.</content>
public sealed partial class Datastore
{
    /// <summary>
    /// Removes the snapshots that a policy does not keep, in all groups outside of namespaces and in all namespaces. Protected snapshots stay.
    /// <see cref="PreviewPruneAsync"/> shows beforehand which they are.
    /// </summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="maxDepth">How many levels of namespaces are included, 0 to 7; null for all.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/prune-datastore</c>. Needs <c>Datastore.Modify</c> on <c>/datastore/{store}</c>, or <c>Datastore.Prune</c> for groups
    /// of one's own. Starts a task.
    /// </remarks>
    public Task<PbsTask> PruneAsync(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].PruneAsync(policy, maxDepth, cancellationToken);

    /// <inheritdoc cref="PruneAsync"/>
    public PbsTask Prune(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].Prune(policy, maxDepth, cancellationToken);

    /// <summary>Tells which snapshots <see cref="PruneAsync"/> would remove, group by group. Nothing is removed.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="maxDepth">How many levels of namespaces are included, 0 to 7; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>What is kept and what is removed, and why: group by group, the newest snapshot of each first.</returns>
    /// <exception cref="ArgumentException">The policy keeps nothing.</exception>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks>
    /// One call for the namespaces, one for each namespace, and one for each group. Needs what <see cref="PruneAsync"/> needs.
    /// </remarks>
    public Task<IReadOnlyList<PruneDecision>> PreviewPruneAsync(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].PreviewPruneAsync(policy, maxDepth, cancellationToken);

    /// <inheritdoc cref="PreviewPruneAsync"/>
    public IReadOnlyList<PruneDecision> PreviewPrune(RetentionPolicy policy, int? maxDepth = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].PreviewPrune(policy, maxDepth, cancellationToken);

    /// <summary>
    /// Reads the snapshots of the datastore one by one, in all namespaces: namespace by namespace, the newest first in each. Namespaces that the caller may
    /// not read are passed over.
    /// </summary>
    /// <param name="filter">Which snapshots; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ProxmoxPermissionException">The caller may read none of the namespaces.</exception>
    /// <remarks>One call for the namespaces, and <c>GET /admin/datastore/{store}/snapshots</c> for each when the reader comes to it.</remarks>
    /// <example>
    /// <code>
    /// await foreach (BackupSnapshotInfo broken in store.ReadSnapshotsAsync(new() { Verification = VerificationState.Failed })) { }
    /// </code>
    /// </example>
    public IAsyncEnumerable<BackupSnapshotInfo> ReadSnapshotsAsync(BackupSnapshotFilter? filter = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].ReadSnapshotsAsync(filter, cancellationToken);

    /// <inheritdoc cref="ReadSnapshotsAsync"/>
    public IEnumerable<BackupSnapshotInfo> ReadSnapshots(BackupSnapshotFilter? filter = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].ReadSnapshots(filter, cancellationToken);

    /// <summary>Checks all snapshots of the datastore against their checksums.</summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task; it fails if a snapshot is broken.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such datastore.</exception>
    /// <remarks><c>POST /admin/datastore/{store}/verify</c>. Needs <c>Datastore.Verify</c> on <c>/datastore/{store}</c>. Starts a task.</remarks>
    public Task<PbsTask> VerifyAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].VerifyAsync(options, cancellationToken);

    /// <inheritdoc cref="VerifyAsync"/>
    public PbsTask Verify(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Namespaces[BackupNamespace.Root].Verify(options, cancellationToken);

    /// <summary>
    /// Checks all snapshots of the datastore, waits for the end, and tells which did not pass. Broken snapshots are a result here, not an exception.
    /// </summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="wait">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on unless the options say otherwise.</param>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error other than broken snapshots.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/verify</c>, and the log of its task. Needs <c>Datastore.Verify</c> on <c>/datastore/{store}</c>.
    /// </remarks>
    public Task<VerificationReport> RunVerificationAsync(
        VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.RunAsync(VerifyAsync(options, cancellationToken), Name, wait, cancellationToken);

    /// <inheritdoc cref="RunVerificationAsync"/>
    public VerificationReport RunVerification(VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.Run(Verify(options, cancellationToken), Name, wait, cancellationToken);

    /// <summary>Copies snapshots from another datastore of this server, or from another server, into this datastore, once.</summary>
    /// <param name="remote">The other server as <see cref="PbsClient.Remotes"/> names it; null for this server.</param>
    /// <param name="remoteStore">The datastore to copy from.</param>
    /// <param name="options">Which snapshots, and how; null for all.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST /pull</c>. Needs <c>Datastore.Backup</c> on <c>/datastore/{store}</c> and <c>Remote.Read</c> on the source. Starts a task.
    /// </remarks>
    public Task<PbsTask> PullAsync(string? remote, string remoteStore, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.PullAsync(
            (options ?? TransferOptions.Default).ToPull(Name, remote, remoteStore), cancellationToken: cancellationToken));

    /// <inheritdoc cref="PullAsync"/>
    public PbsTask Pull(string? remote, string remoteStore, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Pull((options ?? TransferOptions.Default).ToPull(Name, remote, remoteStore), cancellationToken: cancellationToken));

    /// <summary>Copies snapshots from this datastore to another server, once. Servers from 3.3 on.</summary>
    /// <param name="remote">The other server as <see cref="PbsClient.Remotes"/> names it.</param>
    /// <param name="remoteStore">The datastore to copy to.</param>
    /// <param name="options">Which snapshots, and how; null for all.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks>
    /// <c>POST /push</c>. Needs <c>Datastore.Read</c> on <c>/datastore/{store}</c> and <c>Remote.DatastoreBackup</c> on the target. Starts a task.
    /// </remarks>
    public Task<PbsTask> PushAsync(string remote, string remoteStore, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.StartedAsync(Client.Api.PushAsync(
            (options ?? TransferOptions.Default).ToPush(Name, remote, remoteStore), cancellationToken: cancellationToken));

    /// <inheritdoc cref="PushAsync"/>
    public PbsTask Push(string remote, string remoteStore, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Tasks.Started(Client.Api.Push((options ?? TransferOptions.Default).ToPush(Name, remote, remoteStore), cancellationToken: cancellationToken));
}
