using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Makes sure that a way back leads to what was changed: a number that was given out again is somebody else's, and so is a value that was set since.
/// </summary>
internal static class UndoCheck
{
    /// <summary>Says what others have set since the plan that is taken back was applied, and what its way back would overwrite.</summary>
    /// <exception cref="GuardRefusedException">There is something, and it is not wished that it is overwritten.</exception>
    public static IReadOnlyList<string> Overwrites(
        Plan done, Ledger ledger, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<UndoStep> steps, PlanDraft undo, bool evenChanged)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> changes = [];
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i].Call.Path.EndsWith("/migrate", StringComparison.Ordinal) && Node(undo.Calls[i]) is { } node && node != Node(steps[i].Call))
            {
                changes.Add($"guest {undo.Calls[i].Parameters.Find("vmid")} was moved to {Node(steps[i].Call)} and is on {node}");
            }

            if (AppliedCalls.Outcome(entries, done.Id, steps[i].Of) is { } outcome)
            {
                // What only prepares the removal of a guest says nothing about it.
                if (LeftObjects.Telling(steps.Where(step => step.Of == steps[i].Of)) != steps[i])
                {
                    continue;
                }

                string[] values = [.. LeftValues.Changed(ledger, outcome, undo.Calls[i], undo.Before[i], seen)];
                changes.AddRange(values.Length > 0 || LeftObjects.Change(From(entries, done, steps[i].Of), undo.Calls[i], undo) is not { } whole ? values : [whole]);
            }
        }

        string[] lines = [.. changes.Select(static change => UntrustedText.Clean(change, 300))];
        return lines.Length == 0 || evenChanged
            ? lines
            : throw new GuardRefusedException(
                "changed",
                $"Plan {done.Id[..12]} is not taken back: what it left has been changed since, and that would be lost: {string.Join("; ", lines)}. "
                + $"Plan what is needed instead, or a person overwrites it: prox undo {JsonTexts.Number(entries.Last(entry => entry.PlanId == done.Id).Number)} --even-changed.");
    }

    private static string? Node(PlannedCall call) => call.Parameters.Find("node");

    private static IEnumerable<LedgerEntry> From(IReadOnlyList<LedgerEntry> entries, Plan done, int place) =>
        Enumerable.Range(place, done.Calls.Count - place).Select(call => AppliedCalls.Outcome(entries, done.Id, call)).OfType<LedgerEntry>();

    /// <summary>Tells whether a way back would change nothing, because all is as it was before the plan.</summary>
    public static bool IsBack(Plan done, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<UndoStep> steps, PlanDraft undo)
    {
        // The first call is taken back last, so that its values are those that stay.
        HashSet<string> seen = new(StringComparer.Ordinal);
        return Enumerable.Range(0, steps.Count).Reverse().All(i => Unneeded.Reason(done.Product, undo.Calls[i], undo.Targets, undo.Before[i]) is not null

            // What was removed and is there again is somebody else's.
            || (undo.Calls[i].Method == ApiMethod.Delete && AppliedCalls.IsUndoneBy(entries, done.Id, undo.Calls[i]))
            || (AppliedCalls.Outcome(entries, done.Id, steps[i].Of) is { } outcome
                && LeftValues.AreRestored(outcome, undo.Calls[i], undo.Before[i], seen)));
    }

    /// <summary>Makes sure that what a way back acts on is what the plan has changed.</summary>
    /// <exception cref="GuardRefusedException">Something is another one by now, or nobody can tell.</exception>
    public static void Check(Plan done, IReadOnlyList<LedgerEntry> ledger, PlanDraft undo, PlanStore plans)
    {
        Dictionary<string, PlanTarget> known = done.Targets.Concat(Made(done, ledger)).GroupBy(static target => target.Key)
            .ToDictionary(static group => group.Key, static group => group.Last(), StringComparer.Ordinal);
        LaterChanges later = new(done, ledger, plans);
        foreach (PlanTarget now in undo.Targets)
        {
            string[] changes = known.TryGetValue(now.Key, out PlanTarget? then) ? [.. later.Unexplained(then, now)] : [];
            if (then is null && (GuestSnapshots.IsKey(now.Key) || done.Targets.Any(target => target.Key == $"new {now.Key}")))
            {
                throw new GuardRefusedException(
                    "drift", $"{now.Key} may be another one than the plan has made: nobody saw it when its task ended. A person looks at it, and removes it.");
            }

            if (changes.Length > 0)
            {
                string what = UntrustedText.Clean(string.Join(", ", changes), 200);
                throw new GuardRefusedException(
                    "drift",
                    $"{now.Key} is not known to be the one that was changed then: {what} differ, and the ledger knows of no later plan, which is still kept, "
                    + "that has left it so. There is no way back: look at the server and plan what is needed.");
            }
        }
    }

    /// <summary>The guests and snapshots that a plan has made, as they were seen then.</summary>
    public static IEnumerable<PlanTarget> Made(Plan done, IReadOnlyList<LedgerEntry> ledger) =>
        ledger.Where(entry => entry.PlanId == done.Id && entry.Kind == "made").Select(static entry => PlanTarget.Read(entry.Facts));
}
