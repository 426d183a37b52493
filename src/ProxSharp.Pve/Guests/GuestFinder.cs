using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// Chooses the guest that a name or a number means. Names are compared as they are written first, then without regard to case, as DNS compares. The guest that is
/// found by its name is asked for it, because the list of the cluster shows names up to 10 s late.
/// </summary>
/// <param name="client">The cluster.</param>
internal sealed class GuestFinder(PveClient client)
{
    /// <summary>Finds the guest.</summary>
    /// <param name="nameOrId">A number, or a name.</param>
    /// <param name="type">The kind that is looked for; null for both.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="ProxmoxNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousGuestException">There are several.</exception>
    public async Task<GuestSummary> FindAsync(string nameOrId, GuestType? type, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrId);
        IReadOnlyList<GuestSummary> all = await client.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        if (IsNumber(all, nameOrId))
        {
            return Find(all, nameOrId, type);
        }

        return Named(all, nameOrId, type) is [{ } only]
            && await client.Guests.Live.TryLookAsync(only, cancellationToken).ConfigureAwait(false) is { } now && IsNamed(now, nameOrId)
            ? now
            : Find(await client.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false), nameOrId, type);
    }

    /// <inheritdoc cref="FindAsync"/>
    public GuestSummary Find(string nameOrId, GuestType? type, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrId);
        IReadOnlyList<GuestSummary> all = client.Guests.List(cancellationToken);
        if (IsNumber(all, nameOrId))
        {
            return Find(all, nameOrId, type);
        }

        return Named(all, nameOrId, type) is [{ } only] && client.Guests.Live.TryLook(only, cancellationToken) is { } now && IsNamed(now, nameOrId)
            ? now
            : Find(client.Guests.ListLive(cancellationToken), nameOrId, type);
    }

    /// <summary>Finds the guest in a list. Pure.</summary>
    internal static GuestSummary Find(IReadOnlyList<GuestSummary> guests, string nameOrId, GuestType? type)
    {
        if (VmId.TryParse(nameOrId, out VmId id) && guests.FirstOrDefault(guest => guest.Id == id) is { } numbered)
        {
            return type is null || numbered.Type == type
                ? numbered
                : throw Missing(nameOrId, type, $"guest {id} is a {(numbered.Type == GuestType.Lxc ? "container" : "VM")}");
        }

        IReadOnlyList<GuestSummary> named = Named(guests, nameOrId, type);
        return named.Count switch
        {
            1 => named[0],
            0 => throw Missing(nameOrId, type, "no guest of the cluster that you may see has this name or number"),
            _ => throw AmbiguousGuestException.For(nameOrId, named),
        };
    }

    // What looks like a number may be a name only of a guest that is listed.
    private static bool IsNumber(IReadOnlyList<GuestSummary> guests, string nameOrId) =>
        VmId.TryParse(nameOrId, out VmId id) && (guests.Any(guest => guest.Id == id) || Named(guests, nameOrId, null).Count == 0);

    private static bool IsNamed(GuestSummary guest, string name) => string.Equals(guest.Name, name, StringComparison.OrdinalIgnoreCase);

    private static List<GuestSummary> Named(IReadOnlyList<GuestSummary> guests, string name, GuestType? type) =>
        Named(guests, name, type, StringComparison.Ordinal) is { Count: > 0 } exact ? exact : Named(guests, name, type, StringComparison.OrdinalIgnoreCase);

    private static List<GuestSummary> Named(IReadOnlyList<GuestSummary> guests, string name, GuestType? type, StringComparison comparison) =>
        [.. guests.Where(guest => (type is null || guest.Type == type) && string.Equals(guest.Name, name, comparison))];

    private static ProxmoxNotFoundException Missing(string nameOrId, GuestType? type, string why)
    {
        string kind = type is null ? "guest" : type == GuestType.Lxc ? "container" : "VM";
        return new ProxmoxNotFoundException($"Unable to find {kind} '{nameOrId}': {why}.") { Method = ApiMethod.Get, Path = "/cluster/resources" };
    }
}
