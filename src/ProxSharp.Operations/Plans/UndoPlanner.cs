using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds what takes an applied plan back: only what the ledger says was done, the last call first.</summary>
internal sealed class UndoPlanner(Ledger ledger)
{
    /// <summary>What takes a plan back, the last call first.</summary>
    /// <exception cref="GuardRefusedException">Nothing was done, there is no way back, or nobody knows what was done.</exception>
    public IReadOnlyList<UndoStep> Steps(Plan done)
    {
        CallState[] states = AppliedCalls.Of(done, ledger.List());
        int unknown = Array.IndexOf(states, CallState.Unknown);
        if (unknown >= 0)
        {
            throw new GuardRefusedException("unknown-outcome", Unknown(done, states, unknown, AppliedCalls.LeftTask(ledger.List(), done.Id)));
        }

        int[] made = [.. Enumerable.Range(0, states.Length).Where(i => states[i] == CallState.Succeeded)];
        if (made.Length == 0)
        {
            // What a program has done before it failed nobody knows.
            PlannedCall[] ran = [.. done.Calls.Where((call, i) => states[i] == CallState.Failed && GuestProgram.IsStartedBy(call))];
            throw new GuardRefusedException("target", ran.Length > 0
                ? $"There is no way back from {Join(ran)}."
                : $"Nothing of plan {done.Id[..12]} was done: there is nothing to take back.");
        }

        UndoStep[] steps = [.. Needed(done.Draft, made)];
        return steps.Length > 0
            ? steps
            : throw new GuardRefusedException("target", $"There is no way back from {Join(made.Select(i => done.Calls[i]))}.");
    }

    /// <summary>The calls that were made and have no way back, without those on what another one has destroyed.</summary>
    public IReadOnlyList<PlannedCall> Kept(Plan done)
    {
        CallState[] states = AppliedCalls.Of(done, ledger.List());
        return [.. Enumerable.Range(0, states.Length).Where(i => states[i] == CallState.Succeeded
            && (done.Draft.Final.Contains(i) || done.Draft.Undo.All(step => step.Of != i))).Select(i => done.Calls[i])];
    }

    /// <summary>The places of those of some calls that do not come back.</summary>
    /// <param name="draft">What the plan says.</param>
    /// <param name="made">The places of the calls that were made.</param>
    public static IEnumerable<int> Lost(PlanDraft draft, IReadOnlyCollection<int> made) =>
        made.Where(place => draft.Undo.All(step => step.Of != place)).Union(FinalCalls.Lost(draft, made)).Order();

    /// <summary>The ways back from some calls: what one of them brings back as it was before all of them needs no other one.</summary>
    /// <param name="draft">What the plan says.</param>
    /// <param name="made">The places of the calls that were made.</param>
    public static IEnumerable<UndoStep> Needed(PlanDraft draft, IReadOnlyCollection<int> made)
    {
        HashSet<int> lost = FinalCalls.Lost(draft, made);
        return draft.Undo.Where(step => made.Contains(step.Of) && !lost.Contains(step.Of)
            && (step.Call.Method != ApiMethod.Put || !made.Any(i => i > step.Of && draft.Calls[i].Method == ApiMethod.Delete
                && draft.Calls[i].ConcretePath == step.Call.ConcretePath && draft.Undo.Any(other => other.Of == i))));
    }

    /// <summary>The guests that the plan has retired, if nobody has taken that back before.</summary>
    public PlanRelease Release(Plan done)
    {
        IReadOnlyList<LedgerEntry> entries = ledger.List();
        if (AppliedCalls.IsUndone(entries, done.Id))
        {
            return PlanRelease.None;
        }

        CallState[] states = AppliedCalls.Of(done, entries);
        return new PlanRelease(
            done.Calls.Where((call, i) => states[i] == CallState.Succeeded && Retirement.IsPartOf(call))
                .GroupBy(static call => $"guest {call.Parameters.Find("vmid")}", StringComparer.Ordinal)
                .ToDictionary(static group => group.Key, static group => group.Last(), StringComparer.Ordinal),
            done.Targets.ToDictionary(static target => target.Key, StringComparer.Ordinal));
    }

    private static string Unknown(Plan done, CallState[] states, int unknown, string? task)
    {
        UndoStep[] known = [.. done.Draft.Undo.Where(step => states[step.Of] == CallState.Succeeded)];
        string rest = known.Length > 0 ? $" What is known to be done is taken back with: {Join(known.Select(static step => step.Call))}." : "";
        string last = task is null ? "Look at the server and plan what is needed."
            : $"Its task was {UntrustedText.Clean(task, 300)}; while it runs, wait for its end, and then take the plan back. "
                + "Else look at the server and plan what is needed.";
        return $"Nobody knows what became of {Join([done.Calls[unknown]])}, so it is not taken back blindly. {last}{rest}";
    }

    private static string Join(IEnumerable<PlannedCall> calls) =>
        string.Join(" and ", calls.Select(static call => UntrustedText.Clean(call.ToString(), 300))
            .GroupBy(static call => call, StringComparer.Ordinal)
            .Select(static same => same.Count() == 1 ? same.Key : $"{same.Key} ({same.Count()} times)"));
}
