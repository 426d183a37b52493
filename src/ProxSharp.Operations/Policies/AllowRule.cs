namespace ProxSharp.Operations.Policies;

/// <summary>What is allowed: classes, and with which targets. A list that is null says nothing; all that are given must agree.</summary>
internal sealed record AllowRule
{
    public required IReadOnlySet<OperationClass> Classes { get; init; }

    public IReadOnlySet<string>? Pools { get; init; }

    public IReadOnlySet<string>? Tags { get; init; }

    public IReadOnlySet<string>? Nodes { get; init; }

    public IReadOnlyList<VmidRange>? Vmids { get; init; }

    public bool Allows(OperationClass kind, PolicyTarget target) => Classes.Contains(kind)
        && (Pools is null || (target.Pool is { } pool && Pools.Contains(pool)))
        && (Tags is null || target.Tags.Any(Tags.Contains))
        && (Nodes is null || (target.Node is { } node && Nodes.Contains(node) && target.Destinations.All(Nodes.Contains)))
        && (Vmids is null || (target.Vmid is { } vmid && Vmids.Any(range => range.Contains(vmid))));
}
