using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
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
        Outage = Outage(run.Command),
    };

    /// <summary>Tells the user that a server does not answer while its task is waited for: at once, then every half minute.</summary>
    public static IProgress<ProxmoxException> Outage(CommandRun command) => new OutageNote(command);

    /// <summary>Says how to go on with tasks that nobody waits for any more.</summary>
    public static void Detached(VerbRun run, IReadOnlyList<string> upids)
    {
        if (upids.Count > 0)
        {
            string advice = $"{(upids.Count == 1 ? "The task goes on" : "The tasks go on")}. Wait on with: {PrintedCommands.Of(["task", "wait", .. upids])}";
            run.Command.Services.Console.Error.WriteLine(run.Command.Printed.In(run.Hints?.In(advice) ?? advice));
        }
    }

    private sealed class OutageNote(CommandRun command) : IProgress<ProxmoxException>
    {
        private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

        private readonly Lock _gate = new();
        private long? _last;

        public void Report(ProxmoxException value)
        {
            TimeProvider time = command.Services.Time;
            lock (_gate)
            {
                if (_last is { } last && time.GetElapsedTime(last) < s_pause)
                {
                    return;
                }

                _last = time.GetTimestamp();
                command.Warn(TextCells.Visible($"the server does not answer ({ErrorMapper.Map(value).Message}); waiting goes on"));
            }
        }
    }
}
