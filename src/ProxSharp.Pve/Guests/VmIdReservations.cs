using System.Collections.Concurrent;
using System.Globalization;
using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// The numbers that callers in this process are claiming on a cluster, and those that were found to be taken lately. It only saves conflicts: the
/// server decides who gets a number.
/// </summary>
internal sealed class VmIdReservations
{
    // Long enough for everybody who looked before the guest was there to have tried.
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(30);

    private static readonly ConcurrentDictionary<string, VmIdReservations> s_clusters = new(StringComparer.OrdinalIgnoreCase);

    private readonly Lock _lock = new();
    private readonly HashSet<int> _claimed = [];
    private readonly Dictionary<int, long> _taken = [];

    /// <summary>The reservations that all clients with the same endpoints share.</summary>
    public static VmIdReservations Of(ProxmoxClientOptions options)
    {
        string cluster = string.Join(' ', options.Endpoints.Select(static endpoint => endpoint.ToString()).Order(StringComparer.OrdinalIgnoreCase));
        return s_clusters.GetOrAdd(cluster, static _ => new VmIdReservations());
    }

    /// <summary>Reserves the lowest number that nobody here claims or has lately found to be taken.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="range">The numbers to choose from; null for all.</param>
    /// <exception cref="ProxmoxConflictException">The range holds none.</exception>
    public VmIdReservation Take(int from, VmIdRange? range)
    {
        int highest = range?.To.Value ?? VmId.Highest;
        lock (_lock)
        {
            Prune();
            int number = Math.Max(from, range?.From.Value ?? VmId.Lowest);
            while (number <= highest && (_claimed.Contains(number) || _taken.ContainsKey(number)))
            {
                number++;
            }

            if (number > highest)
            {
                throw new ProxmoxConflictException(string.Create(
                    CultureInfo.InvariantCulture, $"Unable to claim a number for a guest: none from "
                        + $"{range?.From.Value ?? VmId.Lowest} to {highest} is free. Allow a wider range."));
            }

            _claimed.Add(number);
            return new VmIdReservation(this, new VmId(number));
        }
    }

    /// <summary>Ends a reservation.</summary>
    public void Release(int number, bool isTaken)
    {
        lock (_lock)
        {
            _claimed.Remove(number);
            if (isTaken)
            {
                _taken[number] = TimeProvider.System.GetTimestamp();
            }
        }
    }

    private void Prune()
    {
        foreach (int number in _taken.Where(static pair => TimeProvider.System.GetElapsedTime(pair.Value) > s_memory).Select(static pair => pair.Key).ToArray())
        {
            _taken.Remove(number);
        }
    }
}
