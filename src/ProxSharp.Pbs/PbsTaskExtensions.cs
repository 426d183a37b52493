using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>Waiting for a task straight from the call that starts it.</summary>
public static class PbsTaskExtensions
{
    /// <summary>Waits for the answer of a call that starts a task, and then until the task has ended.</summary>
    /// <param name="start">The call.</param>
    /// <param name="options">How to wait; null for the defaults, which wait without limit.</param>
    /// <param name="cancellationToken">Stops the waiting at once; the task goes on unless the options say otherwise.</param>
    /// <returns>How it ended. Warnings are no failure unless the options say so.</returns>
    /// <exception cref="ProxmoxTaskFailedException">The task ended with an error.</exception>
    /// <exception cref="ProxmoxTaskWaitException">The time for waiting is up, or the server could not be asked for too long.</exception>
    /// <example><code>await store.CollectGarbageAsync().WaitForCompletionAsync();</code></example>
    public static async Task<TaskResult> WaitForCompletionAsync(
        this Task<PbsTask> start, TaskWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        PbsTask task = await start.ConfigureAwait(false);
        return await task.WaitForCompletionAsync(options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="WaitForCompletionAsync(Task{PbsTask}, TaskWaitOptions?, CancellationToken)"/>
    public static Task<TaskResult> WaitForCompletionAsync(this Task<PbsTask> start, CancellationToken cancellationToken) =>
        start.WaitForCompletionAsync(null, cancellationToken);
}
