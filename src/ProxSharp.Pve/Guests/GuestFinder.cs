using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>Chooses the guest that a name or a number means.</summary>
internal static class GuestFinder
{
    /// <summary>Finds the guest.</summary>
    /// <param name="guests">All guests of the cluster.</param>
    /// <param name="nameOrId">A number, or a name: as it is written first, then without regard to case, as DNS compares.</param>
    /// <param name="type">The kind that is looked for; null for both.</param>
    /// <exception cref="ProxmoxNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousGuestException">There are several.</exception>
    public static GuestSummary Find(IReadOnlyList<GuestSummary> guests, string nameOrId, GuestType? type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrId);
        if (VmId.TryParse(nameOrId, out VmId id) && guests.FirstOrDefault(guest => guest.Id == id) is { } numbered)
        {
            return type is null || numbered.Type == type
                ? numbered
                : throw Missing(nameOrId, type, $"guest {id} is a {(numbered.Type == GuestType.Lxc ? "container" : "VM")}");
        }

        IReadOnlyList<GuestSummary> named = Named(guests, nameOrId, type, StringComparison.Ordinal);
        if (named.Count == 0)
        {
            named = Named(guests, nameOrId, type, StringComparison.OrdinalIgnoreCase);
        }

        return named.Count switch
        {
            1 => named[0],
            0 => throw Missing(nameOrId, type, "no guest of the cluster that you may see has this name or number"),
            _ => throw AmbiguousGuestException.For(nameOrId, named),
        };
    }

    private static List<GuestSummary> Named(IReadOnlyList<GuestSummary> guests, string name, GuestType? type, StringComparison comparison) =>
        [.. guests.Where(guest => (type is null || guest.Type == type) && string.Equals(guest.Name, name, comparison))];

    private static ProxmoxNotFoundException Missing(string nameOrId, GuestType? type, string why)
    {
        string kind = type is null ? "guest" : type == GuestType.Lxc ? "container" : "VM";
        return new ProxmoxNotFoundException($"Unable to find {kind} '{nameOrId}': {why}.") { Method = ApiMethod.Get, Path = "/cluster/resources" };
    }
}
