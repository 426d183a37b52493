using System.Globalization;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells of guests that a plan has renamed lately under which name people know them: whoever is asked about a guest by a name that it has had for minutes takes
/// it for another one.
/// </summary>
internal static class RenamedGuests
{
    /// <summary>How a sentence about one begins.</summary>
    public const string Start = "Renamed lately: ";

    private const string Was = " was called ";
    private const int MostNames = 3;

    private static readonly TimeSpan s_lately = TimeSpan.FromDays(1);

    /// <summary>Adds those sentences to what a plan says, if it does more than what can be taken back.</summary>
    /// <param name="draft">What the plan says.</param>
    /// <param name="entries">The ledger.</param>
    /// <param name="plans">The plans.</param>
    /// <param name="now">The time.</param>
    public static PlanDraft Tell(PlanDraft draft, IReadOnlyList<LedgerEntry> entries, PlanStore plans, DateTimeOffset now)
    {
        if (draft.Calls.All(static call => call.Class < OperationClass.Disruptive))
        {
            return draft;
        }

        List<string> lines = [];
        foreach (string planId in entries.Where(entry => entry.Kind == "outcome" && entry.Time > now - s_lately && MayRename(entry))
            .Select(static entry => entry.PlanId).Distinct(StringComparer.Ordinal))
        {
            if (plans.TryLoad(planId) is { } done)
            {
                lines.AddRange(Of(done, entries, draft.Targets));
            }
        }

        return lines.Count == 0 ? draft : draft with { Consequences = [.. draft.Consequences, .. Latest(lines)] };
    }

    private static IEnumerable<string> Latest(IEnumerable<string> lines) => lines.Distinct(StringComparer.Ordinal)
        .GroupBy(static line => line[..line.IndexOf(Was, StringComparison.Ordinal)], StringComparer.Ordinal).SelectMany(static guest => guest.TakeLast(MostNames));

    private static bool MayRename(LedgerEntry entry) => entry.Facts.Text("call") is { } call
        && call.Contains("/config ", StringComparison.Ordinal) && call.Contains("name", StringComparison.Ordinal);

    private static IEnumerable<string> Of(Plan done, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<PlanTarget> targets)
    {
        CallState[] states = AppliedCalls.Of(done, entries);
        for (int i = 0; i < states.Length; i++)
        {
            PlannedCall call = done.Calls[i];
            string key = $"guest {call.Parameters.Find("vmid")}";
            if (states[i] != CallState.Succeeded || !GuestNames.IsConfig(call) || !IdentityChanges.MayChange(call, "name")
                || targets.FirstOrDefault(target => target.Key == key) is not { } now
                || done.Targets.FirstOrDefault(target => target.Key == key) is not { } then || then.IsOther(now, PlanTarget.Created)
                || then.Identity.GetValueOrDefault("name") is not { Length: > 0 } name || name == now.Identity.GetValueOrDefault("name"))
            {
                continue;
            }

            string time = AppliedCalls.Outcome(entries, done.Id, i)?.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";
            yield return $"{Start}{key}{Was}{UntrustedText.Quote(name, 80)} until {time}Z; plan {done.Id[..12]} has renamed it.";
        }
    }
}
