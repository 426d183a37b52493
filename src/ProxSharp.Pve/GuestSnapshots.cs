using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The snapshots of a guest.</summary>
public abstract class GuestSnapshots
{
    private protected GuestSnapshots()
    {
    }

    /// <summary>Lists the snapshots.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../snapshot</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task<GuestSnapshotList> ListAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListAsync"/>
    public abstract GuestSnapshotList List(CancellationToken cancellationToken = default);

    /// <summary>Takes a snapshot.</summary>
    /// <param name="name">Its name: a letter, then letters, digits, hyphens and underscores, 40 at most. <c>current</c> and <c>pending</c> are reserved.</param>
    /// <param name="description">A text that describes it.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../snapshot</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task<PveTask> CreateAsync(string name, string? description = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateAsync"/>
    public abstract PveTask Create(string name, string? description = null, CancellationToken cancellationToken = default);

    /// <summary>Changes the text that describes a snapshot.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="description">The text; empty for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../snapshot/{snapname}/config</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task UpdateAsync(string name, string description, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="UpdateAsync"/>
    public abstract void Update(string name, string description, CancellationToken cancellationToken = default);

    /// <summary>Takes the guest back to a snapshot. What it holds now is lost.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="start">Starts the guest afterwards. A VM whose memory is in the snapshot runs in any case.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../snapshot/{snapname}/rollback</c>. Needs <c>VM.Snapshot.Rollback</c> or <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task<PveTask> RollbackAsync(string name, bool start = false, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RollbackAsync"/>
    public abstract PveTask Rollback(string name, bool start = false, CancellationToken cancellationToken = default);

    /// <summary>Deletes a snapshot; the present state and other snapshots stay.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="force">Removes it from the configuration even if the storage cannot delete it.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>DELETE .../snapshot/{snapname}</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public abstract Task<PveTask> DeleteAsync(string name, bool force = false, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DeleteAsync"/>
    public abstract PveTask Delete(string name, bool force = false, CancellationToken cancellationToken = default);
}
