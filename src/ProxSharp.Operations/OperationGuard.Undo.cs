using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations;

public sealed partial class OperationGuard
{
    // Whoever asks for the same way back again is told that it was gone, and gets no plan that does nothing.
    private async Task<PlanDraft> DraftNeededUndoAsync(string planId, PlanChecks checks, bool evenChanged, CancellationToken cancellationToken)
    {
        try
        {
            (PlanDraft undo, IReadOnlyList<UndoStep> steps) = await DraftUndoAsync(planId, checks, evenChanged, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<LedgerEntry> entries = Ledger.List();
            return AppliedCalls.IsUndone(entries, planId) && UndoCheck.IsBack(Plans.Load(planId), entries, steps, undo) ? throw Unneeded.TakenBack(planId) : undo;
        }
        catch (ProxmoxException gone) when (gone is ProxmoxNotFoundException or GuardRefusedException { Reason: "target" }
            && AppliedCalls.IsUndone(Ledger.List(), planId) && Plans.Load(planId).Draft.Undo.All(static step => step.Call.Method == Api.ApiMethod.Delete))
        {
            throw Unneeded.TakenBack(planId, gone);
        }
    }

    private async Task<(PlanDraft Undo, IReadOnlyList<UndoStep> Steps)> DraftUndoAsync(
        string planId, PlanChecks checks, bool evenChanged, CancellationToken cancellationToken)
    {
        IReadOnlyList<LedgerEntry> entries = Ledger.ListSound();
        Plan done = Plans.Load(planId);
        CheckServer(done);
        UndoPlanner planner = new(Ledger);
        PlanBuilder builder = Builder(checks);
        (IReadOnlyList<UndoStep> steps, IReadOnlyList<string> gone) = await new GoneObjects(Client).LeaveOutAsync(done, planner.Steps(done), cancellationToken)
            .ConfigureAwait(false);
        if (steps.Count == 0)
        {
            throw AppliedCalls.IsUndone(entries, planId) ? Unneeded.TakenBack(planId) : Unneeded.Gone(planId, gone);
        }

        await new LeftObjects(Client, _door).CheckListsAsync(done, entries, steps, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedCall> back = await builder.ResolveAsync(steps.Select(static step => step.Call.ToRequest()), null, cancellationToken)
            .ConfigureAwait(false);
        PlanDraft undo = await builder.BuildAsync(back, planner.Release(done), cancellationToken).ConfigureAwait(false);
        UndoCheck.Check(done, entries, undo, Plans);
        IReadOnlyList<string> overwrites = UndoCheck.Overwrites(done, Ledger, entries, steps, undo, evenChanged);
        return (undo with
        {
            Undoes = done.Id,
            Overwrites = overwrites,
            Consequences =
            [
                .. undo.Consequences, .. planner.Kept(done).Select(Consequences.Stays), .. overwrites.Select(Consequences.Overwrites),
                .. gone.Select(Consequences.LeavesOut),
            ],
        }, steps);
    }
}
