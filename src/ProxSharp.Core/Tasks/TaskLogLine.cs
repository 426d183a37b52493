namespace ProxSharp.Tasks;

/// <summary>A line of a task's log.</summary>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Text">The line, without the time in front of it. The last one says how the task ended: <c>TASK OK</c>, <c>TASK ERROR: ...</c>.</param>
public readonly record struct TaskLogLine(long Number, string Text)
{
    /// <summary>When the line was written, in whole seconds; null where the server does not say (Proxmox VE).</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Returns the text.</summary>
    public override string ToString() => Text;
}
