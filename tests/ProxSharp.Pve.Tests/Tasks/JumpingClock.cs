using Microsoft.Extensions.Time.Testing;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>A clock that jumps to the next timer, so that pauses take no time.</summary>
internal sealed class JumpingClock() : FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 8, 0, 0, TimeSpan.Zero))
{
    /// <summary>Timers longer than this are time-outs, not pauses; they fire only when pauses have taken so much time.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly List<TimeSpan> _held = [];
    private bool _isHeld;

    /// <summary>Keeps the time where it is until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_held)
        {
            _isHeld = true;
        }
    }

    /// <summary>Lets the time go on.</summary>
    public void Release()
    {
        List<TimeSpan> held;
        lock (_held)
        {
            _isHeld = false;
            held = [.. _held];
            _held.Clear();
        }

        held.ForEach(Jump);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= s_longestPause)
        {
            Jump(dueTime);
        }

        return timer;
    }

    private void Jump(TimeSpan time)
    {
        lock (_held)
        {
            if (_isHeld)
            {
                _held.Add(time);
                return;
            }
        }

        ThreadPool.QueueUserWorkItem(_ => Advance(time));
    }
}
