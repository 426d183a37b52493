namespace ProxSharp.Http;

/// <summary>Refuses options that cannot work.</summary>
internal static class OptionsCheck
{
    // Proxmox: VE takes 8 KiB of headers; ticket and token need most of what a request adds.
    private const int LongestUserAgent = 512;

    /// <summary>Checks options.</summary>
    /// <exception cref="ArgumentException">One of them cannot work.</exception>
    public static void Check(ProxmoxClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Endpoints is not { Count: > 0 })
        {
            throw new ArgumentException("The client needs at least one endpoint.", nameof(options));
        }

        CheckTime(options.Timeout, nameof(options.Timeout));
        CheckTime(options.ConnectTimeout, nameof(options.ConnectTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Retry.MaxAttempts, 1, nameof(options.Retry.MaxAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Retry.MaxBusyAttempts, 1, nameof(options.Retry.MaxBusyAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Retry.Delay, TimeSpan.Zero, nameof(options.Retry.Delay));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Retry.MaxDelay, options.Retry.Delay, nameof(options.Retry.MaxDelay));
        if (options.UserAgent.Length > LongestUserAgent || options.UserAgent.Any(char.IsControl))
        {
            throw new ArgumentException($"A user agent has at most {LongestUserAgent} characters and no control characters.", nameof(options));
        }
    }

    /// <summary>Checks a time-out.</summary>
    public static void CheckTime(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time <= TimeSpan.Zero || time.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(name, time, "A time-out is positive and at most 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}
