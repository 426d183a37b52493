using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>The clock of a simulator that has one of its own: each pause of the tool moves it on by as much, and is over at once.</summary>
internal sealed class SteppedTime(PveSimulator simulator, SimulatedClock clock) : TimeProvider
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // What limits a call is as long as ever.
        if (dueTime > TimeSpan.Zero && dueTime <= s_longestPause && period == Timeout.InfiniteTimeSpan)
        {
            lock (_gate)
            {
                simulator.Advance(dueTime);
            }

            dueTime = TimeSpan.FromMilliseconds(1);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
