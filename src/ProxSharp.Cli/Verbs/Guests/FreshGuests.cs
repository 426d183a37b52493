using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>
/// Where guests are by now. A node that does not hold a guest any more would start a task that fails, so the place must be fresh; one list of the cluster
/// every few seconds serves all guests, instead of one for each.
/// </summary>
/// <param name="pve">The cluster.</param>
/// <param name="chosen">The guests as they were when they were chosen.</param>
/// <param name="time">The clock.</param>
/// <param name="chosenAt">When that was, as a timestamp of the clock.</param>
internal sealed class FreshGuests(PveClient pve, IReadOnlyList<GuestSummary> chosen, TimeProvider time, long chosenAt)
{
    // The list of a large cluster takes its time: it is read for a tenth of the time at most.
    private const int ShareOfTime = 10;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(4);

    private readonly Lock _gate = new();
    private Task<Dictionary<VmId, GuestSummary>> _newest = Task.FromResult(ById(chosen));
    private long _readAt = chosenAt;
    private TimeSpan _lasts = s_fresh;

    /// <summary>
    /// The guest by the newest list; as it was known if the list does not hold it, or cannot be read. A name that was asked for is newer than that of a list.
    /// </summary>
    public async Task<GuestSummary> FindAsync(GuestSummary guest, CancellationToken cancellationToken) =>
        (await Newest(cancellationToken).ConfigureAwait(false)).GetValueOrDefault(guest.Id) is not { } found ? guest
        : guest.IsLive ? found with { Name = guest.Name }
        : found;

    private Task<Dictionary<VmId, GuestSummary>> Newest(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_newest.IsCompleted && time.GetElapsedTime(_readAt) >= _lasts)
            {
                _newest = ReadAsync(_newest, cancellationToken);
            }

            return _newest;
        }
    }

    private async Task<Dictionary<VmId, GuestSummary>> ReadAsync(Task<Dictionary<VmId, GuestSummary>> before, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        try
        {
            return ById(await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxException)
        {
            // The server that is asked for the change itself says what is wrong.
            return await before.ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                TimeSpan share = time.GetElapsedTime(start) * ShareOfTime;
                _lasts = share > s_fresh ? share : s_fresh;
                _readAt = time.GetTimestamp();
            }
        }
    }

    private static Dictionary<VmId, GuestSummary> ById(IReadOnlyList<GuestSummary> guests) => guests.ToDictionary(static guest => guest.Id);
}
