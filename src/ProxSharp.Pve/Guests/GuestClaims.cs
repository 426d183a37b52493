using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// Finds a free number for a new guest by making the guest: the server alone decides, and a number that turns out to be taken is followed by the next.
/// What it calls the next free number is only where the search begins.
/// </summary>
internal sealed class GuestClaims(PveClient client)
{
    private const int ConflictsPerLook = 10;

    private static readonly ClusterListResourcesRequest s_guests = new() { Type = ResourceFilter.Vm };

    private readonly VmIdReservations _reservations = VmIdReservations.Of(client.Options);

    /// <summary>Makes a guest under the number that is wanted, or under a free one.</summary>
    public async Task<T> ClaimAsync<T>(VmId? wanted, VmIdRange? range, Func<VmId, Task<T>> create, CancellationToken cancellationToken)
    {
        if (wanted is { } id)
        {
            return await create(id).ConfigureAwait(false);
        }

        int next = range?.From.Value ?? 0;
        for (int conflicts = 0; ; conflicts++)
        {
            if (conflicts % ConflictsPerLook == 0)
            {
                next = Math.Max(next, await LookAsync(range, next, cancellationToken).ConfigureAwait(false));
            }

            using VmIdReservation reservation = _reservations.Take(next, range);
            try
            {
                T made = await create(reservation.Id).ConfigureAwait(false);
                reservation.Keep();
                return made;
            }
            catch (ProxmoxConflictException exception) when (IsTaken(exception, reservation.Id))
            {
                reservation.Keep();
                next = reservation.Id.Value + 1;
            }
            catch (ProxmoxOutcomeUnknownException)
            {
                // The number may be taken. Whoever asked finds out whether; nobody is given another guest in its place.
                reservation.Keep();
                throw;
            }
        }
    }

    /// <inheritdoc cref="ClaimAsync"/>
    public T Claim<T>(VmId? wanted, VmIdRange? range, Func<VmId, T> create, CancellationToken cancellationToken)
    {
        if (wanted is { } id)
        {
            return create(id);
        }

        int next = range?.From.Value ?? 0;
        for (int conflicts = 0; ; conflicts++)
        {
            if (conflicts % ConflictsPerLook == 0)
            {
                next = Math.Max(next, Look(range, next, cancellationToken));
            }

            using VmIdReservation reservation = _reservations.Take(next, range);
            try
            {
                T made = create(reservation.Id);
                reservation.Keep();
                return made;
            }
            catch (ProxmoxConflictException exception) when (IsTaken(exception, reservation.Id))
            {
                reservation.Keep();
                next = reservation.Id.Value + 1;
            }
            catch (ProxmoxOutcomeUnknownException)
            {
                // The number may be taken. Whoever asked finds out whether; nobody is given another guest in its place.
                reservation.Keep();
                throw;
            }
        }
    }

    // Proxmox: "VM 110 already exists on node 'pve1'", or "unable to create VM 100: config file already exists" for clones.
    private static bool IsTaken(ProxmoxConflictException exception, VmId id) =>
        exception.ServerMessage.Contains(id.ToString(), StringComparison.Ordinal)
        && (exception.ServerMessage.Contains("already exists", StringComparison.OrdinalIgnoreCase)
            || exception.ServerMessage.Contains("file exists", StringComparison.OrdinalIgnoreCase));

    private static int FirstFree(VmIdRange range, int from, IReadOnlyList<ClusterResourcesItem> guests)
    {
        HashSet<long> used = [.. guests.Where(static guest => guest.VmId is not null).Select(static guest => guest.VmId!.Value)];
        int free = Math.Max(from, range.From.Value);
        while (used.Contains(free))
        {
            free++;
        }

        return free;
    }

    // The server's own search knows the cluster's range for numbers, but none of the caller's.
    private async Task<int> LookAsync(VmIdRange? range, int from, CancellationToken cancellationToken) => range is { } within
        ? FirstFree(within, from, await client.Api.Cluster.ListResourcesAsync(s_guests, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false))
        : Number(await client.Api.Cluster.GetNextIdAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    private int Look(VmIdRange? range, int from, CancellationToken cancellationToken) => range is { } within
        ? FirstFree(within, from, client.Api.Cluster.ListResources(s_guests, cancellationToken: cancellationToken).Data)
        : Number(client.Api.Cluster.GetNextId(cancellationToken: cancellationToken).Data);

    // An answer without a number only means that the search begins at the lowest.
    private static int Number(long? nextId) => (int)(nextId ?? VmId.Lowest);
}
