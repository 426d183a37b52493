using System.Buffers.Binary;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The nine bytes that begin an HTTP/2 frame.</summary>
/// <param name="Length">The length of what follows.</param>
/// <param name="Type">The kind of the frame.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Stream">The stream it belongs to; 0 for the connection.</param>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, int Stream)
{
    /// <summary>The length of the header.</summary>
    public const int Size = 9;

    /// <summary>Nothing more follows on the stream; of data and headers.</summary>
    public const byte EndStream = 0x1;

    /// <summary>An answer; of settings and pings.</summary>
    public const byte Ack = 0x1;

    /// <summary>The block of headers ends here.</summary>
    public const byte EndHeaders = 0x4;

    /// <summary>A length of padding comes first, and the padding last.</summary>
    public const byte Padded = 0x8;

    /// <summary>Five bytes of priority come first.</summary>
    public const byte HasPriority = 0x20;

    /// <summary>Whether a flag is set.</summary>
    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <summary>Reads a header.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        (source[0] << 16) | (source[1] << 8) | source[2], (FrameType)source[3], source[4], BinaryPrimitives.ReadInt32BigEndian(source[5..]) & int.MaxValue);

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> target)
    {
        target[0] = (byte)(Length >> 16);
        target[1] = (byte)(Length >> 8);
        target[2] = (byte)Length;
        target[3] = (byte)Type;
        target[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(target[5..], Stream);
    }
}
