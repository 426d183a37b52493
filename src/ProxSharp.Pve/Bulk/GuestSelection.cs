using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>What a <see cref="GuestSelector"/> has chosen.</summary>
/// <param name="Guests">The guests, each once.</param>
/// <param name="Unmatched">The words of the selection that fit no guest, as they were written: often a slip of the pen.</param>
public sealed record GuestSelection(IReadOnlyList<GuestSummary> Guests, IReadOnlyList<string> Unmatched);
