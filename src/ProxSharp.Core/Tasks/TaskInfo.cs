using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>What a server says about a task.</summary>
public sealed class TaskInfo
{
    /// <summary>The task.</summary>
    public required Upid Upid { get; init; }

    /// <summary>True while it runs.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>How it ended, as text: <c>OK</c>, <c>WARNINGS: n</c>, or what went wrong. Null while it runs, or if the server does not know.</summary>
    public string? ExitStatus { get; init; }

    /// <summary>When it ended, in whole seconds; null while it runs. Only lists tell it.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The node that runs it.</summary>
    public string Node => Upid.Node;

    /// <summary>What it does, for example <c>qmstart</c>.</summary>
    public string Type => Upid.Type;

    /// <summary>What it works on, often a guest's number; may be empty.</summary>
    public string Id => Upid.Id;

    /// <summary>The user or API token that started it.</summary>
    public string User => Upid.User;

    /// <summary>When it started, in whole seconds.</summary>
    public DateTimeOffset Started => Upid.StartTime;

    /// <summary>How it ended; null while it runs.</summary>
    public TaskOutcome? Outcome => IsRunning ? null : ExitText.Outcome(ExitStatus);

    /// <summary>Returns the task and its state.</summary>
    public override string ToString() => $"{TaskText.Describe(Upid)}: {(IsRunning ? "running" : ExitStatus ?? "unknown")}";
}
