using System.Buffers.Binary;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>A short frame that waits to be written: at most eight bytes behind its header.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Payload">The bytes as a number whose last bytes they are.</param>
/// <param name="Settings">Settings of the server that apply from this frame on.</param>
internal readonly record struct ControlFrame(FrameHeader Header, ulong Payload = 0, PeerSettings? Settings = null)
{
    /// <summary>The longest such frame.</summary>
    public const int MaxSize = FrameHeader.Size + sizeof(ulong);

    /// <summary>Writes the frame.</summary>
    /// <returns>Its length.</returns>
    public int Write(Span<byte> target)
    {
        Header.Write(target);
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(payload, Payload);
        payload[^Header.Length..].CopyTo(target[FrameHeader.Size..]);
        return FrameHeader.Size + Header.Length;
    }
}
