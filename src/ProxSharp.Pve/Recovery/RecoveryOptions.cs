namespace ProxSharp.Pve.Recovery;

/// <summary>How a lost change is looked for.</summary>
public sealed record RecoveryOptions
{
    /// <summary>The defaults.</summary>
    public static readonly RecoveryOptions Default = new();

    /// <summary>
    /// How long after the answer was lost a trace may still appear; until then the search goes on. Default: 10 s. A server that was still busy with the
    /// call shows it later than a server that never got it shows nothing.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait between two looks. Default: 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
