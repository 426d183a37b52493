namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A clock by which every pause is over at once; what comes again and again comes at its time.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    /// <summary>The pauses that were asked for.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        lock (Pauses)
        {
            Pauses.Add(dueTime);
        }

        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
