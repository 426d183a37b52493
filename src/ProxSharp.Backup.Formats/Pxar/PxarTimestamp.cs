namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>A time with the precision of Linux.</summary>
/// <param name="Seconds">Whole seconds since 1970-01-01T00:00:00Z, rounded down; negative before.</param>
/// <param name="Nanoseconds">Nanoseconds after that second: 0 to 999 999 999.</param>
public readonly record struct PxarTimestamp(long Seconds, uint Nanoseconds)
{
    internal const uint NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Takes over a time of .NET, exact to 100 nanoseconds.</summary>
    /// <param name="time">The time.</param>
    public static PxarTimestamp FromDateTimeOffset(DateTimeOffset time)
    {
        long ticks = (time.ToUniversalTime() - DateTimeOffset.UnixEpoch).Ticks;
        (long seconds, long rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return rest < 0 ? new(seconds - 1, (uint)(rest + TimeSpan.TicksPerSecond) * 100) : new(seconds, (uint)rest * 100);
    }

    /// <summary>The time as .NET knows it, cut to 100 nanoseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside of the years 1 to 9999.</exception>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / 100);
}
