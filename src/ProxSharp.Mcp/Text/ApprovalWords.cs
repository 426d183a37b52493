using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Text;

/// <summary>Says in a few words who has to agree to a plan.</summary>
internal static class ApprovalWords
{
    /// <summary>The kind of approval that the policy wants.</summary>
    public static ApprovalKind Kind(Plan plan, GuardPolicy policy) => new PlanChecks(policy).Approval(plan);

    /// <summary>The words.</summary>
    public static string Of(Plan plan, GuardPolicy policy) =>
        Kind(plan, policy) is { } kind && kind != ApprovalKind.None ? $"needs approval: {PolicyWriter.Word(kind)}" : "no approval needed";
}
