using ProxSharp.Ids;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Backups;

/// <summary>Waits for a verification and reads from its log what it found.</summary>
internal static class VerificationRun
{
    /// <summary>Waits for the call and the task.</summary>
    public static async Task<VerificationReport> RunAsync(
        Task<PbsTask> start, DatastoreName store, TaskWaitOptions? wait, CancellationToken cancellationToken)
    {
        wait ??= TaskWaitOptions.Default;
        PbsTask task = await start.ConfigureAwait(false);
        TaskResult result = await task.WaitForCompletionAsync(wait with { ThrowOnFailure = false }, cancellationToken).ConfigureAwait(false);
        VerificationLog log = new(store);
        await foreach (TaskLogLine line in task.ReadLogAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            log.Take(line.Text);
        }

        return Conclude(log.Report(result), wait);
    }

    /// <inheritdoc cref="RunAsync"/>
    public static VerificationReport Run(PbsTask task, DatastoreName store, TaskWaitOptions? wait, CancellationToken cancellationToken)
    {
        wait ??= TaskWaitOptions.Default;
        TaskResult result = task.WaitForCompletion(wait with { ThrowOnFailure = false }, cancellationToken);
        VerificationLog log = new(store);
        foreach (TaskLogLine line in task.ReadLog(cancellationToken: cancellationToken))
        {
            log.Take(line.Text);
        }

        return Conclude(log.Report(result), wait);
    }

    // Broken snapshots are what was asked for; a task that failed for another reason has found nothing out.
    private static VerificationReport Conclude(VerificationReport report, TaskWaitOptions wait)
    {
        if (wait.ThrowOnFailure && report.Failures.Count == 0)
        {
            report.Task.EnsureSucceeded(wait.WarningsAreFailures);
        }

        return report;
    }
}
