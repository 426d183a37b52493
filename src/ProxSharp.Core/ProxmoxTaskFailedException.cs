using ProxSharp.Ids;
using ProxSharp.Tasks;

namespace ProxSharp;

/// <summary>A task ended with an error, or nobody knows how it ended.</summary>
public sealed class ProxmoxTaskFailedException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="result">How the task ended.</param>
    public ProxmoxTaskFailedException(TaskResult result)
        : base(Compose(result), result.LogFailure)
    {
        Result = result;
    }

    /// <summary>How the task ended.</summary>
    public TaskResult Result { get; }

    /// <summary>The task.</summary>
    public Upid Upid => Result.Upid;

    /// <summary>What the server said about the end; empty if it does not know.</summary>
    public string ExitStatus => Result.ExitStatus;

    /// <summary>The last lines of the log, oldest first; empty if the log could not be read, and then the inner exception says why.</summary>
    public IReadOnlyList<string> LogTail => Result.LogTail;

    private static string Compose(TaskResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string task = TaskText.Describe(result.Upid);
        return result.Outcome switch
        {
            TaskOutcome.Warnings => $"The task {task} ended with warnings: {result.ExitStatus}. Its log says which.",
            TaskOutcome.Unknown =>
                $"The task {task} ended, but the server does not know how. It may have been killed: look what it has done before you repeat it.",
            _ => $"The task {task} failed: {result.ExitStatus.TrimEnd('.')}.",
        };
    }
}
