using ProxSharp.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Firewall;

/// <summary>A scope that stays where it is.</summary>
/// <param name="client">The client.</param>
/// <param name="paths">The endpoints.</param>
/// <param name="name">The name of the parameter in the path; null if there is none.</param>
/// <param name="value">Its value.</param>
internal sealed class FixedScope(PveClient client, FirewallPaths paths, string? name = null, string value = "") : FirewallScope(paths)
{
    public override Task<T> SendAsync<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken) =>
        client.Connection.SendAsync(operation, Fill(Start(), fill), reader, cancellationToken: cancellationToken).DataAsync();

    public override T Send<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken) =>
        client.Connection.Send(operation, Fill(Start(), fill), reader, cancellationToken: cancellationToken).Data;

    private ApiParameters Start() => name is null ? [] : new ApiParameters().WithPath(name, value);
}
