using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>A guest that a change leaves as it is.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Reason">Why: <c>it runs already</c>.</param>
internal sealed record SkippedGuest(GuestSummary Guest, string Reason);
