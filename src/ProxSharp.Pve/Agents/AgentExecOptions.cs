namespace ProxSharp.Pve.Agents;

/// <summary>How a program is run inside a guest.</summary>
public sealed record AgentExecOptions
{
    /// <summary>What the program reads from its standard input, UTF-8 text of at most 65536 characters; null for nothing.</summary>
    public string? Input { get; init; }

    /// <summary>How long to wait for its end. Default: without limit. The program goes on when the time is over.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The longest pause between two looks at the program. Default: 2 s; the first looks follow each other faster.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(2);
}
