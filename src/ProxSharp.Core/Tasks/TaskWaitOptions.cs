namespace ProxSharp.Tasks;

/// <summary>How to wait for a task. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record TaskWaitOptions
{
    /// <summary>Waits without a limit, survives short outages, and throws if the task failed.</summary>
    public static TaskWaitOptions Default { get; } = new();

    /// <summary>
    /// How long to wait at most. Default: without limit; more than 49 days count as that, too. The task itself goes on when the time is over.
    /// </summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The shortest pause between two looks at the task. Default: 200 ms. Pauses are a tenth of the time waited so far, within the bounds.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two looks at the task. Default: 5 s.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Is told how far the task is whenever its log has grown, on the thread that waits; null (the default) for nobody. <see cref="Progress{T}"/>
    /// passes reports on through its synchronization context.
    /// </summary>
    public IProgress<TaskProgress>? Progress { get; init; }

    /// <summary>
    /// Is told each line of the log once and in order, to the last one; null (the default) for nobody. If the user may not read the log, or it cannot
    /// be read after the task has ended, the other lines are not told: <see cref="TaskResult.LogFailure"/> says so, and the state decides how the task ended.
    /// </summary>
    public IProgress<TaskLogLine>? Log { get; init; }

    /// <summary>Whether a task that ended with warnings counts as failed. Default: false.</summary>
    public bool WarningsAreFailures { get; init; }

    /// <summary>Whether a failed task throws <see cref="ProxmoxTaskFailedException"/>; otherwise its result says so. Default: true.</summary>
    public bool ThrowOnFailure { get; init; } = true;

    /// <summary>
    /// Whether the task is asked to stop when the waiting is cancelled, which may take up to 10 s. Default: false. A wait that times out never stops its
    /// task.
    /// </summary>
    public bool StopOnCancel { get; init; }

    /// <summary>How long "no such task" is tolerated: just after the start a node may not know its task yet. Default: 10 s.</summary>
    public TimeSpan NotFoundGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a task that has stopped may be without an exit status before it counts as <see cref="TaskOutcome.Unknown"/>. Default: 5 s.</summary>
    public TimeSpan ExitStatusGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may be out of reach, or answer with errors, before the waiting gives up. Default: 2 min.</summary>
    public TimeSpan OutageGrace { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Is told each failure to look at the task that the wait survives, on the thread that waits: the server is out of reach, or answers with errors. Null
    /// (the default) for nobody. Failures that end the wait are thrown instead.
    /// </summary>
    public IProgress<ProxmoxException>? Outage { get; init; }

    /// <summary>How many lines of its log a failed task carries. Default: 10.</summary>
    public int LogTailLines { get; init; } = 10;

    /// <summary>True if the log has to be read while the task runs.</summary>
    internal bool FollowsLog => Progress is not null || Log is not null;

    /// <summary>The options for the rest of a wait that has taken some time already.</summary>
    internal TaskWaitOptions After(TimeSpan elapsed) => Timeout == System.Threading.Timeout.InfiniteTimeSpan
        ? this
        : this with { Timeout = Timeout > elapsed ? Timeout - elapsed : TimeSpan.Zero };

    /// <summary>Finds values that cannot work.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    internal TaskWaitOptions Checked()
    {
        if (MinInterval <= TimeSpan.Zero || MaxInterval < MinInterval)
        {
            throw new ArgumentException($"{nameof(MinInterval)} must be positive and {nameof(MaxInterval)} no shorter.");
        }

        if (Timeout < TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException($"{nameof(Timeout)} must not be negative.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(NotFoundGrace.Ticks, nameof(NotFoundGrace));
        ArgumentOutOfRangeException.ThrowIfNegative(ExitStatusGrace.Ticks, nameof(ExitStatusGrace));
        ArgumentOutOfRangeException.ThrowIfNegative(OutageGrace.Ticks, nameof(OutageGrace));
        ArgumentOutOfRangeException.ThrowIfNegative(LogTailLines);
        return this;
    }
}
