using ProxSharp.Http;
using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Waits for one task: the end, the log on the way, the time limit, and what is due when the caller gives up.</summary>
internal sealed class TaskWait
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);

    private readonly TaskServer _server;
    private readonly Upid _upid;
    private readonly TaskWaitOptions _options;
    private readonly TaskTracker _tracker;
    private readonly TaskReporter _reporter;
    private readonly TaskLogCursor _cursor = new();

    public TaskWait(TaskServer server, Upid upid, TaskWaitOptions options)
    {
        (_server, _upid, _options) = (server, upid, options.Checked());
        _tracker = new TaskTracker(upid, options, server.Clock);
        _reporter = new TaskReporter(options);
    }

    /// <summary>Waits; <paramref name="watcher"/> looks at the task together with others.</summary>
    public async Task<TaskResult> RunAsync(TaskWatcher watcher, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(_options.Timeout, _server.Clock);
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

    /// <summary>Waits on the calling thread.</summary>
    public TaskResult Run(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(_options.Timeout, _server.Clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            TaskState end = Watch(both.Token);
            return Conclude(end, Tail(end, cancellationToken));
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

    private async Task<TaskState> WatchAsync(TaskWatcher watcher, CancellationToken cancellationToken)
    {
        if (!_options.FollowsLog)
        {
            return await watcher.WatchAsync(_tracker, cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TaskState> end = watcher.WatchAsync(_tracker, leave.Token);
        try
        {
            // Failures on the way are the watcher's to judge; it asks the same server.
            TaskTracker log = new(_upid, _options, _server.Clock);
            while (!end.IsCompleted)
            {
                await PumpAsync(log, leave.Token).ConfigureAwait(false);
                await Task.WhenAny(end, Pause.ForAsync(log.Pause, _server.Clock, leave.Token)).ConfigureAwait(false);
            }

            TaskState state = await end.ConfigureAwait(false);
            while (!await PumpAsync(log, leave.Token).ConfigureAwait(false))
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

    private TaskState Watch(CancellationToken cancellationToken)
    {
        TaskState? end = null;
        while (true)
        {
            // The state first: lines that come before it says that the task has ended are then all in the log.
            end ??= Look(cancellationToken);
            bool pumped = !_options.FollowsLog || Pump(_tracker, cancellationToken);
            if (end is { } state && pumped)
            {
                return state;
            }

            Pause.For(_tracker.Pause, _server.Clock, cancellationToken);
        }
    }

    private TaskState? Look(CancellationToken cancellationToken)
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
                _reporter.Report(_cursor.Take(page));
            }
            while (_cursor.HasMore);
            return true;
        }
        catch (ProxmoxException exception)
        {
            tracker.Observe(exception);
            return false;
        }
    }

    private bool Pump(TaskTracker tracker, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                TaskLogPage page = _server.ReadLog(_upid, _cursor.Position, TaskLogCursor.PageSize, cancellationToken);
                _reporter.Report(_cursor.Take(page));
            }
            while (_cursor.HasMore);
            return true;
        }
        catch (ProxmoxException exception)
        {
            tracker.Observe(exception);
            return false;
        }
    }

    private TaskResult Conclude(TaskState end, (IReadOnlyList<string> Lines, ProxmoxException? Failure) tail)
    {
        TaskResult result = new(_upid, end.ExitStatus ?? "") { Ended = end.Ended, LogTail = tail.Lines, LogFailure = tail.Failure };
        if (result.Succeeded)
        {
            _reporter.ReportEnd();
        }

        return _options.ThrowOnFailure ? result.EnsureSucceeded(_options.WarningsAreFailures) : result;
    }

    // That the log cannot be read must not hide how the task ended, so the failure goes along.
    private async Task<(IReadOnlyList<string> Lines, ProxmoxException? Failure)> TailAsync(TaskState end, CancellationToken cancellationToken)
    {
        try
        {
            return (NeedsTail(end) ? await TaskLogTail.ReadAsync(_server, _upid, _options.LogTailLines, cancellationToken).ConfigureAwait(false) : KnownTail(end), null);
        }
        catch (ProxmoxException exception)
        {
            return ([], exception);
        }
    }

    private (IReadOnlyList<string> Lines, ProxmoxException? Failure) Tail(TaskState end, CancellationToken cancellationToken)
    {
        try
        {
            return (NeedsTail(end) ? TaskLogTail.Read(_server, _upid, _options.LogTailLines, cancellationToken) : KnownTail(end), null);
        }
        catch (ProxmoxException exception)
        {
            return ([], exception);
        }
    }

    private bool NeedsTail(TaskState end) => !_options.FollowsLog && _options.LogTailLines > 0 && ExitText.Outcome(end.ExitStatus) != TaskOutcome.Succeeded;

    private IReadOnlyList<string> KnownTail(TaskState end) => ExitText.Outcome(end.ExitStatus) == TaskOutcome.Succeeded ? [] : _reporter.Tail;

    private string CancelText() => $"The waiting for the task {TaskText.Describe(_upid)} was cancelled{(_options.StopOnCancel ? "" : "; the task goes on")}. Its id: {_upid}";

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
