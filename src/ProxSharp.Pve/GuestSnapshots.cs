using ProxSharp.Api;
using ProxSharp.Json;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The snapshots of a guest.</summary>
public abstract class GuestSnapshots
{
    private readonly Guest _owner;

    private protected GuestSnapshots(Guest owner) => _owner = owner;

    private GuestKind Kind => _owner.Kind;

    /// <summary>Lists the snapshots.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../snapshot</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<GuestSnapshotList> ListAsync(CancellationToken cancellationToken = default) =>
        Convert(await _owner.CallAsync(Listing, ApiReaders.Objects<NodesQemuSnapshotItem>, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListAsync"/>
    public GuestSnapshotList List(CancellationToken cancellationToken = default) =>
        Convert(_owner.Call(Listing, ApiReaders.Objects<NodesQemuSnapshotItem>, cancellationToken));

    /// <summary>Takes a snapshot.</summary>
    /// <param name="name">
    /// Its name: a letter, then letters, digits, hyphens and underscores, 40 at most. <c>current</c> and <c>pending</c> are reserved.
    /// </param>
    /// <param name="description">A text that describes it.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../snapshot</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> CreateAsync(string name, string? description = null, CancellationToken cancellationToken = default) =>
        TakeAsync(name, description, withMemory: false, cancellationToken);

    /// <inheritdoc cref="CreateAsync"/>
    public PveTask Create(string name, string? description = null, CancellationToken cancellationToken = default) =>
        Take(name, description, withMemory: false, cancellationToken);

    /// <summary>Changes the text that describes a snapshot.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="description">The text; empty for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../snapshot/{snapname}/config</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task UpdateAsync(string name, string description, CancellationToken cancellationToken = default) =>
        _owner.CallAsync(Description(name, description), ApiReaders.Nothing, cancellationToken);

    /// <inheritdoc cref="UpdateAsync"/>
    public void Update(string name, string description, CancellationToken cancellationToken = default) =>
        _owner.Call(Description(name, description), ApiReaders.Nothing, cancellationToken);

    /// <summary>Takes the guest back to a snapshot. What it holds now is lost.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="start">Starts the guest afterwards. A VM whose memory is in the snapshot runs in any case.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../snapshot/{snapname}/rollback</c>. Needs <c>VM.Snapshot.Rollback</c> or <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> RollbackAsync(string name, bool start = false, CancellationToken cancellationToken = default) =>
        _owner.RunTaskAsync(Return(name, start), cancellationToken);

    /// <inheritdoc cref="RollbackAsync"/>
    public PveTask Rollback(string name, bool start = false, CancellationToken cancellationToken = default) =>
        _owner.RunTask(Return(name, start), cancellationToken);

    /// <summary>Deletes a snapshot; the present state and other snapshots stay.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="force">Removes it from the configuration even if the storage cannot delete it.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>DELETE .../snapshot/{snapname}</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> DeleteAsync(string name, bool force = false, CancellationToken cancellationToken = default) =>
        _owner.RunTaskAsync(Removal(name, force), cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public PveTask Delete(string name, bool force = false, CancellationToken cancellationToken = default) =>
        _owner.RunTask(Removal(name, force), cancellationToken);

    private protected Task<PveTask> TakeAsync(string name, string? description, bool withMemory, CancellationToken cancellationToken) =>
        _owner.RunTaskAsync(Taking(name, description, withMemory), cancellationToken);

    private protected PveTask Take(string name, string? description, bool withMemory, CancellationToken cancellationToken) =>
        _owner.RunTask(Taking(name, description, withMemory), cancellationToken);

    private protected Task<ConfigValues> ReadConfigAsync(string name, CancellationToken cancellationToken) =>
        _owner.CallAsync(Reading(name), ApiReaders.Object<ConfigValues>, cancellationToken);

    private protected ConfigValues ReadConfig(string name, CancellationToken cancellationToken) =>
        _owner.Call(Reading(name), ApiReaders.Object<ConfigValues>, cancellationToken);

    private GuestCall Listing => new(_owner, "list the snapshots of", Kind.ListSnapshots);

    private GuestCall Taking(string name, string? description, bool withMemory) =>
        new(_owner, $"take snapshot {name} of", Kind.CreateSnapshot, Kind.SnapshotRequest(name, description, withMemory));

    private GuestCall Description(string name, string description) =>
        new(_owner, $"describe snapshot {name} of", Kind.UpdateSnapshot, Kind.SnapshotUpdateRequest(description), name);

    private GuestCall Reading(string name) => new(_owner, $"read snapshot {name} of", Kind.GetSnapshotConfig, snapshot: name);

    private GuestCall Return(string name, bool start) => new(_owner, $"roll back to snapshot {name} of", Kind.RollBack, Kind.RollBackRequest(start), name);

    private GuestCall Removal(string name, bool force) =>
        new(_owner, $"delete snapshot {name} of", Kind.DeleteSnapshot, Kind.SnapshotDeleteRequest(force), name);

    // The items of containers are the same but for the memory, which theirs never have.
    private static GuestSnapshotList Convert(IReadOnlyList<NodesQemuSnapshotItem> items) => GuestSnapshotList.Of(
        items,
        static item => new GuestSnapshot
        {
            Name = item.Name,
            Description = item.Description,
            Created = WireTime.Read(item.SnapTime),
            Parent = item.Parent,
            HasMemory = item.VmState ?? false,
        },
        static item => (item.Running, item.Digest));
}
