using System.Text.Json;

namespace ProxSharp.Operations.Ledgers;

/// <summary>A line of the ledger.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Kind"><c>intent</c> before something is sent, <c>outcome</c> after, <c>made</c> for who a guest is that the plan made.</param>
/// <param name="PlanId">The plan it belongs to.</param>
/// <param name="Facts">What was intended, or what came of it. Secrets are masked.</param>
public sealed record LedgerEntry(long Number, DateTimeOffset Time, string Kind, string PlanId, JsonElement Facts);
