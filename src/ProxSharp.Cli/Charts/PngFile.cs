using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace ProxSharp.Cli.Charts;

/// <summary>Writes pictures in the PNG format (ISO/IEC 15948): eight bits for each of red, green and blue.</summary>
internal static class PngFile
{
    private const byte RowAbove = 2;

    /// <summary>Returns the file.</summary>
    /// <param name="width">Dots in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">Red, green and blue of each dot, row by row.</param>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> pixels)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Compressed(width * 3, height, pixels));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Each row is written as its difference to the row above, which is nothing in most places of a chart.
    private static byte[] Compressed(int stride, int height, ReadOnlySpan<byte> pixels)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] row = new byte[stride + 1];
            row[0] = RowAbove;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < stride; x++)
                {
                    int at = (y * stride) + x;
                    row[x + 1] = (byte)(pixels[at] - (y > 0 ? pixels[at - stride] : 0));
                }

                zlib.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        Crc32 check = new();
        check.Append(type);
        check.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, check.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
