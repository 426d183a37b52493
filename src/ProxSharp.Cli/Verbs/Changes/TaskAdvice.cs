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
    };

    /// <summary>Says how to go on with tasks that nobody waits for any more.</summary>
    public static void Detached(VerbRun run, IReadOnlyList<string> upids)
    {
        if (upids.Count > 0)
        {
            run.Command.Services.Console.Error.WriteLine(
                $"{(upids.Count == 1 ? "The task goes on" : "The tasks go on")}. Wait on with: prox task wait {string.Join(' ', upids)}");
        }
    }
}
