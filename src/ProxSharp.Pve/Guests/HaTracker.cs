using System.Globalization;

namespace ProxSharp.Pve.Guests;

/// <summary>What a wait for high availability has seen so far.</summary>
internal sealed class HaTracker
{
    /// <summary>The state in which high availability lets a guest be.</summary>
    public const string Error = "error";

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    // The manager takes up what it was asked for in its next round, ten seconds later at most. A move that it refused, or that failed while nobody could
    // look, leaves the guest as it was.
    private static readonly TimeSpan s_untilTakenUp = TimeSpan.FromMinutes(2);

    // Those in which the manager has nothing to do about a guest.
    private static readonly string?[] s_idleStates = [null, "started", "stopped", "disabled", "ignored"];

    private readonly Guest _guest;
    private readonly HaRequest _request;
    private readonly HaWaitOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _start;

    private TimeSpan _pause = s_shortestPause;
    private long? _silentSince;
    private long? _idleSince;
    private bool _hasMoved;

    public HaTracker(Guest guest, HaRequest request, HaWaitOptions? options)
    {
        (_guest, _request, _options, _clock) = (guest, request, options ?? new HaWaitOptions(), guest.Client.Options.TimeProvider);
        OptionCheck.Wait(_options.Timeout, s_longestPause);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.OutageGrace.Ticks, nameof(_options.OutageGrace));
        _start = _clock.GetTimestamp();
    }

    /// <summary>Takes what the guest's node tells.</summary>
    /// <returns>True if the guest is where and how it shall be.</returns>
    /// <exception cref="HaGaveUpException">High availability does nothing about it any more.</exception>
    public bool IsReached(GuestStatusReport report, string node)
    {
        _silentSince = null;
        bool isThere = _request.Node is null || (node == _request.Node && report.Lock is null);
        if (isThere && (_request.Status is null || report.Status == _request.Status))
        {
            return true;
        }

        if (report.HaState == Error || (_request.Node is not null && node != _request.Node && HasEndedMove(report.HaState)))
        {
            throw new HaGaveUpException(_guest.Label, node, report.HaState);
        }

        return false;
    }

    // Of a guest that is not where it shall be.
    private bool HasEndedMove(string? state)
    {
        if (state is "migrate" or "relocate")
        {
            _hasMoved = true;
            _idleSince = null;
            return false;
        }

        _idleSince = s_idleStates.Contains(state) ? _idleSince ?? _clock.GetTimestamp() : null;
        return _hasMoved || (_idleSince is { } since && _clock.GetElapsedTime(since) >= s_untilTakenUp);
    }

    /// <summary>Takes a failure to look: the guest may come up on another node than it was on, also because that one has died.</summary>
    /// <returns>False if it is not worth, or no longer worth, waiting for better.</returns>
    public bool Survives(ProxmoxException failure)
    {
        bool isElsewhere = failure is ProxmoxNotFoundException absence && GuestPlace.IsAbsence(absence);
        if (!isElsewhere && !failure.IsTransient)
        {
            return false;
        }

        _idleSince = null;
        _silentSince ??= _clock.GetTimestamp();
        if (_clock.GetElapsedTime(_silentSince.Value) >= _options.OutageGrace)
        {
            return false;
        }

        _guest.Place.Forget();
        if (!isElsewhere)
        {
            _options.Outage?.Report(failure);
        }

        return true;
    }

    /// <summary>The time until the next look.</summary>
    /// <exception cref="TimeoutException">There is none any more.</exception>
    public TimeSpan Next()
    {
        TimeSpan pause = _pause;
        if (_options.Timeout != Timeout.InfiniteTimeSpan)
        {
            TimeSpan left = _options.Timeout - _clock.GetElapsedTime(_start);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException(string.Create(
                    CultureInfo.InvariantCulture, $"High availability has not brought {_guest.Label} to {Wanted()} within {_options.Timeout.TotalSeconds:0.###} s."));
            }

            pause = left < pause ? left : pause;
        }

        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        return pause;
    }

    private string Wanted() => (_request.Status, _request.Node) switch
    {
        ({ } status, null) => $"the state '{status}'",
        (null, { } node) => $"the node {node}",
        var (status, node) => $"the state '{status}' on the node {node}",
    };
}
