using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class VmCloudInit
{
    private static readonly NodesQemuCloudInitGetDumpRequest s_user = new() { Type = CloudInitSection.User };
    private static readonly NodesQemuCloudInitGetDumpRequest s_network = new() { Type = CloudInitSection.Network };
    private static readonly NodesQemuCloudInitGetDumpRequest s_meta = new() { Type = CloudInitSection.Meta };

    /// <summary>Changes the cloud-init settings and rebuilds the drive, so that the next boot uses them.</summary>
    /// <param name="settings">What cloud-init does; members that are null leave the option as it is.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>What was changed.</returns>
    /// <remarks>
    /// <c>PUT .../config</c>, <c>PUT .../cloudinit</c>. Needs <c>VM.Config.Cloudinit</c>, for DNS <c>VM.Config.Network</c>, on <c>/vms/{vmid}</c>.
    /// </remarks>
    public async Task<GuestConfigChanges> ApplyAsync(CloudInitSettings settings, CancellationToken cancellationToken = default)
    {
        GuestConfigChanges changes = await _owner.Config.UpdateAsync(config => config.WithCloudInit(settings), null, cancellationToken).ConfigureAwait(false);
        await RegenerateAsync(cancellationToken).ConfigureAwait(false);
        return changes;
    }

    /// <inheritdoc cref="ApplyAsync"/>
    public GuestConfigChanges Apply(CloudInitSettings settings, CancellationToken cancellationToken = default)
    {
        GuestConfigChanges changes = _owner.Config.Update(config => config.WithCloudInit(settings), null, cancellationToken);
        Regenerate(cancellationToken);
        return changes;
    }

    /// <summary>Gets the user data that cloud-init finds. It holds the hash of the password.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../cloudinit/dump</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<string> GetUserDataAsync(CancellationToken cancellationToken = default) => GetDumpAsync(s_user, cancellationToken);

    /// <inheritdoc cref="GetUserDataAsync"/>
    public string GetUserData(CancellationToken cancellationToken = default) => GetDump(s_user, cancellationToken);

    /// <summary>Gets the network settings that cloud-init finds.</summary>
    /// <inheritdoc cref="GetUserDataAsync"/>
    public Task<string> GetNetworkConfigAsync(CancellationToken cancellationToken = default) => GetDumpAsync(s_network, cancellationToken);

    /// <inheritdoc cref="GetNetworkConfigAsync"/>
    public string GetNetworkConfig(CancellationToken cancellationToken = default) => GetDump(s_network, cancellationToken);

    /// <summary>Gets the metadata that cloud-init finds.</summary>
    /// <inheritdoc cref="GetUserDataAsync"/>
    public Task<string> GetMetadataAsync(CancellationToken cancellationToken = default) => GetDumpAsync(s_meta, cancellationToken);

    /// <inheritdoc cref="GetMetadataAsync"/>
    public string GetMetadata(CancellationToken cancellationToken = default) => GetDump(s_meta, cancellationToken);

    /// <summary>Lists the cloud-init options with the changes that the drive does not hold yet; see <see cref="PendingOption.HasChange"/>.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../cloudinit</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<PendingOption>> GetPendingAsync(CancellationToken cancellationToken = default) => PendingOption.Of(await _owner.CallAsync(
        "read the cloud-init settings of", (node, call) => _owner.Api.CloudInit.IndexAsync(node, _owner.Id.Value, call, cancellationToken), cancellationToken)
        .ConfigureAwait(false));

    /// <inheritdoc cref="GetPendingAsync"/>
    public IReadOnlyList<PendingOption> GetPending(CancellationToken cancellationToken = default) => PendingOption.Of(_owner.Call(
        "read the cloud-init settings of", (node, call) => _owner.Api.CloudInit.Index(node, _owner.Id.Value, call, cancellationToken), cancellationToken));
}
