using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Makes sure that a way back leads to what was changed: a number that was given out again is somebody else's.</summary>
internal static class UndoCheck
{
    public static void Check(Plan done, IReadOnlyList<LedgerEntry> ledger, PlanDraft undo)
    {
        // What the plan itself has renamed or rewired is different on purpose.
        HashSet<string> ignored = [.. done.Calls.SelectMany(static call => call.Others).Select(static parameter => parameter.Name), "name"];
        IEnumerable<PlanTarget> made = ledger.Where(entry => entry.PlanId == done.Id && entry.Kind == "made")
            .Select(static entry => PlanTarget.Read(entry.Facts));
        Dictionary<string, PlanTarget> known = done.Targets.Concat(made).GroupBy(static target => target.Key)
            .ToDictionary(static group => group.Key, static group => group.Last(), StringComparer.Ordinal);
        foreach (PlanTarget now in undo.Targets)
        {
            string[] changes = known.TryGetValue(now.Key, out PlanTarget? then)
                ? [.. then.Identity.Keys.Union(now.Identity.Keys).Where(key => !ignored.Contains(key) && Differs(then, now, key))]
                : [];
            if (changes.Length > 0)
            {
                string what = UntrustedText.Clean(string.Join(", ", changes), 200);
                throw new GuardRefusedException("drift", $"{now.Key} is not the one that was changed then: {what} differ. There is no way back.");
            }
        }
    }

    // The snapshots of a group are what a deletion changes; its name is what matters.
    private static bool Differs(PlanTarget then, PlanTarget now, string key) =>
        key is not ("times" or "manifests") && then.Identity.GetValueOrDefault(key) != now.Identity.GetValueOrDefault(key);
}
