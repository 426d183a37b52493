using ProxSharp.Pve.Guests;

namespace BackupReport;

/// <summary>A guest without a recent backup.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Latest">When its latest backup was made; null if there is none.</param>
public sealed record UnprotectedGuest(GuestSummary Guest, DateTimeOffset? Latest);
