using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Pve;

/// <summary>Waiting for guests that are being made, in one expression with the call that makes them.</summary>
public static class GuestTaskExtensions
{
    /// <summary>Waits until the guest that a call makes is ready.</summary>
    /// <param name="call">The call.</param>
    /// <param name="options">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting at once; the task goes on unless the options say otherwise.</param>
    /// <typeparam name="TGuest">The kind of guest.</typeparam>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error; there is no guest then.</exception>
    public static async Task<TGuest> WaitForCompletionAsync<TGuest>(
        this Task<GuestTask<TGuest>> call, TaskWaitOptions? options = null, CancellationToken cancellationToken = default)
        where TGuest : Guest
    {
        ArgumentNullException.ThrowIfNull(call);
        GuestTask<TGuest> task = await call.ConfigureAwait(false);
        return await task.WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="WaitForCompletionAsync{TGuest}(Task{GuestTask{TGuest}}, TaskWaitOptions?, CancellationToken)"/>
    public static Task<TGuest> WaitForCompletionAsync<TGuest>(this Task<GuestTask<TGuest>> call, CancellationToken cancellationToken)
        where TGuest : Guest
        => WaitForCompletionAsync(call, null, cancellationToken);
}
