using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Container
{
    /// <summary>Gets what the container is doing: state, load, memory, traffic.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public new async Task<ContainerStatus> GetStatusAsync(CancellationToken cancellationToken = default) => ContainerStatus.Of(Id, await CallAsync(
        "read the status of", (node, call) => Api.Status.GetCurrentAsync(node, Id.Value, call, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetStatusAsync"/>
    public new ContainerStatus GetStatus(CancellationToken cancellationToken = default) => ContainerStatus.Of(Id, Call(
        "read the status of", (node, call) => Api.Status.GetCurrent(node, Id.Value, call, cancellationToken), cancellationToken));

    private protected override async Task<GuestStatusReport> ReadStatusAsync(CancellationToken cancellationToken) =>
        await GetStatusAsync(cancellationToken).ConfigureAwait(false);

    private protected override GuestStatusReport ReadStatus(CancellationToken cancellationToken) => GetStatus(cancellationToken);
}
