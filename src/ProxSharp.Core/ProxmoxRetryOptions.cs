namespace ProxSharp;

/// <summary>
/// When a call is made again by itself. Only what is safe is repeated: reads, and calls of which provably nothing was sent. A write whose
/// outcome is unknown is never sent twice.
/// </summary>
public sealed record ProxmoxRetryOptions
{
    /// <summary>No repetition at all.</summary>
    public static ProxmoxRetryOptions None { get; } = new() { MaxAttempts = 1 };

    /// <summary>How often a call is made at most, the first time included. Default: 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The pause before the second attempt; it doubles with each further one. Default: 250 ms.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between two attempts. Default: 5 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a call that the server refused because something is locked is made again, up to <see cref="MaxBusyAttempts"/> times. Default:
    /// false; a single call can ask for it with <see cref="Api.ApiCallOptions.RetryBusy"/>.
    /// </summary>
    public bool Busy { get; init; }

    /// <summary>How often a call that meets a lock is made at most, the first time included. Default: 10.</summary>
    public int MaxBusyAttempts { get; init; } = 10;
}
