using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Runs jobs on a few threads, with a bounded number of them waiting. The first failure ends all.</summary>
internal sealed class JobQueue : IAsyncDisposable
{
    private const int MaxWaiting = 64;

    private readonly Channel<Action> _jobs = Channel.CreateBounded<Action>(new BoundedChannelOptions(MaxWaiting) { SingleWriter = true });
    private readonly Task[] _workers;
    private readonly Lock _gate = new();
    private int _pending;
    private TaskCompletionSource? _idle;
    private Exception? _failure;

    internal JobQueue(int workers) => _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))];

    /// <summary>Lets the jobs that wait run, but tells no failure.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
    }

    /// <summary>Adds a job, which runs in any case.</summary>
    internal async ValueTask AddAsync(Action job)
    {
        ThrowIfFailed();
        lock (_gate)
            _pending++;
        await _jobs.Writer.WriteAsync(job).ConfigureAwait(false);
    }

    /// <summary>Waits until all jobs have run.</summary>
    internal async ValueTask DrainAsync()
    {
        Task idle;
        lock (_gate)
            idle = _pending == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        await idle.ConfigureAwait(false);
        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    private async Task WorkAsync()
    {
        await foreach (Action job in _jobs.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                job();
            }
            catch (Exception exception)
            {
                // It is thrown where the next job is added.
                Interlocked.CompareExchange(ref _failure, exception, null);
            }

            Done();
        }
    }

    private void Done()
    {
        lock (_gate)
        {
            if (--_pending > 0)
                return;
            _idle?.SetResult();
            _idle = null;
        }
    }
}
