using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Inventory;

/// <summary>A resource pool and the guests in it.</summary>
/// <param name="Id">The name.</param>
/// <param name="Guests">The guests in it that the user may see, in the order of their numbers.</param>
public sealed record InventoryPool(string Id, IReadOnlyList<GuestSummary> Guests);
