using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>How a guard works.</summary>
public sealed record GuardOptions
{
    /// <summary>The name of the server for people. Plans are bound to it and to the first endpoint.</summary>
    public required string Context { get; init; }

    /// <summary>The file with the policy; if it does not exist, nothing but reading is allowed.</summary>
    public required string PolicyPath { get; init; }

    /// <summary>What is allowed if there is no file with the policy; null for reading alone, as it must be where an agent is let in.</summary>
    public GuardPolicy? PolicyIfMissing { get; init; }

    /// <summary>The folder for ledger, plans and the freeze switch. Only its owner may read it.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Whether nothing but reading is allowed, whatever the policy says. Default: false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Who can be asked for approval. Default: nobody.</summary>
    public IReadOnlyList<IPlanApprover> Approvers { get; init; } = [];

    /// <summary>How long a plan can be applied. Default: 10 minutes.</summary>
    public TimeSpan PlanLifetime { get; init; } = TimeSpan.FromMinutes(10);
}
