namespace ProxSharp.Operations.Ledgers;

/// <summary>Tasks of calls for whose end nobody has waited, and what became of them afterwards.</summary>
internal static class LeftTasks
{
    /// <summary>The kind of entry that says how a task ended after its call was given up.</summary>
    public const string Kind = "ended";

    private const string Outcome = "outcome";

    /// <summary>The entry that says how a task ended; null if there is none.</summary>
    public static LedgerEntry? End(IEnumerable<LedgerEntry> ledger, string planId, string? upid) => upid is null
        ? null
        : ledger.FirstOrDefault(entry => entry.Kind == Kind && entry.PlanId == planId && Upid(entry) == upid);

    /// <summary>The entries that name a task whose end is not on record, one for each task.</summary>
    public static IReadOnlyList<LedgerEntry> Of(IReadOnlyList<LedgerEntry> ledger)
    {
        HashSet<string> known =
        [
            .. ledger.Where(static entry => entry.Kind == Kind || (entry.Kind == Outcome && entry.Facts.Text("result") is "succeeded" or "failed"))
                .Select(Upid).OfType<string>(),
        ];
        return
        [
            .. ledger.Where(entry => entry.Kind is Outcome or "task" && Upid(entry) is { } upid && !known.Contains(upid)).DistinctBy(Upid),
        ];
    }

    private static string? Upid(LedgerEntry entry) => entry.Facts.Text("upid");
}
