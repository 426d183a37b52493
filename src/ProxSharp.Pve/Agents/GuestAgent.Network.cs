using System.Net;

namespace ProxSharp.Pve.Agents;

public sealed partial class GuestAgent
{
    /// <summary>Lists the network interfaces of the guest with their addresses.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces</c>. Needs <c>VM.GuestAgent.Audit</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestInterface>> ListNetworkInterfacesAsync(CancellationToken cancellationToken = default) =>
        InterfaceReader.Read(await CallAsync(node => Agent.GetNetworkInterfacesAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListNetworkInterfacesAsync"/>
    public IReadOnlyList<GuestInterface> ListNetworkInterfaces(CancellationToken cancellationToken = default) =>
        InterfaceReader.Read(Call(node => Agent.GetNetworkInterfaces(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Waits until the guest has an address by which others can reach it: no loopback and no link-local one.</summary>
    /// <param name="options">Which address, and how long to wait; null takes IPv4 before IPv6 and 5 min.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="TimeoutException">The guest has none in time; the message tells what stood in the way.</exception>
    /// <exception cref="GuestAgentUnavailableException">The machine has no agent switched on, so waiting is in vain.</exception>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces</c>. Needs <c>VM.GuestAgent.Audit</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task<IPAddress> WaitForAddressAsync(AddressWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        AddressWait.RunAsync($"VM {_vm.Id}", options, Time, () => ListNetworkInterfacesAsync(cancellationToken), cancellationToken);

    /// <inheritdoc cref="WaitForAddressAsync"/>
    public IPAddress WaitForAddress(AddressWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        AddressWait.Run($"VM {_vm.Id}", options, Time, () => ListNetworkInterfaces(cancellationToken), cancellationToken);
}
