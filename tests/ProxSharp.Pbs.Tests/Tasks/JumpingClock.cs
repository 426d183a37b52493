using Microsoft.Extensions.Time.Testing;

namespace ProxSharp.Pbs.Tests.Tasks;

/// <summary>A clock that jumps to the next short timer, so that pauses take no time.</summary>
internal sealed class JumpingClock() : FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 8, 0, 0, TimeSpan.Zero))
{
    /// <summary>Timers longer than this are time-outs, not pauses.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= s_longestPause)
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
