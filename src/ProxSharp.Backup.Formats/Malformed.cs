namespace ProxSharp.Backup.Formats;

/// <summary>Makes the exceptions of readers.</summary>
internal static class Malformed
{
    /// <summary>The input is not what the format says.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="offset">Where, in bytes from the start of the input.</param>
    /// <param name="cause">The exception that reported it, if any.</param>
    public static ProxmoxProtocolException At(long offset, string message, Exception? cause = null) => new(message, cause) { Offset = offset };

    /// <summary>The input ends before the format says so.</summary>
    public static ProxmoxProtocolException Truncated(string what, long length, long needed) =>
        At(length, FormattableString.Invariant($"The {what} ends after {length} of at least {needed} bytes."));
}
