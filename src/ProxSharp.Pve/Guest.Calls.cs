using ProxSharp.Api;
using ProxSharp.Pve.Guests;
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

    /// <summary>Makes a call on the node that holds the guest.</summary>
    internal Task<T> CallAsync<T>(GuestCall call, ApiReader<T> reader, CancellationToken cancellationToken) =>
        Place.CallAsync(node => call.SendAsync(node, reader, cancellationToken), isBlind: false, cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(GuestCall, ApiReader{T}, CancellationToken)"/>
    internal T Call<T>(GuestCall call, ApiReader<T> reader, CancellationToken cancellationToken) =>
        Place.Call(node => call.Send(node, reader, cancellationToken), isBlind: false, cancellationToken);

    /// <summary>Makes a call that starts a task on the node that holds the guest.</summary>
    internal Task<PveTask> RunTaskAsync(GuestCall call, CancellationToken cancellationToken) =>
        Place.CallAsync(node => call.StartAsync(node, cancellationToken), isBlind: false, cancellationToken);

    /// <inheritdoc cref="RunTaskAsync(GuestCall, CancellationToken)"/>
    internal PveTask RunTask(GuestCall call, CancellationToken cancellationToken) =>
        Place.Call(node => call.Start(node, cancellationToken), isBlind: false, cancellationToken);

    /// <summary>
    /// Makes a call that a node may answer with a task although it does not hold the guest; such a task fails before it does anything, and whoever waits
    /// for it has the call made again where the guest is.
    /// </summary>
    internal Task<PveTask> RunPowerAsync(GuestCall call, CancellationToken cancellationToken) => Place.CallAsync(
        async node => (await call.StartAsync(node, cancellationToken).ConfigureAwait(false)).For(new MovedGuestTask(call, node)),
        Kind.IsPowerBlind,
        cancellationToken);

    /// <inheritdoc cref="RunPowerAsync"/>
    internal PveTask RunPower(GuestCall call, CancellationToken cancellationToken) =>
        Place.Call(node => call.Start(node, cancellationToken).For(new MovedGuestTask(call, node)), Kind.IsPowerBlind, cancellationToken);

    /// <summary>Makes a call that starts a task on the node that holds the guest; the messages of its exceptions say what it does.</summary>
    internal Task<PveTask> RunTaskAsync(string action, Func<string, ApiCallOptions, Task<ApiResponse<string>>> call, CancellationToken cancellationToken) =>
        CallForTaskAsync(node => call(node, Saying(action, node)), cancellationToken);

    /// <inheritdoc cref="RunTaskAsync(string, Func{string, ApiCallOptions, Task{ApiResponse{string}}}, CancellationToken)"/>
    internal PveTask RunTask(string action, Func<string, ApiCallOptions, ApiResponse<string>> call, CancellationToken cancellationToken) =>
        CallForTask(node => call(node, Saying(action, node)), cancellationToken);
}
