namespace ProxSharp.Tasks;

/// <summary>How a task ended.</summary>
public enum TaskOutcome
{
    /// <summary>The server does not know: the task was killed, or its log is gone. It counts as a failure.</summary>
    Unknown,

    /// <summary>All went well (<c>OK</c>).</summary>
    Succeeded,

    /// <summary>The task did its work and complained about something on the way (<c>WARNINGS: n</c>).</summary>
    Warnings,

    /// <summary>The task ended with an error.</summary>
    Failed,
}
