using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The snapshots of a virtual machine.</summary>
public sealed class VmSnapshots : GuestSnapshots
{
    internal VmSnapshots(Vm owner)
        : base(owner)
    {
    }

    /// <summary>Takes a snapshot, on request with the memory of the running VM.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="withMemory">Also saves the memory, so that a rollback goes on from that moment.</param>
    /// <param name="description">A text that describes it.</param>
    /// <param name="cancellationToken">Cancels the call, not the task.</param>
    /// <remarks><c>POST .../snapshot</c>. Needs <c>VM.Snapshot</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<PveTask> CreateAsync(string name, bool withMemory, string? description = null, CancellationToken cancellationToken = default) =>
        TakeAsync(name, description, withMemory, cancellationToken);

    /// <inheritdoc cref="CreateAsync(string, bool, string?, CancellationToken)"/>
    public PveTask Create(string name, bool withMemory, string? description = null, CancellationToken cancellationToken = default) =>
        Take(name, description, withMemory, cancellationToken);

    /// <summary>Gets the configuration the virtual machine had when a snapshot was taken.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET .../snapshot/{snapname}/config</c>. Needs <c>VM.Snapshot</c>, <c>VM.Snapshot.Rollback</c> or <c>VM.Audit</c> on <c>/vms/{vmid}</c>.
    /// </remarks>
    public async Task<VmConfig> GetConfigAsync(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = await ReadConfigAsync(name, cancellationToken).ConfigureAwait(false);
        return VmConfig.FromValues(config.Values, config.Digest);
    }

    /// <inheritdoc cref="GetConfigAsync"/>
    public VmConfig GetConfig(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = ReadConfig(name, cancellationToken);
        return VmConfig.FromValues(config.Values, config.Digest);
    }
}
