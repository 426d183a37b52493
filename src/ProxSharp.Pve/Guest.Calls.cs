using ProxSharp.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

public abstract partial class Guest
{
    /// <summary>Makes a call on the node that holds the guest.</summary>
    internal Task<T> CallAsync<T>(Func<string, Task<ApiResponse<T>>> call, CancellationToken cancellationToken) =>
        Place.CallAsync(node => call(node).DataAsync(), isBlind: false, cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(Func{string, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal T Call<T>(Func<string, ApiResponse<T>> call, CancellationToken cancellationToken) =>
        Place.Call(node => call(node).Data, isBlind: false, cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(Func{string, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal Task CallAsync(Func<string, Task> call, CancellationToken cancellationToken) => Place.CallAsync(
        async node =>
        {
            await call(node).ConfigureAwait(false);
            return true;
        },
        isBlind: false,
        cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(Func{string, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal void Call(Action<string> call, CancellationToken cancellationToken) => Place.Call(
        node =>
        {
            call(node);
            return true;
        },
        isBlind: false,
        cancellationToken);

    /// <summary>Makes a call that starts a task on the node that holds the guest.</summary>
    internal Task<PveTask> CallForTaskAsync(Func<string, Task<ApiResponse<string>>> call, CancellationToken cancellationToken) =>
        Place.CallAsync(node => Client.Tasks.StartedAsync(call(node)), isBlind: false, cancellationToken);

    /// <inheritdoc cref="CallForTaskAsync(Func{string, Task{ApiResponse{string}}}, CancellationToken)"/>
    internal PveTask CallForTask(Func<string, ApiResponse<string>> call, CancellationToken cancellationToken) =>
        Place.Call(node => Client.Tasks.Started(call(node)), isBlind: false, cancellationToken);

    /// <summary>Makes a call on the node that holds the guest; the messages of its exceptions say what it does.</summary>
    internal Task<T> CallAsync<T>(string action, Func<string, ApiCallOptions, Task<ApiResponse<T>>> call, CancellationToken cancellationToken) =>
        CallAsync(node => call(node, Saying(action, node)), cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(string, Func{string, ApiCallOptions, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal T Call<T>(string action, Func<string, ApiCallOptions, ApiResponse<T>> call, CancellationToken cancellationToken) =>
        Call(node => call(node, Saying(action, node)), cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(string, Func{string, ApiCallOptions, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal Task CallAsync(string action, Func<string, ApiCallOptions, Task> call, CancellationToken cancellationToken) =>
        CallAsync(node => call(node, Saying(action, node)), cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(string, Func{string, ApiCallOptions, Task{ApiResponse{T}}}, CancellationToken)"/>
    internal void Call(string action, Action<string, ApiCallOptions> call, CancellationToken cancellationToken) =>
        Call(node => call(node, Saying(action, node)), cancellationToken);

    /// <summary>Makes a call that starts a task on the node that holds the guest; the messages of its exceptions say what it does.</summary>
    internal Task<PveTask> TaskAsync(
        string action, Func<string, ApiCallOptions, Task<ApiResponse<string>>> call, CancellationToken cancellationToken, bool isBlind = false) =>
        Place.CallAsync(node => Client.Tasks.StartedAsync(call(node, Saying(action, node))), isBlind, cancellationToken);

    /// <inheritdoc cref="TaskAsync"/>
    internal PveTask RunTask(string action, Func<string, ApiCallOptions, ApiResponse<string>> call, CancellationToken cancellationToken, bool isBlind = false) =>
        Place.Call(node => Client.Tasks.Started(call(node, Saying(action, node))), isBlind, cancellationToken);
}
