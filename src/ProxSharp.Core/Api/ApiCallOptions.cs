namespace ProxSharp.Api;

/// <summary>What one call does differently from the client's options.</summary>
public sealed record ApiCallOptions
{
    /// <summary>
    /// How long the call may take in all; null takes the client's time-out. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits forever.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether parameters are checked against the schema before anything is sent; null takes the client's setting.</summary>
    public bool? ValidateParameters { get; init; }

    /// <summary>
    /// Whether the call is repeated when the server says that a lock is busy; null takes the client's setting. Reads are repeated after passing
    /// failures in any case; a write whose outcome is unknown never is.
    /// </summary>
    public bool? RetryBusy { get; init; }

    /// <summary>
    /// What the call does, as the messages of exceptions word it: <c>start VM 100 on pve1</c> makes "Unable to start VM 100 on pve1: ...". Null names
    /// verb and path.
    /// </summary>
    public string? Action { get; init; }
}
