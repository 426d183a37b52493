using System.Buffers.Binary;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>What can be told from the heads of zstd frames and of their blocks (RFC 8878, 3.1) without decompressing them.</summary>
internal static class ZstdFrame
{
    /// <summary>The most content of one block.</summary>
    public const int BlockSize = 128 << 10;

    private const uint Magic = 0xFD2F_B528;
    private const uint SkippableMagic = 0x184D_2A50;
    private const uint SkippableMask = 0xFFFF_FFF0;
    private const int MagicSize = 4;
    private const int SkippableHead = 8;
    private const int BlockHead = 3;
    private const int ChecksumSize = 4;

    /// <summary>Goes over frames that follow each other and tells how much content they hold.</summary>
    /// <param name="frames">The frames and nothing else.</param>
    /// <param name="least">What they hold at least.</param>
    /// <param name="most">What they hold at most: as much as <paramref name="least"/> if all of them tell it.</param>
    /// <returns>False if they are damaged: cut off, or they contradict themselves.</returns>
    public static bool TryMeasure(ReadOnlySpan<byte> frames, out long least, out long most)
    {
        (least, most) = (0, 0);
        while (!frames.IsEmpty)
        {
            if (!TryMeasureOne(frames, out int length, out long from, out long to))
            {
                return false;
            }

            least += from;
            most += to;
            frames = frames[length..];
        }

        return true;
    }

    private static bool TryMeasureOne(ReadOnlySpan<byte> frame, out int length, out long least, out long most)
    {
        (length, least, most) = (0, 0, 0);
        if (frame.Length < SkippableHead)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        if ((magic & SkippableMask) == SkippableMagic)
        {
            long end = SkippableHead + (long)BinaryPrimitives.ReadUInt32LittleEndian(frame[MagicSize..]);
            length = (int)Math.Min(end, frame.Length);
            return end <= frame.Length;
        }

        if (magic != Magic || !TryReadHead(frame, out length, out long? told) || !TryMeasureBlocks(frame, ref length, out least, out most))
        {
            return false;
        }

        if (told is not { } size)
        {
            return true;
        }

        bool isPossible = size >= least && size <= most;
        (least, most) = (size, size);
        return isPossible;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> frame, out int length, out long? told)
    {
        byte descriptor = frame[MagicSize];
        bool single = (descriptor & 0x20) != 0;
        int dictionary = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        int field = (descriptor >> 6) switch { 0 => single ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        int start = MagicSize + 1 + (single ? 0 : 1) + dictionary;
        length = start + field;
        told = null;
        if (length > frame.Length)
        {
            return false;
        }

        told = field switch
        {
            1 => frame[start],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(frame[start..]) + 256L,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(frame[start..]),
            8 => (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(frame[start..])),
            _ => null,
        };
        return true;
    }

    private static bool TryMeasureBlocks(ReadOnlySpan<byte> frame, ref int position, out long least, out long most)
    {
        (least, most) = (0, 0);
        bool isLast = false;
        while (!isLast)
        {
            if (frame.Length - position < BlockHead)
            {
                return false;
            }

            int head = frame[position] | (frame[position + 1] << 8) | (frame[position + 2] << 16);
            (isLast, int kind, int size) = ((head & 1) != 0, (head >> 1) & 3, head >> 3);
            if (size > BlockSize || kind == 3)
            {
                return false;
            }

            position += BlockHead + (kind == 1 ? 1 : size); // The block of a repeated byte has that byte only.
            least += kind == 2 ? 0 : size;
            most += kind == 2 ? BlockSize : size;
        }

        position += (frame[MagicSize] & 4) != 0 ? ChecksumSize : 0;
        return position <= frame.Length;
    }
}
