namespace ProxSharp.Json;

/// <summary>Reads times of the wire, which are seconds since 1970 and may be any 64-bit number. What no date can express is no time.</summary>
internal static class WireTime
{
    private static readonly long s_first = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Reads a time.</summary>
    public static DateTimeOffset? Read(long? seconds) =>
        seconds is { } value && value >= s_first && value <= s_last ? DateTimeOffset.FromUnixTimeSeconds(value) : null;

    /// <summary>Reads a time; 1970 if it is none.</summary>
    public static DateTimeOffset ReadOrEpoch(long? seconds) => Read(seconds) ?? DateTimeOffset.UnixEpoch;

    /// <summary>Reads the time of a snapshot, which is after 1970.</summary>
    public static DateTimeOffset? ReadSnapshot(long? seconds) => seconds >= 1 ? Read(seconds) : null;
}
