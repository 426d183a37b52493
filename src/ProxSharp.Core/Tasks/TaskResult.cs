using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>How a task ended.</summary>
public sealed class TaskResult
{
    /// <summary>Creates a result.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="exitStatus">What the server said about the end, for example <c>OK</c>; empty if it does not know.</param>
    public TaskResult(Upid upid, string exitStatus)
    {
        ArgumentNullException.ThrowIfNull(exitStatus);
        Upid = upid;
        ExitStatus = exitStatus.Trim();
        Outcome = ExitText.Outcome(exitStatus);
        Warnings = ExitText.Warnings(exitStatus);
    }

    /// <summary>The task.</summary>
    public Upid Upid { get; }

    /// <summary>What the server said about the end: <c>OK</c>, <c>WARNINGS: n</c>, or what went wrong. Empty if it does not know.</summary>
    public string ExitStatus { get; }

    /// <summary>How it ended.</summary>
    public TaskOutcome Outcome { get; }

    /// <summary>How many warnings there were.</summary>
    public int Warnings { get; }

    /// <summary>True if the task did its work, with or without warnings.</summary>
    public bool Succeeded => Outcome is TaskOutcome.Succeeded or TaskOutcome.Warnings;

    /// <summary>When it started, in whole seconds of the server's clock.</summary>
    public DateTimeOffset Started => Upid.StartTime;

    /// <summary>When it ended, in whole seconds of the server's clock; null if the server did not say, which only its lists do.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The last lines of the log, oldest first. Read for failures and warnings; empty after a plain success.</summary>
    public IReadOnlyList<string> LogTail { get; init; } = [];

    /// <summary>Why the log could not be read, for <see cref="LogTail"/> or for those who follow it; null if it could, or was not needed.</summary>
    public ProxmoxException? LogFailure { get; init; }

    /// <summary>Returns the result if the task did its work, and throws otherwise.</summary>
    /// <param name="warningsAreFailures">True to take warnings for a failure.</param>
    /// <exception cref="ProxmoxTaskFailedException">The task failed.</exception>
    public TaskResult EnsureSucceeded(bool warningsAreFailures = false) =>
        Outcome == TaskOutcome.Succeeded || (Outcome == TaskOutcome.Warnings && !warningsAreFailures)
            ? this
            : throw new ProxmoxTaskFailedException(this);

    /// <summary>Returns the task and how it ended.</summary>
    public override string ToString() => $"{TaskText.Describe(Upid)}: {(ExitStatus.Length > 0 ? ExitStatus : "unknown")}";
}
