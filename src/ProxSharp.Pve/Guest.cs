using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>
/// A virtual machine or a container. The handle holds its number and the node it was last seen on; nothing is sent until a method is called. A guest
/// that has moved to another node since is found again.
/// </summary>
public abstract partial class Guest
{
    private string? _node;

    private protected Guest(PveClient client, VmId id, string? node) => (Client, Id, _node) = (client, id, node);

    /// <summary>The number of the guest.</summary>
    public VmId Id { get; }

    internal PveClient Client { get; }

    /// <summary>Makes a call on the node that holds the guest.</summary>
    internal Task<T> CallAsync<T>(Func<string, Task<ApiResponse<T>>> call, CancellationToken cancellationToken) =>
        OnNodeAsync(node => call(node).DataAsync(), cancellationToken);

    /// <inheritdoc cref="CallAsync{T}"/>
    internal T Call<T>(Func<string, ApiResponse<T>> call, CancellationToken cancellationToken) => OnNode(node => call(node).Data, cancellationToken);

    /// <inheritdoc cref="CallAsync{T}"/>
    internal Task CallAsync(Func<string, Task> call, CancellationToken cancellationToken) => OnNodeAsync(
        async node =>
        {
            await call(node).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <inheritdoc cref="CallAsync{T}"/>
    internal void Call(Action<string> call, CancellationToken cancellationToken) => OnNode(
        node =>
        {
            call(node);
            return true;
        },
        cancellationToken);

    /// <summary>Makes a call that starts a task on the node that holds the guest.</summary>
    internal Task<PveTask> CallForTaskAsync(Func<string, Task<ApiResponse<string>>> call, CancellationToken cancellationToken) =>
        OnNodeAsync(node => Client.Tasks.StartedAsync(call(node)), cancellationToken);

    /// <inheritdoc cref="CallForTaskAsync"/>
    internal PveTask CallForTask(Func<string, ApiResponse<string>> call, CancellationToken cancellationToken) =>
        OnNode(node => Client.Tasks.Started(call(node)), cancellationToken);

    // The server did nothing when it says that the guest is not there, so making the call again elsewhere is safe for writes too.
    private async Task<T> OnNodeAsync<T>(Func<string, Task<T>> call, CancellationToken cancellationToken)
    {
        string node = _node ??= await Client.Locator.LocateAsync(Id, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(node).ConfigureAwait(false);
        }
        catch (ProxmoxNotFoundException exception) when (IsAbsence(exception))
        {
            string? moved = await Client.Locator.TryLocateAsync(Id, cancellationToken).ConfigureAwait(false);
            if (moved is null || moved == node)
            {
                throw;
            }

            _node = moved;
            return await call(moved).ConfigureAwait(false);
        }
    }

    private T OnNode<T>(Func<string, T> call, CancellationToken cancellationToken)
    {
        string node = _node ??= Client.Locator.Locate(Id, cancellationToken);
        try
        {
            return call(node);
        }
        catch (ProxmoxNotFoundException exception) when (IsAbsence(exception))
        {
            string? moved = Client.Locator.TryLocate(Id, cancellationToken);
            if (moved is null || moved == node)
            {
                throw;
            }

            _node = moved;
            return call(moved);
        }
    }

    // Proxmox: a guest that is not on the node that was asked shows as a missing configuration file.
    private static bool IsAbsence(ProxmoxNotFoundException exception) =>
        exception.ServerMessage.StartsWith("Configuration file", StringComparison.Ordinal);
}
