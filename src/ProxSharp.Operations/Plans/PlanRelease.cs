namespace ProxSharp.Operations.Plans;

/// <summary>The guests that a plan has retired and that its undo, or a purge, may therefore touch although they are protected.</summary>
/// <param name="Retired">The calls that retired them, by guest.</param>
/// <param name="Before">The guests as they were before.</param>
internal sealed record PlanRelease(IReadOnlyDictionary<string, PlannedCall> Retired, IReadOnlyDictionary<string, PlanTarget> Before)
{
    /// <summary>Nothing is released.</summary>
    public static PlanRelease None { get; } = new(new Dictionary<string, PlannedCall>(), new Dictionary<string, PlanTarget>());

    /// <summary>The calls that it holds for: the way back from a retirement, if nothing else is said.</summary>
    public Func<PlannedCall, bool> Covers { get; init; } = Retirement.IsWayBack;

    /// <summary>Several in one; they hold for the calls of a purge.</summary>
    public static PlanRelease Of(IEnumerable<PlanRelease> releases)
    {
        PlanRelease[] all = [.. releases];
        return new PlanRelease(
            all.SelectMany(static release => release.Retired).ToDictionary(StringComparer.Ordinal),
            all.SelectMany(static release => release.Before).DistinctBy(static pair => pair.Key).ToDictionary(StringComparer.Ordinal))
        {
            Covers = Retirement.IsPurge,
        };
    }

    /// <summary>The target as policies should see it when this call acts on it: nothing but what it holds for is released.</summary>
    public PlanTarget Apply(PlannedCall way, PlanTarget target) =>
        Covers(way) && Retired.TryGetValue(target.Key, out PlannedCall? call) && Before.TryGetValue(target.Key, out PlanTarget? before)
            ? Retirement.Release(target, call, before)
            : target;
}
