using ProxSharp.Ids;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>
/// Where the guests are by now. Starting a machine on a node that does not hold it would give a task that fails, so the place must be fresh; one list of
/// the cluster every few seconds serves all guests instead of one for each.
/// </summary>
internal sealed class BulkPlaces(PveClient client)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(4);

    private Dictionary<VmId, GuestSummary> _guests = [];
    private long _readAt;
    private bool _isRead;

    /// <summary>True if the list must be read again.</summary>
    public bool IsStale => !_isRead || client.Options.TimeProvider.GetElapsedTime(_readAt) >= s_fresh;

    /// <summary>Takes over a list that was just read.</summary>
    public void Take(IReadOnlyList<GuestSummary> guests)
    {
        _guests = guests.ToDictionary(static guest => guest.Id);
        (_readAt, _isRead) = (client.Options.TimeProvider.GetTimestamp(), true);
    }

    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            Take(await client.Guests.ListAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxException)
        {
            Lose();
        }
    }

    public void Renew(CancellationToken cancellationToken)
    {
        try
        {
            Take(client.Guests.List(cancellationToken));
        }
        catch (ProxmoxException)
        {
            Lose();
        }
    }

    /// <summary>The guest by the newest list; as it was known if the list does not hold it (yet). A name that was asked for is newer than that of a list.</summary>
    public GuestSummary Find(GuestSummary known) =>
        _guests.GetValueOrDefault(known.Id) is not { } found ? known : known.IsLive ? found with { Name = known.Name } : found;

    /// <summary>A handle of the guest that knows its place, or looks for it if the list could not be read.</summary>
    public Guest Handle(GuestSummary guest) => IsStale ? client.Guests.Lost(guest) : client.Guests[guest];

    // Without a list each handle looks for its guest, and fails as its own item if it cannot.
    private void Lose() => _isRead = false;
}
