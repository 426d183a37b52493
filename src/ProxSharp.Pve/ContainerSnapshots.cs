using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

/// <summary>The snapshots of a container.</summary>
public sealed class ContainerSnapshots : GuestSnapshots
{
    internal ContainerSnapshots(Container owner)
        : base(owner)
    {
    }

    /// <summary>Gets the configuration the container had when a snapshot was taken.</summary>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>GET .../snapshot/{snapname}/config</c>. Needs <c>VM.Snapshot</c>, <c>VM.Snapshot.Rollback</c> or <c>VM.Audit</c> on <c>/vms/{vmid}</c>.
    /// </remarks>
    public async Task<ContainerConfig> GetConfigAsync(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = await ReadConfigAsync(name, cancellationToken).ConfigureAwait(false);
        return ContainerConfig.FromValues(config.Values, config.Digest);
    }

    /// <inheritdoc cref="GetConfigAsync"/>
    public ContainerConfig GetConfig(string name, CancellationToken cancellationToken = default)
    {
        ConfigValues config = ReadConfig(name, cancellationToken);
        return ContainerConfig.FromValues(config.Values, config.Digest);
    }
}
