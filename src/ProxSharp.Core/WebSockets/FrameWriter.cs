using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProxSharp.WebSockets;

/// <summary>Writes frames of a websocket as a client must: complete and masked.</summary>
internal static class FrameWriter
{
    /// <summary>A frame with data.</summary>
    public const byte Binary = 0x82;

    /// <summary>A frame that ends the connection.</summary>
    public const byte Close = 0x88;

    /// <summary>A frame the server answers.</summary>
    public const byte Ping = 0x89;

    /// <summary>The answer to a ping.</summary>
    public const byte Pong = 0x8A;

    /// <summary>The most bytes a frame has besides its payload.</summary>
    public const int LongestHead = 14;

    /// <summary>The longest payload that is sent in one frame.</summary>
    /// <remarks>Proxmox: the server drops connections with frames over 128 KiB or with fragments.</remarks>
    public const int LongestPayload = 64 * 1024;

    /// <summary>Writes a frame.</summary>
    /// <param name="target">Where to; must have room for the head and the payload.</param>
    /// <param name="kind">The first byte of the frame: the kind and that it is complete.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>The length of the frame.</returns>
    public static int Write(Span<byte> target, byte kind, ReadOnlySpan<byte> payload)
    {
        target[0] = kind;
        int size = 2;
        if (payload.Length < 126)
        {
            target[1] = (byte)(0x80 | payload.Length);
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            target[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)payload.Length);
            size = 4;
        }
        else
        {
            target[1] = 0x80 | 127;
            BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)payload.Length);
            size = 10;
        }

        Span<byte> mask = target.Slice(size, 4);
        RandomNumberGenerator.Fill(mask);
        size += 4;
        Span<byte> masked = target.Slice(size, payload.Length);
        for (int index = 0; index < payload.Length; index++)
        {
            masked[index] = (byte)(payload[index] ^ mask[index & 3]);
        }

        return size + payload.Length;
    }
}
