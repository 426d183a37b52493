using System.Buffers.Binary;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>What the server sets anew; null is left as it is.</summary>
/// <param name="InitialWindow">How many bytes of a new stream the server takes; streams that are open follow.</param>
/// <param name="MaxFrame">The longest frame the server takes.</param>
/// <param name="MaxStreams">How many requests may be under way.</param>
internal readonly record struct PeerSettings(int? InitialWindow, int? MaxFrame, int? MaxStreams)
{
    private const int Entry = 6;
    private const uint ShortestMaxFrame = 16_384;
    private const uint LongestMaxFrame = (1 << 24) - 1;

    /// <summary>Reads what a frame of settings holds.</summary>
    /// <exception cref="Http2Exception">A value is not allowed.</exception>
    public static PeerSettings Read(ReadOnlySpan<byte> payload)
    {
        PeerSettings settings = default;
        for (; payload.Length >= Entry; payload = payload[Entry..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            settings = BinaryPrimitives.ReadUInt16BigEndian(payload) switch
            {
                2 when value != 0 => throw new Http2Exception(ErrorCode.Protocol, "the server wants to be pushed to"),
                3 => settings with { MaxStreams = (int)Math.Min(value, int.MaxValue) },
                4 when value > int.MaxValue => throw new Http2Exception(ErrorCode.FlowControl, "a window is larger than allowed"),
                4 => settings with { InitialWindow = (int)value },
                5 when value is < ShortestMaxFrame or > LongestMaxFrame => throw new Http2Exception(
                    ErrorCode.Protocol, FormattableString.Invariant($"frames of {value} bytes at most are not allowed")),
                5 => settings with { MaxFrame = (int)value },
                _ => settings, // Of no concern to a client that keeps no table of headers.
            };
        }

        return settings;
    }
}
