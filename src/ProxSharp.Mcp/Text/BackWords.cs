using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Text;

/// <summary>Says in a few words whether a plan can be taken back.</summary>
internal static class BackWords
{
    /// <summary>The words.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="policy">The policy that an undo would have to pass; null if it cannot be read.</param>
    public static string Of(Plan plan, GuardPolicy? policy) =>
        plan.Undo.Count == 0 ? "no undo"
        : Refused(plan, policy) is { } kind ? $"can be taken back only by what is {OperationCatalogue.Word(kind)}, which the policy refuses"
        : $"can be taken back{WaysBack.Words(plan)}{(plan.NotTakenBack is [_, ..] kept ? $" in part, without call {string.Join(", ", kept)}" : "")}";

    /// <summary>The worst class of the way back that no rule of the policy allows there; null if there is none.</summary>
    public static OperationClass? Refused(Plan plan, GuardPolicy? policy)
    {
        // The protection that a retirement sets is lifted by its own undo, although lifting one is worse otherwise.
        bool retires = plan.Calls.Any(Retirement.IsPartOf);
        OperationClass worst = plan.Undo.Where(call => !(retires && Retirement.IsWayBack(call)))
            .SelectMany(call => call.Classes.Where(kind => policy is not null && !WaysBack.MayBeAllowed(plan, call, kind, policy)))
            .Append(OperationClass.Read).Max();
        return worst == OperationClass.Read ? null : worst;
    }
}
