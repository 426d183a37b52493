namespace ProxSharp.Cli.Live;

/// <summary>A time in which a server that has answered before does not.</summary>
/// <param name="Since">When it answered last, so how old the data are.</param>
/// <param name="Reason">Why it does not, as it was at the last try.</param>
internal sealed record Outage(DateTimeOffset Since, string Reason)
{
    /// <summary>True while the call goes on; false if it has failed and is made again.</summary>
    public bool IsWaiting { get; init; }
}
