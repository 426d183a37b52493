namespace ProxSharp.Operations.Policies;

/// <summary>What is allowed: classes, and with which targets. A list that is null says nothing; all that are given must agree.</summary>
internal sealed record AllowRule
{
    public required IReadOnlySet<OperationClass> Classes { get; init; }

    public IReadOnlySet<string>? Pools { get; init; }

    public IReadOnlySet<string>? Tags { get; init; }

    public IReadOnlySet<string>? Nodes { get; init; }

    public IReadOnlyList<VmidRange>? Vmids { get; init; }

    /// <summary>The lists that are there and empty: nothing is in them, so that the rule allows nothing.</summary>
    public IEnumerable<string> Empty =>
    [
        .. Classes.Count == 0 ? ["classes"] : Array.Empty<string>(),
        .. Pools is { Count: 0 } ? ["pools"] : Array.Empty<string>(),
        .. Tags is { Count: 0 } ? ["tags"] : Array.Empty<string>(),
        .. Nodes is { Count: 0 } ? ["nodes"] : Array.Empty<string>(),
        .. Vmids is { Count: 0 } ? ["vmids"] : Array.Empty<string>(),
    ];

    public bool Allows(OperationClass kind, PolicyTarget target) => Classes.Contains(kind)
        && (Pools is null || (target.Pool is { } pool && Pools.Contains(pool)))
        && (Tags is null || target.Tags.Any(Tags.Contains))
        && (Nodes is null || (target.Node is { } node && Nodes.Contains(node) && target.Destinations.All(Nodes.Contains)))
        && (Vmids is null || (target.Vmid is { } vmid && Vmids.Any(range => range.Contains(vmid))));
}
