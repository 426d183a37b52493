namespace ProxSharp.Tasks;

/// <summary>A line of a task's log.</summary>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Text">The line as the server gives it. The last one says how the task ended: <c>TASK OK</c>, <c>TASK ERROR: ...</c>.</param>
public readonly record struct TaskLogLine(long Number, string Text)
{
    /// <summary>Returns the text.</summary>
    public override string ToString() => Text;
}
