using System.Buffers.Binary;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>What can be told from the head of a zstd frame (RFC 8878, 3.1.1) without decompressing it.</summary>
internal static class ZstdFrame
{
    /// <summary>The most content of one block.</summary>
    public const int BlockSize = 128 << 10;

    // A block needs a header of three bytes and one byte of content.
    private const int SmallestBlock = 4;
    private const uint Magic = 0xFD2F_B528;
    private const int DescriptorOffset = 4;

    /// <summary>The most that so many compressed bytes can become.</summary>
    public static long MostContent(int compressedLength) => ((compressedLength / SmallestBlock) + 1L) * BlockSize;

    /// <summary>The size of the content of the first frame, if the frame tells it.</summary>
    public static long? ReadContentSize(ReadOnlySpan<byte> frame)
    {
        if (frame.Length <= DescriptorOffset || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            return null;
        }

        byte descriptor = frame[DescriptorOffset];
        bool single = (descriptor & 0x20) != 0;
        int dictionary = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        ReadOnlySpan<byte> field = frame[Math.Min(frame.Length, DescriptorOffset + 1 + (single ? 0 : 1) + dictionary)..];
        return (descriptor >> 6) switch
        {
            0 when single && field.Length >= 1 => field[0],
            1 when field.Length >= 2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256L,
            2 when field.Length >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            3 when field.Length >= 8 => (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(field)),
            _ => null,
        };
    }
}
