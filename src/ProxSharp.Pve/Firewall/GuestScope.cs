using ProxSharp.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>The scope of a guest, which may move to another node.</summary>
internal sealed class GuestScope(Guest guest) : FirewallScope(guest is Container ? FirewallPaths.Container : FirewallPaths.Machine)
{
    public override Task<T> SendAsync<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken) =>
        guest.CallAsync(
            node => guest.Client.Connection.SendAsync(operation, Fill(Start(node), fill), reader, cancellationToken: cancellationToken), cancellationToken);

    public override T Send<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken) =>
        guest.Call(node => guest.Client.Connection.Send(operation, Fill(Start(node), fill), reader, cancellationToken: cancellationToken), cancellationToken);

    private ApiParameters Start(string node) => new ApiParameters().WithPath("node", node).WithPath("vmid", guest.Id.Value);
}
