using System.Net;
using ProxSharp.Pve.Agents;

namespace ProxSharp.Pve;

public sealed partial class Container
{
    /// <summary>Lists the network interfaces of the container with their addresses; empty if it is stopped.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/lxc/{vmid}/interfaces</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestInterface>> ListNetworkInterfacesAsync(CancellationToken cancellationToken = default) => InterfaceReader.Read(
        await CallAsync(node => Client.Api.Nodes.Lxc.ListInterfacesAsync(node, Id.Value, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListNetworkInterfacesAsync"/>
    public IReadOnlyList<GuestInterface> ListNetworkInterfaces(CancellationToken cancellationToken = default) => InterfaceReader.Read(
        Call(node => Client.Api.Nodes.Lxc.ListInterfaces(node, Id.Value, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Waits until the container has an address by which others can reach it: no loopback and no link-local one.</summary>
    /// <param name="options">Which address, and how long to wait; null takes IPv4 before IPv6 and 5 min.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="TimeoutException">The container has none in time; the message tells what stood in the way.</exception>
    /// <remarks><c>GET /nodes/{node}/lxc/{vmid}/interfaces</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IPAddress> WaitForAddressAsync(AddressWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        AddressWait.RunAsync($"Container {Id}", options, Client.Options.TimeProvider, () => ListNetworkInterfacesAsync(cancellationToken), cancellationToken);

    /// <inheritdoc cref="WaitForAddressAsync"/>
    public IPAddress WaitForAddress(AddressWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        AddressWait.Run($"Container {Id}", options, Client.Options.TimeProvider, () => ListNetworkInterfaces(cancellationToken), cancellationToken);
}
