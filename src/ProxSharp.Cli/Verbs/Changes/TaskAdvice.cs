using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>How tasks are waited for, and what somebody can do who did not wait.</summary>
internal static class TaskAdvice
{
    /// <summary>How the user wants tasks to be waited for.</summary>
    public static TaskWaitOptions Options(VerbRun run) => TaskWaitOptions.Default with
    {
        MinInterval = TimeSpan.FromMilliseconds(100),
        MaxInterval = TimeSpan.FromSeconds(1),
        Timeout = run.WaitTimeout ?? Timeout.InfiniteTimeSpan,
        Outage = run.Command.Outage,
    };

    /// <summary>Waits for one task with its log, and at a terminal a bar, which is gone before anything else is written.</summary>
    /// <param name="command">The run.</param>
    /// <param name="session">The server.</param>
    /// <param name="upid">The task.</param>
    /// <param name="timeout">The longest wait; null for any.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on.</param>
    /// <returns>How it ended.</returns>
    public static async Task<string> WaitAsync(
        CommandRun command, ServerSession session, string upid, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using TaskBar bar = new(command);
        TaskWaiter waiter = new(session, command.Services.Time, bar.Log) { Progress = bar, Timeout = timeout, Outage = command.Outage };
        return await waiter.WaitAsync(upid, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that nobody knows whether a change was made.</summary>
    /// <param name="run">The run.</param>
    /// <param name="what">Whose answer did not come: <c>of 101, 102</c>.</param>
    public static void Unanswered(VerbRun run, string what) => run.Command.TellInterrupted(
        new InterruptedNote($"The answer {what} had not come, so it may have been carried out") { Next = "Look before you repeat it.", IsUncertain = true });

    /// <summary>Says how to go on with tasks that nobody waits for any more.</summary>
    /// <param name="run">The run.</param>
    /// <param name="upids">The tasks.</param>
    /// <param name="ended">Those of them that are over, and that have only asked high availability for what goes on; null for none.</param>
    public static void Detached(VerbRun run, IReadOnlyList<string> upids, IReadOnlyCollection<string>? ended = null)
    {
        if (upids.Count > 0)
        {
            InterruptedNote left = Left(upids);
            int over = upids.Count(upid => ended?.Contains(upid) == true);
            string what = over == 0 ? left.What
                : over < upids.Count ? "The tasks go on, or what high availability was asked for"
                : upids.Count == 1 ? "The task is over, and high availability goes on with it"
                : "The tasks are over, and high availability goes on with them";
            run.Command.TellInterrupted(left with { What = what, Next = run.Hints?.In(left.Next!) ?? left.Next });
        }
    }

    /// <summary>Tasks that nobody waits for any more, and how to go on.</summary>
    public static InterruptedNote Left(IReadOnlyList<string> upids) => new(upids.Count == 1 ? "The task goes on" : "The tasks go on")
    {
        Next = $"Wait on with: {PrintedCommands.Of(["task", "wait", .. upids])}",
        Upid = upids.Count == 1 ? upids[0] : null,
    };
}
