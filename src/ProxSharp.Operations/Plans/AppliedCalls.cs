using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Operations.Plans;

/// <summary>What came of the calls of a plan, by the ledger. They are made one after another, so the order of the entries tells which is which.</summary>
internal static class AppliedCalls
{
    /// <summary>The words in which outcomes are written.</summary>
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Unknown = "unknown";
    public const string Running = "running";

    /// <summary>The kind of entry that names the task of a call which takes its time, before its outcome is known.</summary>
    public const string TaskKind = "task";

    /// <summary>True if calls of the plan were made, or were about to be.</summary>
    public static bool Any(IEnumerable<LedgerEntry> ledger, string planId) => ledger.Any(entry => entry.PlanId == planId && entry.Kind == "intent");

    /// <summary>What came of each call of a plan.</summary>
    public static CallState[] Of(Plan plan, IEnumerable<LedgerEntry> ledger)
    {
        LedgerEntry[] own = [.. ledger.Where(entry => entry.PlanId == plan.Id)];
        LedgerEntry[] outcomes = [.. own.Where(static entry => entry.Kind == "outcome").Select(outcome => Ledger.EndOf(own, outcome))];
        int intents = own.Count(static entry => entry.Kind == "intent");
        return [.. plan.Calls.Select((_, i) => i < outcomes.Length ? StateOf(outcomes[i])
            : i < intents ? (i == intents - 1 && EndOfLast(own) is { } end ? StateOf(end) : CallState.Unknown)
            : CallState.NotMade)];
    }

    /// <summary>The task that a call of a plan has started; null if there is none, or nobody knows.</summary>
    public static string? Task(Plan plan, IReadOnlyList<LedgerEntry> ledger, int call) =>
        (Outcome(ledger, plan.Id, call) ?? ledger.LastOrDefault(entry => entry.PlanId == plan.Id && entry.Kind == TaskKind))?.Facts.Text("upid");

    /// <summary>The entry with the outcome of a call of a plan; null if there is none.</summary>
    public static LedgerEntry? Outcome(IEnumerable<LedgerEntry> ledger, string planId, int call) =>
        ledger.Where(entry => entry.PlanId == planId && entry.Kind == "outcome").ElementAtOrDefault(call);

    /// <summary>The task of the last call of a plan if nobody waited for its end; null if there is none.</summary>
    public static string? LeftTask(IEnumerable<LedgerEntry> ledger, string planId) =>
        ledger.LastOrDefault(entry => entry.PlanId == planId && (entry.Kind is "intent" or "outcome" or TaskKind or LeftTasks.Kind)) is { } last
        && (last.Kind == TaskKind || (last.Kind == "outcome" && StateOf(last) == CallState.Unknown))
            ? last.Facts.Text("upid")
            : null;

    /// <summary>The plans that were made to take a plan back, and begun.</summary>
    public static HashSet<string> Undoing(IEnumerable<LedgerEntry> ledger, string planId) =>
        [.. ledger.Where(entry => entry.Kind == "intent" && entry.Facts.Text("undoes") == planId).Select(static entry => entry.PlanId)];

    /// <summary>True if a plan was taken back before, in part at least.</summary>
    public static bool IsUndone(IReadOnlyList<LedgerEntry> ledger, string planId)
    {
        HashSet<string> undoing = Undoing(ledger, planId);
        LedgerEntry[] outcomes =
        [
            .. ledger.Where(entry => entry.Kind == "outcome" && undoing.Contains(entry.PlanId)).Select(outcome => Ledger.EndOf(ledger, outcome)),
        ];
        return outcomes.Any(static entry => StateOf(entry) != CallState.Failed)
            || ledger.Count(entry => entry.Kind == "intent" && undoing.Contains(entry.PlanId)) > outcomes.Length;
    }

    /// <summary>True if a call was made to take a plan back, and that was not taken back in turn.</summary>
    public static bool IsUndoneBy(IReadOnlyList<LedgerEntry> ledger, string planId, PlannedCall call) => Undoing(ledger, planId)
        .Where(undo => !IsUndone(ledger, undo))
        .Any(undo => ledger.Any(entry => entry.PlanId == undo && entry.Kind == "outcome"
            && StateOf(Ledger.EndOf(ledger, entry)) == CallState.Succeeded && entry.Facts.Text("call") == call.ToString()));

    // The program that has made the call was gone before it could write an outcome.
    private static LedgerEntry? EndOfLast(LedgerEntry[] own)
    {
        int intent = Array.FindLastIndex(own, static entry => entry.Kind == "intent");
        int task = Array.FindLastIndex(own, static entry => entry.Kind == TaskKind);
        return task > intent ? LeftTasks.End(own, own[task].PlanId, own[task].Facts.Text("upid")) : null;
    }

    private static CallState StateOf(LedgerEntry outcome) => outcome.Facts.Text("result") switch
    {
        Succeeded => CallState.Succeeded,
        Failed => CallState.Failed,
        _ => CallState.Unknown,
    };
}
