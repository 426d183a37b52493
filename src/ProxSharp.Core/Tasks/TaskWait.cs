using ProxSharp.Http;
using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Waits for one task: the end, the log on the way, the time limit, and what is due when the caller gives up.</summary>
internal sealed class TaskWait : TaskPoll
{
    private const int TailAttempts = 4;
    private const int EndAttempts = 8;
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);

    // Most tasks are over by then, and reading their logs only at the end spares half of the calls.
    private static readonly TimeSpan s_firstLog = TimeSpan.FromMilliseconds(500);

    private readonly TaskServer _server;
    private readonly Upid _upid;
    private readonly TaskWaitOptions _options;
    private readonly TaskTracker _tracker;
    private readonly TaskReporter _reporter;
    private readonly TaskLogCursor _cursor = new();
    private readonly long _start;
    private long? _looked;
    private TaskState? _end;
    private ProxmoxException? _logFailure;
    private int _failedReads;

    public TaskWait(TaskServer server, Upid upid, TaskWaitOptions options)
    {
        (_server, _upid, _options) = (server, upid, options.Checked());
        _tracker = new TaskTracker(upid, options, server.Clock);
        _reporter = new TaskReporter(options);
        _start = server.Clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public override TimeSpan Rest => _looked is { } last ? _tracker.Pause - _server.Clock.GetElapsedTime(last) : TimeSpan.Zero;

    // Without a log to follow, without the right to read it, or when it could not be read after the end.
    private bool FollowsLog => _options.FollowsLog && _logFailure is null;

    /// <summary>Waits; <paramref name="watcher"/> looks at the task together with others.</summary>
    public async Task<TaskResult> RunAsync(TaskWatcher watcher, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = Timer();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            TaskState end = await WatchAsync(watcher, both.Token).ConfigureAwait(false);
            return Conclude(end, await TailAsync(end, cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(CancelText(), await StopAsync().ConfigureAwait(false), cancellationToken);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw _tracker.TimeUp();
        }
    }

    /// <inheritdoc/>
    public override TaskResult? Look(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = Timer();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            both.Token.ThrowIfCancellationRequested();

            // The state first: lines that come before it says that the task has ended are then all in the log.
            _end ??= State(both.Token);
            bool pumped = !FollowsLog || (_end is null && _server.Clock.GetElapsedTime(_start) < s_firstLog) || Pump(both.Token);
            _looked = _server.Clock.GetTimestamp();
            return _end is { } end && pumped ? Conclude(end, Tail(end, cancellationToken)) : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(CancelText(), Stop(), cancellationToken);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw _tracker.TimeUp();
        }
    }

    /// <inheritdoc/>
    public override void PauseUntilDue(CancellationToken cancellationToken)
    {
        TimeSpan left = IsLimited ? _options.Timeout - _server.Clock.GetElapsedTime(_start) : TimeSpan.MaxValue;
        TimeSpan rest = Rest < left ? Rest : left;
        if (rest > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
        {
            PauseFor(rest, cancellationToken);
        }
    }

    private async Task<TaskState> WatchAsync(TaskWatcher watcher, CancellationToken cancellationToken)
    {
        if (!FollowsLog)
        {
            return await watcher.WatchAsync(_tracker, cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TaskState> end = watcher.WatchAsync(_tracker, leave.Token);
        try
        {
            // Failures on the way are the watcher's to judge; it asks the same server.
            TaskTracker log = new(_upid, _options, _server.Clock);
            await Task.WhenAny(end, Pause.ForAsync(s_firstLog, _server.Clock, leave.Token)).ConfigureAwait(false);
            while (!end.IsCompleted && FollowsLog)
            {
                await PumpAsync(log, leave.Token).ConfigureAwait(false);
                await Task.WhenAny(end, Pause.ForAsync(log.Pause, _server.Clock, leave.Token)).ConfigureAwait(false);
            }

            TaskState state = _end ??= await end.ConfigureAwait(false);
            while (FollowsLog && !await PumpAsync(log, leave.Token).ConfigureAwait(false))
            {
                await Pause.ForAsync(log.Pause, _server.Clock, leave.Token).ConfigureAwait(false);
            }

            return state;
        }
        finally
        {
            await leave.CancelAsync().ConfigureAwait(false);
            await ((Task)end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TaskState? State(CancellationToken cancellationToken)
    {
        try
        {
            TaskState state = _server.GetState(_upid, cancellationToken);
            return _tracker.Observe(state) ? state : null;
        }
        catch (ProxmoxException exception)
        {
            _tracker.Observe(exception);
            return null;
        }
    }

    // False if the log could not be read this time.
    private async Task<bool> PumpAsync(TaskTracker tracker, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                TaskLogPage page = await _server.ReadLogAsync(_upid, _cursor.Position, TaskLogCursor.PageSize, cancellationToken).ConfigureAwait(false);
                tracker.Answered();
                _failedReads = 0;
                _reporter.Report(_cursor.Take(page));
            }
            while (_cursor.HasMore);
            return true;
        }
        catch (ProxmoxException exception)
        {
            tracker.Failed();
            return GivesLogUp(exception);
        }
    }

    private bool Pump(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                TaskLogPage page = _server.ReadLog(_upid, _cursor.Position, TaskLogCursor.PageSize, cancellationToken);
                _failedReads = 0;
                _reporter.Report(_cursor.Take(page));
            }
            while (_cursor.HasMore);
            return true;
        }
        catch (ProxmoxException exception)
        {
            _tracker.Failed();
            return GivesLogUp(exception);
        }
    }

    // How the task ends is another matter, which its state decides: who may not read the log waits without, and once the task has ended it is tried a few times.
    private bool GivesLogUp(ProxmoxException failure)
    {
        if (failure is ProxmoxPermissionException || (_end is not null && ++_failedReads >= EndAttempts))
        {
            _logFailure = failure;
        }

        return _logFailure is not null;
    }

    private TaskResult Conclude(TaskState end, (IReadOnlyList<string> Lines, ProxmoxException? Failure) tail)
    {
        TaskResult result = new(_upid, end.ExitStatus ?? "") { Ended = end.Ended, LogTail = tail.Lines, LogFailure = tail.Failure ?? _logFailure };
        if (result.Succeeded)
        {
            _reporter.ReportEnd();
        }

        return _options.ThrowOnFailure ? result.EnsureSucceeded(_options.WarningsAreFailures) : result;
    }

    // That the log cannot be read must not hide how the task ended, so the failure goes along.
    private async Task<(IReadOnlyList<string> Lines, ProxmoxException? Failure)> TailAsync(TaskState end, CancellationToken cancellationToken)
    {
        for (int attempt = 1; NeedsTail(end); attempt++)
        {
            try
            {
                return (await TaskLogTail.ReadAsync(_server, _upid, _options.LogTailLines, cancellationToken).ConfigureAwait(false), null);
            }
            catch (ProxmoxException exception)
            {
                if (attempt == TailAttempts || !exception.IsTransient)
                {
                    return ([], exception);
                }
            }

            await Pause.ForAsync(_options.MinInterval * attempt, _server.Clock, cancellationToken).ConfigureAwait(false);
        }

        return (KnownTail(end), null);
    }

    private (IReadOnlyList<string> Lines, ProxmoxException? Failure) Tail(TaskState end, CancellationToken cancellationToken)
    {
        for (int attempt = 1; NeedsTail(end); attempt++)
        {
            try
            {
                return (TaskLogTail.Read(_server, _upid, _options.LogTailLines, cancellationToken), null);
            }
            catch (ProxmoxException exception)
            {
                if (attempt == TailAttempts || !exception.IsTransient)
                {
                    return ([], exception);
                }
            }

            Pause.For(_options.MinInterval * attempt, _server.Clock, cancellationToken);
        }

        return (KnownTail(end), null);
    }

    private bool NeedsTail(TaskState end) => !_options.FollowsLog && _options.LogTailLines > 0 && ExitText.Outcome(end.ExitStatus) != TaskOutcome.Succeeded;

    private IReadOnlyList<string> KnownTail(TaskState end) => ExitText.Outcome(end.ExitStatus) == TaskOutcome.Succeeded ? [] : _reporter.Tail;

    private string CancelText() =>
        $"The waiting for the task {TaskText.Describe(_upid)} was cancelled{(_options.StopOnCancel ? "" : "; the task goes on")}. Its id: {_upid}";

    // Timers hold no more than 49 days.
    private bool IsLimited => _options.Timeout != Timeout.InfiniteTimeSpan && _options.Timeout.TotalMilliseconds < uint.MaxValue - 1;

    private CancellationTokenSource Timer()
    {
        if (!IsLimited)
        {
            return new CancellationTokenSource();
        }

        TimeSpan left = _options.Timeout - _server.Clock.GetElapsedTime(_start);
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _server.Clock);
    }

    private void PauseFor(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            Pause.For(time, _server.Clock, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next look says so, and stops the task if that is wanted.
        }
    }

    // Returns why the task could not be stopped, which goes along with the cancellation.
    private async Task<Exception?> StopAsync()
    {
        if (!_options.StopOnCancel)
        {
            return null;
        }

        using CancellationTokenSource limit = new(s_stopLimit, _server.Clock);
        try
        {
            await _server.StopAsync(_upid, limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is ProxmoxException or OperationCanceledException)
        {
            return exception;
        }
    }

    private Exception? Stop()
    {
        if (!_options.StopOnCancel)
        {
            return null;
        }

        using CancellationTokenSource limit = new(s_stopLimit, _server.Clock);
        try
        {
            _server.Stop(_upid, limit.Token);
            return null;
        }
        catch (Exception exception) when (exception is ProxmoxException or OperationCanceledException)
        {
            return exception;
        }
    }
}
