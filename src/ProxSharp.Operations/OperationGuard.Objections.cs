using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <content>What stands against a plan that is only looked at.</content>
public sealed partial class OperationGuard
{
    /// <summary>
    /// Says what would refuse a plan if it was applied now, beside what <see cref="ExamineAsync"/> finds: changes are frozen, too many were made, or it needs
    /// an approval and nobody can be asked. Empty for nothing.
    /// </summary>
    /// <param name="plan">The plan, which need not be kept.</param>
    /// <param name="approvals">Approvals that would come with it, and are not kept here yet.</param>
    /// <exception cref="GuardRefusedException">The policy cannot be read, or the ledger does not add up.</exception>
    public IReadOnlyList<string> Objections(Plan plan, params IReadOnlyList<Approval> approvals)
    {
        ArgumentNullException.ThrowIfNull(plan);
        PlanChecks checks = new(ReadPolicy());
        List<string> all = [];
        foreach (Action check in (Action[])[Freeze.Check, () => checks.Limit(Ledger.List(), Time.GetUtcNow(), plan.Calls.Count), () => CheckAsked(plan, checks, approvals)])
        {
            try
            {
                check();
            }
            catch (GuardRefusedException refusal) when (refusal.Reason is "frozen" or "limit" or "approval")
            {
                all.Add(refusal.Message);
            }
        }

        return all;
    }

    /// <summary>Tells who has to approve a plan, by the policy as it is now.</summary>
    /// <param name="plan">The plan, which need not be kept.</param>
    /// <exception cref="GuardRefusedException">The policy cannot be read.</exception>
    public ApprovalKind NeededApproval(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new PlanChecks(ReadPolicy()).Approval(plan);
    }

    // A plan that is only shown has no name by which somebody could approve it.
    private void CheckAsked(Plan plan, PlanChecks checks, IReadOnlyList<Approval> approvals)
    {
        ApprovalKind needed = checks.Approval(plan);
        if (FindApproval(plan, checks, ApprovalKind.None) is null && !approvals.Any(given => Approvals.KindOf(given, plan, checks.Policy) >= needed)
            && !_options.Approvers.Any(approver => approver.Kind >= needed))
        {
            throw new GuardRefusedException("approval", Plans.Has(plan.Id)
                ? Wanting(plan, needed, checks.Policy)
                : $"It needs an approval ({PolicyWriter.Word(needed)}), and nobody can be asked here.");
        }
    }
}
