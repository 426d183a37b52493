namespace ProxSharp.Operations.Plans;

/// <summary>The guests that a plan has retired and that its undo may therefore touch although they are protected.</summary>
/// <param name="Retired">The calls that retired them, by guest.</param>
/// <param name="Before">The guests as they were before.</param>
internal sealed record PlanRelease(IReadOnlyDictionary<string, PlannedCall> Retired, IReadOnlyDictionary<string, PlanTarget> Before)
{
    /// <summary>Nothing is released.</summary>
    public static PlanRelease None { get; } = new(new Dictionary<string, PlannedCall>(), new Dictionary<string, PlanTarget>());

    /// <summary>The target as policies should see it when this call acts on it: nothing but the way back from a retirement is released.</summary>
    public PlanTarget Apply(PlannedCall way, PlanTarget target) =>
        Retirement.IsWayBack(way) && Retired.TryGetValue(target.Key, out PlannedCall? call) && Before.TryGetValue(target.Key, out PlanTarget? before)
            ? Retirement.Release(target, call, before)
            : target;
}
