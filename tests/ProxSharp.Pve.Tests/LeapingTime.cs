namespace ProxSharp.Pve.Tests;

/// <summary>A clock that leaps over every short pause: a timer of up to 10 s fires at once, and the clock shows the time it stood for. Longer ones never fire.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);
    private long _ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        bool leaps = dueTime >= TimeSpan.Zero && dueTime <= s_longest;
        if (leaps)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
        }

        return System.CreateTimer(callback, state, leaps ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
