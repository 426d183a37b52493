namespace ProxSharp.Http;

/// <summary>Waits by the clock of the options.</summary>
internal static class Pause
{
    /// <summary>Blocks the thread for a time.</summary>
    public static void For(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(clock, TimeProvider.System))
        {
            // Woken by the system itself: a timer's callback would need a thread of the pool, and threads that wait here may be all there are.
            cancellationToken.WaitHandle.WaitOne(time);
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        using ManualResetEventSlim over = new();
        using ITimer timer = clock.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), over, time, Timeout.InfiniteTimeSpan);
        over.Wait(cancellationToken);
    }

    /// <summary>Waits for a time.</summary>
    public static Task ForAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken) => Task.Delay(time, clock, cancellationToken);
}
