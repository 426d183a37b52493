using ProxSharp.Tasks;

namespace ProxSharp.Pve.Guests;

/// <summary>A task that makes a guest, and the guest it makes.</summary>
/// <typeparam name="TGuest">The kind of guest.</typeparam>
/// <example><code>Vm web1 = await template.CloneAsync(new GuestCloneOptions { Name = "web1" }).WaitForCompletionAsync();</code></example>
public sealed class GuestTask<TGuest>
    where TGuest : Guest
{
    internal GuestTask(PveTask task, TGuest guest) => (Task, Guest) = (task, guest);

    /// <summary>The task.</summary>
    public PveTask Task { get; }

    /// <summary>The guest, which is there but locked until the task has ended. It knows its node: it works before the cluster lists it.</summary>
    public TGuest Guest { get; }

    /// <summary>Waits until the guest is ready.</summary>
    /// <param name="options">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting at once; the task goes on unless the options say otherwise.</param>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error; there is no guest then.</exception>
    public async Task<TGuest> WaitForCompletionAsync(TaskWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Task.WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
        return Guest;
    }

    /// <inheritdoc cref="WaitForCompletionAsync(TaskWaitOptions?, CancellationToken)"/>
    public Task<TGuest> WaitForCompletionAsync(CancellationToken cancellationToken) => WaitForCompletionAsync(null, cancellationToken);

    /// <inheritdoc cref="WaitForCompletionAsync(TaskWaitOptions?, CancellationToken)"/>
    public TGuest WaitForCompletion(TaskWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        Task.WaitForCompletion(options, cancellationToken);
        return Guest;
    }

    /// <summary>Returns the task's identifier and the guest.</summary>
    public override string ToString() => $"{Task} ({Guest})";
}
