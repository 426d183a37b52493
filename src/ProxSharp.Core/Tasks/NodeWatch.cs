using System.Diagnostics.CodeAnalysis;
using ProxSharp.Http;

namespace ProxSharp.Tasks;

/// <summary>Looks at those tasks of one node that somebody waits for, as often as the most impatient wait wants. Runs as long as somebody waits.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "The source has neither a timer nor a wait handle, and the loop may still use its token after the last wait has left.")]
internal sealed class NodeWatch(TaskServer server, string node)
{
    // A node that answers slowly is left alone for twice the time an answer took.
    private const int BreakPerCall = 2;

    private readonly Lock _gate = new();
    private readonly List<WatchedTask> _tasks = [];
    private readonly NodeLook _look = new(server, node);
    private CancellationTokenSource _leave = new();
    private TaskCompletionSource? _wake;
    private bool _isRunning;
    private long _due;
    private long _lastLook;

    /// <summary>Waits until a task has ended.</summary>
    public async Task<TaskState> WatchAsync(TaskTracker tracker, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        WatchedTask task = new(tracker);
        Add(task);
        try
        {
            CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (state, token) => ((WatchedTask)state!).Cancel(token), task);
            await using (registration.ConfigureAwait(false))
            {
                return await task.End.ConfigureAwait(false);
            }
        }
        finally
        {
            Remove(task);
        }
    }

    private void Add(WatchedTask task)
    {
        TaskCompletionSource? wake = null;
        bool starts;
        lock (_gate)
        {
            starts = !_isRunning;
            if (_tasks.Count == 0)
            {
                _leave = new CancellationTokenSource();
            }

            // A look at once would find few tasks ended and, when many waits begin, only the first of them.
            TimeSpan shortest = task.Tracker.Pause;
            task.Due = Math.Max(After(Now, shortest / 4), starts ? 0 : After(_lastLook, shortest));
            _tasks.Add(task);
            if (starts || task.Due < _due)
            {
                _due = task.Due;
                wake = _wake;
            }

            _isRunning = true;
        }

        wake?.TrySetResult();
        if (starts)
        {
            // The loop outlives the call that starts it, so it must not carry that call's activity and async locals on.
            ThreadPool.UnsafeQueueUserWorkItem(static watch => _ = watch.RunAsync(), this, preferLocal: false);
        }
    }

    private void Remove(WatchedTask task)
    {
        CancellationTokenSource? leave;
        lock (_gate)
        {
            _tasks.Remove(task);
            leave = _tasks.Count == 0 ? _leave : null;
        }

        leave?.Cancel();
    }

    private async Task RunAsync()
    {
        while (TryBegin(out CancellationToken leave))
        {
            try
            {
                await SleepAsync(leave).ConfigureAwait(false);
                long start = Now;
                await _look.RunAsync(Snapshot(), leave).ConfigureAwait(false);
                Plan(server.Clock.GetElapsedTime(start));
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
                // Nobody waits any more, unless somebody has come meanwhile: the next turn tells.
            }
            catch (Exception exception)
            {
                // Nobody awaits the loop, so whatever goes wrong belongs to those who wait; a client that was disposed, for example.
                FailAll(exception);
            }
        }
    }

    private bool TryBegin(out CancellationToken leave)
    {
        lock (_gate)
        {
            leave = _leave.Token;
            _isRunning = _tasks.Count > 0;
            if (!_isRunning)
            {
                _look.Reset();
            }

            return _isRunning;
        }
    }

    private async Task SleepAsync(CancellationToken leave)
    {
        while (true)
        {
            TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TimeSpan remaining;
            lock (_gate)
            {
                // Timers drop fractions of a millisecond, and would then have to be set again and again.
                remaining = TimeSpan.FromMilliseconds(Math.Ceiling(server.Clock.GetElapsedTime(Now, _due).TotalMilliseconds));
                _wake = wake;
            }

            if (remaining <= TimeSpan.Zero)
            {
                return;
            }

            await Task.WhenAny(wake.Task, Pause.ForAsync(remaining, server.Clock, leave)).ConfigureAwait(false);
            leave.ThrowIfCancellationRequested();
        }
    }

    private List<WatchedTask> Snapshot()
    {
        lock (_gate)
        {
            _lastLook = Now;
            return [.. _tasks.Where(static task => !task.IsOver)];
        }
    }

    private void Plan(TimeSpan callTime)
    {
        lock (_gate)
        {
            // Those that are over leave by themselves, but not at once, and until then they are due at any time.
            _tasks.RemoveAll(static task => task.IsOver);
            _due = NextDue(_tasks, Now, After(Now, callTime * BreakPerCall));
        }
    }

    /// <summary>When the next look is due: as soon as the first task is, but not before the node has had its rest, unless nobody has that much time.</summary>
    internal static long NextDue(IReadOnlyList<WatchedTask> tasks, long now, long rest)
    {
        long next = long.MaxValue;
        long latest = now;
        foreach (WatchedTask task in tasks.Where(static task => !task.IsOver))
        {
            next = Math.Min(next, task.Due);
            latest = Math.Max(latest, task.Due);
        }

        return next == long.MaxValue ? now : Math.Max(next, Math.Min(rest, latest));
    }

    private void FailAll(Exception exception)
    {
        foreach (WatchedTask task in Snapshot())
        {
            task.Fail(exception);
            Remove(task);
        }
    }

    private long Now => server.Clock.GetTimestamp();

    private long After(long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * server.Clock.TimestampFrequency);
}
