namespace ProxSharp.Pve.Http;

/// <summary>Waits by the clock of a client.</summary>
internal static class Pause
{
    /// <summary>Blocks the thread for a time.</summary>
    public static void For(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        using ManualResetEventSlim over = new();
        using ITimer timer = clock.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), over, time, Timeout.InfiniteTimeSpan);
        over.Wait(cancellationToken);
    }

    /// <summary>Waits for a time.</summary>
    public static Task ForAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken) => Task.Delay(time, clock, cancellationToken);
}
