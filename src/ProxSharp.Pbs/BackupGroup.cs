using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>The backups of one thing, such as a guest or a host. The handle holds names; nothing is sent until a method is called.</summary>
public sealed partial class BackupGroup
{
    internal BackupGroup(Datastore store, BackupNamespace ns, BackupGroupPath path) => (Datastore, Namespace, Path) = (store, ns, path);

    /// <summary>The datastore.</summary>
    public Datastore Datastore { get; }

    /// <summary>The namespace that the group is in.</summary>
    public BackupNamespace Namespace { get; }

    /// <summary>Type and id of the group.</summary>
    public BackupGroupPath Path { get; }

    /// <summary>The snapshots of the group.</summary>
    public BackupGroupSnapshots Snapshots => new(this);

    internal GroupTarget Target => new(Namespace, Path);

    /// <summary>Reads the notes of the group.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Empty if there are none.</returns>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/group-notes</c>. Needs <c>Datastore.Audit</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task<string> GetNotesAsync(CancellationToken cancellationToken = default) =>
        Datastore.Api.GroupNotes.GetAsync(Datastore.Name.Value, NotesRequest(), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetNotesAsync"/>
    public string GetNotes(CancellationToken cancellationToken = default) =>
        Datastore.Api.GroupNotes.Get(Datastore.Name.Value, NotesRequest(), cancellationToken: cancellationToken).Data;

    /// <summary>Sets the notes of the group. Lists show their first line.</summary>
    /// <param name="notes">The notes; empty removes them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such group.</exception>
    /// <remarks>
    /// <c>PUT /admin/datastore/{store}/group-notes</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task SetNotesAsync(string notes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notes);
        return Datastore.Api.GroupNotes.UpdateAsync(Datastore.Name.Value, NotesRequest(notes), cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="SetNotesAsync"/>
    public void SetNotes(string notes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notes);
        Datastore.Api.GroupNotes.Update(Datastore.Name.Value, NotesRequest(notes), cancellationToken: cancellationToken);
    }

    /// <summary>Gives the group to another owner, who alone may add snapshots to it from then on.</summary>
    /// <param name="owner">The user or API token, for example <c>backup@pbs!ci</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such group.</exception>
    /// <exception cref="ArgumentException">The owner is empty.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/change-owner</c>. Needs <c>Datastore.Modify</c>; <c>Datastore.Backup</c> suffices between a user and the user's
    /// API tokens.
    /// </remarks>
    public Task ChangeOwnerAsync(string owner, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        return Datastore.Api.ChangeOwnerAsync(Datastore.Name.Value, OwnerRequest(owner), cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="ChangeOwnerAsync"/>
    public void ChangeOwner(string owner, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        Datastore.Api.ChangeOwner(Datastore.Name.Value, OwnerRequest(owner), cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Deletes the group with all its snapshots. Protected snapshots stay, and make the call fail unless the server is told otherwise.
    /// </summary>
    /// <param name="errorOnProtected">Whether protected snapshots make the call fail; null leaves it to the server, which fails. Servers from 3.3 on.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What was removed; null from servers before 3.3.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such group.</exception>
    /// <exception cref="ProxmoxConflictException">Protected snapshots stayed, and with them the group.</exception>
    /// <remarks>
    /// <c>DELETE /admin/datastore/{store}/groups</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for a group of one's own.
    /// </remarks>
    public Task<AdminDatastoreGroupsDeleteResult?> DeleteAsync(bool? errorOnProtected = null, CancellationToken cancellationToken = default) =>
        Datastore.Api.Groups.DeleteAsync(Datastore.Name.Value, DeleteRequest(errorOnProtected), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="DeleteAsync"/>
    public AdminDatastoreGroupsDeleteResult? Delete(bool? errorOnProtected = null, CancellationToken cancellationToken = default) =>
        Datastore.Api.Groups.Delete(Datastore.Name.Value, DeleteRequest(errorOnProtected), cancellationToken: cancellationToken).Data;

    /// <summary>Moves the group to another namespace of the datastore. Newer servers only.</summary>
    /// <param name="target">The namespace.</param>
    /// <param name="merge">Whether a group that exists there takes the snapshots over; null leaves it to the server.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST /admin/datastore/{store}/move-group</c>. Needs <c>Datastore.Modify</c> on both namespaces. Starts a task.</remarks>
    public Task<PbsTask> MoveToAsync(BackupNamespace target, bool? merge = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(
            Datastore.Api.MoveGroupAsync(Datastore.Name.Value, MoveRequest(target, merge), cancellationToken: cancellationToken));

    /// <inheritdoc cref="MoveToAsync"/>
    public PbsTask MoveTo(BackupNamespace target, bool? merge = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.MoveGroup(Datastore.Name.Value, MoveRequest(target, merge), cancellationToken: cancellationToken));

    /// <summary>Checks the snapshots of the group against their checksums.</summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task; it fails if a snapshot is broken.</returns>
    /// <remarks><c>POST /admin/datastore/{store}/verify</c>. Needs <c>Datastore.Verify</c>, or <c>Datastore.Backup</c> for a group of one's own. Starts a
    /// task.</remarks>
    public Task<PbsTask> VerifyAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(Datastore.Api.VerifyAsync(
            Datastore.Name.Value, (options ?? VerifyOptions.Default).ToRequest(Target), cancellationToken: cancellationToken));

    /// <inheritdoc cref="VerifyAsync"/>
    public PbsTask Verify(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.Verify(
            Datastore.Name.Value, (options ?? VerifyOptions.Default).ToRequest(Target), cancellationToken: cancellationToken));

    /// <summary>
    /// Checks the snapshots of the group, waits for the end, and tells which did not pass. Broken snapshots are a result here, not an exception.
    /// </summary>
    /// <param name="options">Which snapshots, and how; null for all that were not checked yet.</param>
    /// <param name="wait">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on unless the options say otherwise.</param>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error other than broken snapshots.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <remarks>
    /// <c>POST /admin/datastore/{store}/verify</c>, and the log of its task. Needs <c>Datastore.Verify</c>, or <c>Datastore.Backup</c> for a group of
    /// one's own.
    /// </remarks>
    public Task<VerificationReport> RunVerificationAsync(
        VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.RunAsync(VerifyAsync(options, cancellationToken), Datastore.Name, wait, cancellationToken);

    /// <inheritdoc cref="RunVerificationAsync"/>
    public VerificationReport RunVerification(VerifyOptions? options = null, TaskWaitOptions? wait = null, CancellationToken cancellationToken = default) =>
        VerificationRun.Run(Verify(options, cancellationToken), Datastore.Name, wait, cancellationToken);

    /// <summary>Returns the path of the group.</summary>
    public override string ToString() => Path.ToString();

    private AdminDatastoreGroupNotesGetRequest NotesRequest() => new() { BackupType = Target.Type, BackupId = Target.Id, Ns = Target.Ns };

    private AdminDatastoreGroupNotesUpdateRequest NotesRequest(string notes) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, Ns = Target.Ns, Notes = notes };

    private AdminDatastoreChangeOwnerRequest OwnerRequest(string owner) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, Ns = Target.Ns, NewOwner = owner };

    private AdminDatastoreGroupsDeleteRequest DeleteRequest(bool? errorOnProtected) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, Ns = Target.Ns, ErrorOnProtected = errorOnProtected };

    private AdminDatastoreMoveGroupRequest MoveRequest(BackupNamespace target, bool? merge) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, Ns = Target.Ns, TargetNs = GroupTarget.Wire(target), MergeGroup = merge };
}
