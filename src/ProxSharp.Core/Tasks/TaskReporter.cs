namespace ProxSharp.Tasks;

/// <summary>Passes a log on to those who asked for it while a task runs, and keeps its tail.</summary>
internal sealed class TaskReporter(TaskWaitOptions options)
{
    private readonly Queue<string> _tail = new();
    private TaskProgress _last = new();

    /// <summary>The last lines so far, oldest first.</summary>
    public IReadOnlyList<string> Tail => [.. _tail];

    /// <summary>Takes new lines.</summary>
    public void Report(IReadOnlyList<TaskLogLine> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        foreach (TaskLogLine line in lines)
        {
            options.Log?.Report(line);
            Keep(line.Text);
            _last = options.Progress is not null && ProgressLine.Read(line.Text) is { } told ? told : _last;
        }

        string last = lines[^1].Text.Trim();
        _last = _last with { LastLine = last, Text = _last.Text.Length > 0 ? _last.Text : last };
        options.Progress?.Report(_last);
    }

    /// <summary>Says that the task has done its work.</summary>
    public void ReportEnd() => options.Progress?.Report(_last with { Fraction = 1 });

    private void Keep(string line)
    {
        _tail.Enqueue(line);
        if (_tail.Count > options.LogTailLines)
        {
            _tail.Dequeue();
        }
    }
}
