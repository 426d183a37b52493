namespace ProxSharp.Backup.Upload;

/// <summary>Spaces transfers so that they do not exceed a rate over time. Safe for concurrent use.</summary>
internal sealed class RateLimiter
{
    // What a timer takes; after it the rest is waited for.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double _bytesPerSecond;
    private readonly long _start;
    private readonly double _burst;
    private double _spent;

    /// <summary>Creates a limiter.</summary>
    /// <param name="bytesPerSecond">The rate.</param>
    /// <param name="burst">How many bytes may go at once after a pause.</param>
    /// <param name="time">The clock.</param>
    public RateLimiter(long bytesPerSecond, long burst, TimeProvider time)
    {
        (_bytesPerSecond, _burst, _time) = (bytesPerSecond, burst, time);
        _start = time.GetTimestamp();
    }

    /// <summary>Makes a limiter for what options say.</summary>
    /// <returns>Null without a rate.</returns>
    public static RateLimiter? Create(long? bytesPerSecond, long? burst, TimeProvider time) =>
        bytesPerSecond is { } rate ? new(rate, burst ?? rate, time) : null;

    /// <summary>Corrects what was paid for: fewer bytes went than were waited for, or more.</summary>
    public void Adjust(int bytes)
    {
        lock (_gate)
            _spent += bytes;
    }

    /// <summary>Waits until bytes may be sent.</summary>
    public async Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        double seconds;
        lock (_gate)
        {
            // What was not used stays usable up to the burst; what is sent now is paid for by waiting.
            double earned = _time.GetElapsedTime(_start).TotalSeconds * _bytesPerSecond;
            _spent = Math.Max(_spent, earned - _burst);
            seconds = Math.Max(0, (_spent - earned) / _bytesPerSecond);
            _spent += bytes;
        }

        while (seconds > 0)
        {
            TimeSpan pause = TimeSpan.FromSeconds(Math.Min(seconds, s_longest.TotalSeconds));
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            seconds -= s_longest.TotalSeconds;
        }
    }
}
