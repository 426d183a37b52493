using ProxSharp.Simulator;

namespace ProxSharp.Pve.Tests.Chaos;

/// <summary>The client's view of a simulated clock: its short pauses move the clock on, so that they take no time and tasks end meanwhile.</summary>
internal sealed class PumpedClock(SimulatedClock clock) : TimeProvider
{
    // Longer timers are the time limits of calls.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= s_longestPause)
        {
            ThreadPool.QueueUserWorkItem(_ => clock.Advance(dueTime));
        }

        return timer;
    }
}
