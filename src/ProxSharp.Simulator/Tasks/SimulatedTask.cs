namespace ProxSharp.Simulator.Tasks;

/// <summary>A background task. Its progress follows from the clock; nothing runs in the background.</summary>
internal sealed class SimulatedTask
{
    private readonly List<string> _late = [];
    private DateTimeOffset? _dueAt;

    public required string Upid { get; init; }

    public required string Node { get; init; }

    public required int Pid { get; init; }

    public required long PStart { get; init; }

    public required string Type { get; init; }

    /// <summary>The object the task works on; empty if there is none.</summary>
    public required string Id { get; init; }

    /// <summary>The user or token that started it.</summary>
    public required string Owner { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The lines the task writes, spread evenly over its duration.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>What the task does when it is through. Any exception makes it fail with its message; an <see cref="Calls.ApiFault"/> is meant to.</summary>
    public required Action<SimulatedTask>? Work { get; init; }

    /// <summary>What is undone if the task is stopped before it is through.</summary>
    public Action? OnAbort { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; private set; }

    /// <summary>How it ended: <c>OK</c>, <c>WARNINGS: n</c> or an error text; null while it runs.</summary>
    public string? ExitStatus { get; private set; }

    public int Warnings { get; private set; }

    public bool IsRunning => Ended is null;

    public DateTimeOffset DueAt => _dueAt ?? Started + Duration;

    /// <summary>Lets the task run until something else ends it, as the task behind an open console does.</summary>
    public void Hold() => _dueAt = DateTimeOffset.MaxValue;

    /// <summary>Adds a line at the end; for use by the work.</summary>
    public void Write(string line) => _late.Add(line);

    public void Warn(string line)
    {
        Warnings++;
        Write($"WARN: {line}");
    }

    public void End(DateTimeOffset at, string exitStatus) => (Ended, ExitStatus) = (at, exitStatus);

    /// <summary>The lines written up to a moment, the closing line included when it has ended.</summary>
    public IReadOnlyList<string> LogAt(DateTimeOffset now)
    {
        DateTimeOffset until = Ended ?? now;
        double share = Duration <= TimeSpan.Zero ? 1 : Math.Clamp((until - Started) / Duration, 0, 1);
        int visible = (int)Math.Floor(Lines.Count * share);
        List<string> log = [.. Lines.Take(visible), .. _late];
        if (ExitStatus is { } exit)
        {
            log.Add(exit == "OK" ? "TASK OK" : exit.StartsWith("WARNINGS: ", StringComparison.Ordinal) ? $"TASK {exit}" : $"TASK ERROR: {exit}");
        }

        return log;
    }
}
