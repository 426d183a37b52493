using ProxSharp.Mcp.Approvals;

namespace ProxSharp.Mcp;

/// <summary>How an <see cref="AgentServer"/> works.</summary>
public sealed record AgentServerOptions
{
    /// <summary>The servers. A tool that is not told which one it is for takes the first of the product it needs.</summary>
    public required IReadOnlyList<AgentContext> Contexts { get; init; }

    /// <summary>
    /// The address at which the host shows the page of <see cref="ApprovalDesk"/> for a key; null (the default) for a page on the loopback address of this
    /// machine, which listens from the first question on.
    /// </summary>
    public Func<string, Uri>? ApprovalAddress { get; init; }

    /// <summary>
    /// How long a call of <c>apply</c> or <c>task_wait</c> waits if it is not told otherwise. Default: 45 s, less than the patience of most programs.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(45);
}
