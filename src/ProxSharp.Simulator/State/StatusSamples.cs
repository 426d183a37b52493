using ProxSharp.Simulator.Guests;

namespace ProxSharp.Simulator.State;

/// <summary>
/// What the status daemon saw when it last looked at the guests: names, states and figures in lists of the whole cluster lag behind by its interval. All else in
/// them comes from the configurations, and is of now.
/// </summary>
internal sealed class StatusSamples(TimeSpan interval)
{
    private readonly Dictionary<int, StatusSample> _samples = [];
    private long _round = -1;

    /// <summary>Looks at the guests if a new interval has begun.</summary>
    public void Refresh(PveState state)
    {
        long round = state.Now.UtcTicks / interval.Ticks;
        if (round == _round)
        {
            return;
        }

        // Tasks that ended before the daemon looked count; those that ended since do not.
        _round = round;
        DateTimeOffset at = new(round * interval.Ticks, TimeSpan.Zero);
        state.Tasks.Settle(at);
        _samples.Clear();
        foreach (Guest guest in state.Guests.Values)
        {
            _samples[guest.VmId] = new StatusSample(guest.Name, guest.IsRunning, guest.IsRunning ? Math.Max(0, (long)(at - guest.StartedAt).TotalSeconds) : 0);
        }
    }

    /// <summary>What was seen of a guest; null if it is newer.</summary>
    public StatusSample? Find(int vmid) => _samples.TryGetValue(vmid, out StatusSample sample) ? sample : null;

    /// <summary>One guest at one moment.</summary>
    internal readonly record struct StatusSample(string Name, bool IsRunning, long Uptime);
}
