namespace ProxSharp.Operations.Policies;

/// <summary>What rules say of places: a guest that comes to another falls under others.</summary>
internal static class RulePlaces
{
    private static readonly OperationClass[] s_changes =
        [OperationClass.Reversible, OperationClass.Disruptive, OperationClass.Destructive, OperationClass.Privileged, OperationClass.Exec];

    /// <summary>True if rules depend on what a call can change of a guest, or on whose its disks are.</summary>
    public static bool Any(IEnumerable<AllowRule> rules) =>
        rules.Any(static rule => rule.Tags is not null || rule.Pools is not null || rule.Nodes is not null || rule.Vmids is not null);

    /// <summary>The worst class that is allowed afterwards and was not before; <see cref="OperationClass.Read"/> for none.</summary>
    /// <param name="allows">Tells whether a class is allowed for a target.</param>
    /// <param name="before">The guest as it is.</param>
    /// <param name="after">The guest as it may be afterwards; empty if it stays as it is.</param>
    public static OperationClass Gained(Func<OperationClass, PolicyTarget, bool> allows, PolicyTarget before, IReadOnlyList<PolicyTarget> after) =>
        s_changes.LastOrDefault(kind => after.Any(target => allows(kind, target)) && !allows(kind, before));
}
