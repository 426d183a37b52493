namespace ProxSharp.Pve.Guests;

/// <summary>How to wait for a guest.</summary>
public sealed record GuestWaitOptions
{
    /// <summary>How long to wait at most; 5 minutes by default. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits without limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause between two looks; 1 s by default.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
