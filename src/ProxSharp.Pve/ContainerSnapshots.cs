using ProxSharp.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The snapshots of a container.</summary>
public sealed class ContainerSnapshots : GuestSnapshots
{
    private static readonly ApiOperation s_getConfig = new(ApiMethod.Get, "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config");

    private readonly Container _owner;

    internal ContainerSnapshots(Container owner) => _owner = owner;

    private NodesLxcSnapshotApi Api => _owner.Client.Api.Nodes.Lxc.Snapshot;

    private long Id => _owner.Id.Value;

    /// <inheritdoc/>
    public override async Task<GuestSnapshotList> ListAsync(CancellationToken cancellationToken = default) => Convert(
        await _owner.CallAsync("list the snapshots of", (node, options) => Api.ListAsync(node, Id, options, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override GuestSnapshotList List(CancellationToken cancellationToken = default) =>
        Convert(_owner.Call("list the snapshots of", (node, options) => Api.List(node, Id, options, cancellationToken), cancellationToken));

    /// <inheritdoc/>
    public override Task<PveTask> CreateAsync(string name, string? description = null, CancellationToken cancellationToken = default) => _owner.TaskAsync(
        $"take snapshot {name} of",
        (node, options) => Api.CreateAsync(node, Id, new NodesLxcSnapshotCreateRequest { SnapName = name, Description = description }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override PveTask Create(string name, string? description = null, CancellationToken cancellationToken = default) => _owner.RunTask(
        $"take snapshot {name} of",
        (node, options) => Api.Create(node, Id, new NodesLxcSnapshotCreateRequest { SnapName = name, Description = description }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override Task UpdateAsync(string name, string description, CancellationToken cancellationToken = default) => _owner.CallAsync(
        $"describe snapshot {name} of",
        (node, options) => Api.Config.UpdateAsync(node, Id, name, new NodesLxcSnapshotConfigUpdateRequest { Description = description }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override void Update(string name, string description, CancellationToken cancellationToken = default) => _owner.Call(
        $"describe snapshot {name} of",
        (node, options) => Api.Config.Update(node, Id, name, new NodesLxcSnapshotConfigUpdateRequest { Description = description }, options, cancellationToken),
        cancellationToken);

    /// <summary>Gets the configuration the container had when a snapshot was taken.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../snapshot/{snapname}/config</c>. Needs <c>VM.Snapshot</c>, <c>VM.Snapshot.Rollback</c> or <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<ContainerConfig> GetConfigAsync(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = await _owner.CallAsync(
            $"read snapshot {name} of",
            (node, options) => _owner.Client.Connection.SendAsync(s_getConfig, Parameters(node, name), ApiReaders.Object<ConfigValues>, options, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return ContainerConfig.FromValues(config.Values, config.Digest);
    }

    /// <inheritdoc cref="GetConfigAsync"/>
    public ContainerConfig GetConfig(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = _owner.Call(
            $"read snapshot {name} of",
            (node, options) => _owner.Client.Connection.Send(s_getConfig, Parameters(node, name), ApiReaders.Object<ConfigValues>, options, cancellationToken),
            cancellationToken);
        return ContainerConfig.FromValues(config.Values, config.Digest);
    }

    /// <inheritdoc/>
    public override Task<PveTask> RollbackAsync(string name, bool start = false, CancellationToken cancellationToken = default) => _owner.TaskAsync(
        $"roll back to snapshot {name} of",
        (node, options) => Api.RollbackAsync(node, Id, name, new NodesLxcSnapshotRollbackRequest { Start = OptionCheck.Flag(start) }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override PveTask Rollback(string name, bool start = false, CancellationToken cancellationToken = default) => _owner.RunTask(
        $"roll back to snapshot {name} of",
        (node, options) => Api.Rollback(node, Id, name, new NodesLxcSnapshotRollbackRequest { Start = OptionCheck.Flag(start) }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> DeleteAsync(string name, bool force = false, CancellationToken cancellationToken = default) => _owner.TaskAsync(
        $"delete snapshot {name} of",
        (node, options) => Api.DeleteAsync(node, Id, name, new NodesLxcSnapshotDeleteRequest { Force = OptionCheck.Flag(force) }, options, cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public override PveTask Delete(string name, bool force = false, CancellationToken cancellationToken = default) => _owner.RunTask(
        $"delete snapshot {name} of",
        (node, options) => Api.Delete(node, Id, name, new NodesLxcSnapshotDeleteRequest { Force = OptionCheck.Flag(force) }, options, cancellationToken),
        cancellationToken);

    private static GuestSnapshotList Convert(IReadOnlyList<NodesLxcSnapshotItem> items) => GuestSnapshotList.Of(
        items,
        static item => new GuestSnapshot
        {
            Name = item.Name,
            Description = item.Description,
            Created = item.SnapTime is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            Parent = item.Parent,
        },
        static item => (item.Running, item.Digest));

    private ApiParameters Parameters(string node, string name) => new ApiParameters().WithPath("node", node).WithPath("vmid", Id).WithPath("snapname", name);
}
