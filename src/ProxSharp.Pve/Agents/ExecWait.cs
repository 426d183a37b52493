using System.Globalization;

namespace ProxSharp.Pve.Agents;

/// <summary>The pauses between looks at a program inside a guest: short ones first, as most programs end at once.</summary>
internal struct ExecWait(long process, AgentExecOptions options, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns how long to wait now.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public TimeSpan NextPause()
    {
        TimeSpan left = options.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : options.Timeout - time.GetElapsedTime(_start);
        if (left <= TimeSpan.Zero)
        {
            throw new TimeoutException(string.Create(
                CultureInfo.InvariantCulture,
                $"Process {process} inside the guest has not ended within {options.Timeout.TotalSeconds:0.###} s. It goes on; "
                    + $"its status can be asked for later."));
        }

        TimeSpan pause = _next < options.MaxInterval ? _next : options.MaxInterval;
        _next *= 2;
        return pause < left ? pause : left;
    }
}
