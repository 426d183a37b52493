namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>What the header alone says about whether a frame may come (RFC 9113, section 6).</summary>
internal static class FrameRules
{
    /// <summary>The longest frame that the server may send.</summary>
    public const int MaxFrame = 4 << 20;

    /// <summary>The longest block of headers that is read, and the longest frame that is read at once.</summary>
    public const int LargestBlock = 64 * 1024;

    private const int PingSize = 8;

    /// <summary>Checks a header.</summary>
    /// <exception cref="Http2Exception">The frame is not allowed.</exception>
    public static void Check(FrameHeader header)
    {
        bool isRight = header.Type switch
        {
            FrameType.Priority => header.Length == 5,
            FrameType.Reset or FrameType.WindowUpdate => header.Length == 4,
            FrameType.Settings => header.Has(FrameHeader.Ack) ? header.Length == 0 : header.Length % 6 == 0 && header.Length <= LargestBlock,
            FrameType.Ping => header.Length == PingSize,
            FrameType.GoAway => header.Length is >= 8 and <= LargestBlock,
            FrameType.Headers or FrameType.Continuation => header.Length <= LargestBlock,
            _ => header.Length <= MaxFrame,
        };
        if (!isRight)
        {
            throw new Http2Exception(ErrorCode.FrameSize, FormattableString.Invariant($"a frame of kind {(int)header.Type} has {header.Length} bytes"));
        }

        bool ofStream = header.Type is FrameType.Data or FrameType.Headers or FrameType.Priority or FrameType.Reset or FrameType.Continuation;
        bool ofConnection = header.Type is FrameType.Settings or FrameType.Ping or FrameType.GoAway;
        if ((ofStream && header.Stream == 0) || (ofConnection && header.Stream != 0))
        {
            throw new Http2Exception(
                ErrorCode.Protocol, FormattableString.Invariant($"a frame of kind {(int)header.Type} is not allowed on stream {header.Stream}"));
        }
    }
}
