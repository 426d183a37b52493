using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>How a guard works.</summary>
public sealed record GuardOptions
{
    /// <summary>The name of the server for people. Plans are bound to it and to the first endpoint.</summary>
    public required string Context { get; init; }

    /// <summary>The file with the policy; if it does not exist, nothing but reading is allowed.</summary>
    public required string PolicyPath { get; init; }

    /// <summary>Why no policy can be relied on, for people: everything but reading is refused then. Null, the default, if that of the file holds.</summary>
    public string? PolicyFault { get; init; }

    /// <summary>What is allowed if there is no file with the policy; null for reading alone, as it must be where an agent is let in.</summary>
    public GuardPolicy? PolicyIfMissing { get; init; }

    /// <summary>The folder for ledger, plans and the freeze switch. Only its owner may read it.</summary>
    public required string StateFolder { get; init; }

    /// <summary>
    /// The folder of a freeze switch that holds for other servers too, beside that of <see cref="StateFolder"/>. Default: null for none.
    /// </summary>
    public string? CommonFolder { get; init; }

    /// <summary>Whether nothing but reading is allowed, whatever the policy says. Default: false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>
    /// Tags whose guests are not changed, besides those that the policy names; upper and lower case are the same. A copy of such a guest may be made, because
    /// it leaves the guest as it is. Default: none.
    /// </summary>
    public IReadOnlyList<string> ProtectedTags { get; init; } = [];

    /// <summary>Who can be asked for approval. Default: nobody.</summary>
    public IReadOnlyList<IPlanApprover> Approvers { get; init; } = [];

    /// <summary>How long a plan can be applied. Default: 10 minutes.</summary>
    public TimeSpan PlanLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether plans are only made to be shown: none is kept, none can be applied, and the ledger stays as it is. Default: false.
    /// </summary>
    public bool IsDryRun { get; init; }

    /// <summary>Reads the policy as it stands in its file now.</summary>
    /// <exception cref="GuardRefusedException">It cannot be read, is not understood, or cannot be relied on.</exception>
    internal GuardPolicy ReadPolicy() => this switch
    {
        { IsReadOnly: true } => GuardPolicy.ReadOnly,
        { PolicyFault: { } fault } => throw new GuardRefusedException("policy", fault),
        { PolicyIfMissing: { } policy } when !PolicyFile.MayExist(PolicyPath) => policy.Protecting(ProtectedTags),
        _ => GuardPolicy.Load(PolicyPath).Protecting(ProtectedTags),
    };
}
