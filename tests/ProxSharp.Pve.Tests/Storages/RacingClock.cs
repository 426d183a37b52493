namespace ProxSharp.Pve.Tests.Storages;

/// <summary>A clock on which half a second passes between two looks, so that every report of progress is due. Its timers are the system's.</summary>
internal sealed class RacingClock : TimeProvider
{
    private long _looks;

    public override long GetTimestamp() => System.GetTimestamp() + (Interlocked.Increment(ref _looks) * (TimestampFrequency / 2));
}
