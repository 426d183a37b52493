namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A clock on which pauses are over at once, and have taken their time nevertheless. What limits a call is as long as ever.</summary>
internal sealed class HurriedTime : TimeProvider
{
    /// <summary>True to lose patience at once, too. Default: false, for a server that is only as slow as ever.</summary>
    public bool IsImpatient { get; init; }

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private long _skipped;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _skipped));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _skipped) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero && dueTime <= s_longestPause && (IsImpatient || period == Timeout.InfiniteTimeSpan))
        {
            Interlocked.Add(ref _skipped, dueTime.Ticks);
            dueTime = TimeSpan.FromMilliseconds(1);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
