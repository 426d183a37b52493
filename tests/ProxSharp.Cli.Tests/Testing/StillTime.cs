namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A clock on which it is always the same moment, in a place without a time zone of its own; stopwatches and timers go on.</summary>
internal sealed class StillTime : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
}
