using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>
/// Does something to guests side by side: so many in all and on each node, the first in the order given whose node has room. A long queue on one node does
/// not hold the others up.
/// </summary>
/// <param name="guests">The guests.</param>
/// <param name="perNode">How many at a time on one node.</param>
/// <param name="total">How many at a time in all.</param>
internal sealed class GuestLanes(IReadOnlyList<GuestSummary> guests, int perNode, int total)
{
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Does it.</summary>
    /// <param name="goesOn">Tells whether another guest may begin.</param>
    /// <param name="work">Does it to the guest at a place of the list; it must not throw.</param>
    public async Task RunAsync(Func<bool> goesOn, Func<int, Task> work)
    {
        for (int at = 0; at < guests.Count; at++)
        {
            LaneOf(at).Waiting.Enqueue(at);
        }

        List<Task<int>> running = [];
        while (true)
        {
            while (running.Count < total && goesOn() && Next() is { } next)
            {
                LaneOf(next).Running++;
                running.Add(OneAsync(work, next));
            }

            if (running.Count == 0)
            {
                return;
            }

            Task<int> ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            LaneOf(await ended.ConfigureAwait(false)).Running--;
        }
    }

    private static async Task<int> OneAsync(Func<int, Task> work, int at)
    {
        await work(at).ConfigureAwait(false);
        return at;
    }

    private int? Next()
    {
        Lane? best = null;
        foreach (Lane lane in _lanes.Values)
        {
            if (lane.Running < perNode && lane.Waiting.TryPeek(out int first) && (best is null || first < best.Waiting.Peek()))
            {
                best = lane;
            }
        }

        return best?.Waiting.Dequeue();
    }

    private Lane LaneOf(int at)
    {
        if (!_lanes.TryGetValue(guests[at].Node, out Lane? lane))
        {
            _lanes[guests[at].Node] = lane = new Lane();
        }

        return lane;
    }

    private sealed class Lane
    {
        public Queue<int> Waiting { get; } = new();

        public int Running { get; set; }
    }
}
