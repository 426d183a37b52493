using ProxSharp.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Firewall;

/// <summary>
/// Where a firewall configuration lives: the cluster, a node, a guest, a vnet or a security group. All speak the same protocol below their paths.
/// </summary>
internal abstract class FirewallScope(FirewallPaths paths)
{
    public FirewallPaths Paths { get; } = paths;

    /// <summary>Makes a call. The function adds the parameters behind those of the scope's own path.</summary>
    public abstract Task<T> SendAsync<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken);

    /// <inheritdoc cref="SendAsync"/>
    public abstract T Send<T>(ApiOperation operation, Action<ApiParameters>? fill, ApiReader<T> reader, CancellationToken cancellationToken);

    /// <summary>Makes a call that gives nothing.</summary>
    public Task SendAsync(ApiOperation operation, Action<ApiParameters> fill, CancellationToken cancellationToken) =>
        SendAsync(operation, fill, ApiReaders.Nothing, cancellationToken);

    /// <inheritdoc cref="SendAsync(ApiOperation, Action{ApiParameters}, CancellationToken)"/>
    public void Send(ApiOperation operation, Action<ApiParameters> fill, CancellationToken cancellationToken) =>
        Send(operation, fill, ApiReaders.Nothing, cancellationToken);

    protected static ApiParameters Fill(ApiParameters parameters, Action<ApiParameters>? fill)
    {
        fill?.Invoke(parameters);
        return parameters;
    }
}
