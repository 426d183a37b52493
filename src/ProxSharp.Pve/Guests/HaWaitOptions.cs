using ProxSharp.Tasks;

namespace ProxSharp.Pve.Guests;

/// <summary>How to wait for high availability. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record HaWaitOptions
{
    /// <summary>
    /// How long to wait at most. Default: 10 min, as a guest that does not shut down is stopped by force only after the time that its settings give it.
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits without limit.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the server may be out of reach before the waiting gives up. Default: 2 min.</summary>
    public TimeSpan OutageGrace { get; init; } = TaskWaitOptions.Default.OutageGrace;

    /// <summary>Is told each failure to look that the wait survives, on the thread that waits; null (the default) for nobody.</summary>
    public IProgress<ProxmoxException>? Outage { get; init; }
}
