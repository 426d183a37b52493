using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Http;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>One backup. The handle holds names; nothing is sent until a method is called.</summary>
public sealed partial class BackupSnapshot
{
    internal BackupSnapshot(Datastore store, BackupNamespace ns, BackupSnapshotPath path) => (Datastore, Namespace, Path) = (store, ns, path);

    /// <summary>The datastore.</summary>
    public Datastore Datastore { get; }

    /// <summary>The namespace that the snapshot is in.</summary>
    public BackupNamespace Namespace { get; }

    /// <summary>Group and time of the snapshot.</summary>
    public BackupSnapshotPath Path { get; }

    /// <summary>The group that the snapshot belongs to.</summary>
    public BackupGroup Group => new(Datastore, Namespace, Path.Group);

    // False would let somebody take a snapshot for one that may go.
    private static bool Require(bool? isProtected) => isProtected
        ?? throw new ProxmoxProtocolException("GET /admin/datastore/{store}/protected was to tell whether the snapshot is protected, and told neither true nor false.");

    private GroupTarget Target => new(Namespace, Path.Group);

    private long Seconds => Path.Time.ToUnixTimeSeconds();

    /// <summary>Reads the notes.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Empty if there are none.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/notes</c>. Needs <c>Datastore.Audit</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task<string> GetNotesAsync(CancellationToken cancellationToken = default) =>
        Datastore.Api.Notes.GetAsync(Datastore.Name.Value, NotesRequest(), cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="GetNotesAsync"/>
    public string GetNotes(CancellationToken cancellationToken = default) =>
        Datastore.Api.Notes.Get(Datastore.Name.Value, NotesRequest(), cancellationToken: cancellationToken).Data;

    /// <summary>Sets the notes. Lists show their first line.</summary>
    /// <param name="notes">The notes; empty removes them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <remarks>
    /// <c>PUT /admin/datastore/{store}/notes</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task SetNotesAsync(string notes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notes);
        return Datastore.Api.Notes.UpdateAsync(Datastore.Name.Value, NotesRequest(notes), cancellationToken: cancellationToken);
    }

    /// <inheritdoc cref="SetNotesAsync"/>
    public void SetNotes(string notes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notes);
        Datastore.Api.Notes.Update(Datastore.Name.Value, NotesRequest(notes), cancellationToken: cancellationToken);
    }

    /// <summary>Tells whether the snapshot is protected from removal.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if it is protected.</returns>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <remarks>
    /// <c>GET /admin/datastore/{store}/protected</c>. Needs <c>Datastore.Audit</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public async Task<bool> IsProtectedAsync(CancellationToken cancellationToken = default) =>
        Require(await Datastore.Api.Protected.GetAsync(Datastore.Name.Value, ProtectionRequest(), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="IsProtectedAsync"/>
    public bool IsProtected(CancellationToken cancellationToken = default) =>
        Require(Datastore.Api.Protected.Get(Datastore.Name.Value, ProtectionRequest(), cancellationToken: cancellationToken).Data);

    /// <summary>Protects the snapshot from removal, or lifts the protection.</summary>
    /// <param name="isProtected">True to protect it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <remarks>
    /// <c>PUT /admin/datastore/{store}/protected</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Backup</c> for a group of one's own.
    /// </remarks>
    public Task SetProtectionAsync(bool isProtected, CancellationToken cancellationToken = default) =>
        Datastore.Api.Protected.UpdateAsync(Datastore.Name.Value, ProtectionRequest(isProtected), cancellationToken: cancellationToken);

    /// <inheritdoc cref="SetProtectionAsync"/>
    public void SetProtection(bool isProtected, CancellationToken cancellationToken = default) =>
        Datastore.Api.Protected.Update(Datastore.Name.Value, ProtectionRequest(isProtected), cancellationToken: cancellationToken);

    /// <summary>Deletes the snapshot. The server refuses if it is protected. Space is free after the next garbage collection only.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxNotFoundException">There is no such snapshot.</exception>
    /// <exception cref="ProxmoxConflictException">The snapshot is protected.</exception>
    /// <remarks>
    /// <c>DELETE /admin/datastore/{store}/snapshots</c>. Needs <c>Datastore.Modify</c>, or <c>Datastore.Prune</c> for a group of one's own.
    /// </remarks>
    public Task DeleteAsync(CancellationToken cancellationToken = default) =>
        Datastore.Api.Snapshots.DeleteAsync(Datastore.Name.Value, DeleteRequest(), cancellationToken: cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public void Delete(CancellationToken cancellationToken = default) =>
        Datastore.Api.Snapshots.Delete(Datastore.Name.Value, DeleteRequest(), cancellationToken: cancellationToken);

    /// <summary>Checks the snapshot against its checksums.</summary>
    /// <param name="options">How; null for the defaults, which pass over a snapshot that was checked already.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <returns>The task; it fails if the snapshot is broken.</returns>
    /// <remarks><c>POST /admin/datastore/{store}/verify</c>. Needs <c>Datastore.Verify</c>, or <c>Datastore.Backup</c> for a group of one's own. Starts a
    /// task.</remarks>
    public Task<PbsTask> VerifyAsync(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.StartedAsync(Datastore.Api.VerifyAsync(
            Datastore.Name.Value, (options ?? VerifyOptions.Default).ToRequest(Target, Seconds), cancellationToken: cancellationToken));

    /// <inheritdoc cref="VerifyAsync"/>
    public PbsTask Verify(VerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        Datastore.Client.Tasks.Started(Datastore.Api.Verify(
            Datastore.Name.Value, (options ?? VerifyOptions.Default).ToRequest(Target, Seconds), cancellationToken: cancellationToken));

    /// <summary>
    /// Checks the snapshot, waits for the end, and tells whether it passed, and what is wrong if not. Broken snapshots are a result here, not an exception.
    /// </summary>
    /// <param name="options">How; null for the defaults, which pass over a snapshot that was checked already.</param>
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

    /// <summary>Returns the path of the snapshot.</summary>
    public override string ToString() => Path.ToString();

    private AdminDatastoreNotesGetRequest NotesRequest() =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns };

    private AdminDatastoreNotesUpdateRequest NotesRequest(string notes) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, Notes = notes };

    private AdminDatastoreProtectedGetRequest ProtectionRequest() =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns };

    private AdminDatastoreProtectedUpdateRequest ProtectionRequest(bool isProtected) =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns, Protected = isProtected };

    private AdminDatastoreSnapshotsDeleteRequest DeleteRequest() =>
        new() { BackupType = Target.Type, BackupId = Target.Id, BackupTime = Seconds, Ns = Target.Ns };
}
