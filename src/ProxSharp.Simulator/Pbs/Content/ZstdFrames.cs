using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>Makes zstd frames of any data with what makes blobs.</summary>
internal static class ZstdFrames
{
    private const int PieceSize = 4 << 20;
    private const int BlockSize = 128 << 10;
    private const int BlockHeader = 3;

    // The magic number, a frame header without options, and a window of 128 KiB.
    private static readonly byte[] s_head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];

    /// <summary>Frames that hold the data, one behind the other.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> data)
    {
        using MemoryStream output = new();
        for (int from = 0; from < data.Length; from += PieceSize)
        {
            ReadOnlySpan<byte> piece = data.Slice(from, Math.Min(PieceSize, data.Length - from));
            byte[] blob = BlobCodecs.Encode(piece);
            if (DataBlob.ReadKind(blob) == DataBlobKind.Compressed)
            {
                output.Write(blob.AsSpan(DataBlob.HeaderSize));
            }
            else
            {
                WriteRaw(output, piece);
            }
        }

        return output.ToArray();
    }

    private static void WriteRaw(MemoryStream output, ReadOnlySpan<byte> data)
    {
        output.Write(s_head);
        Span<byte> header = stackalloc byte[BlockHeader];
        for (int from = 0; from < data.Length; from += BlockSize)
        {
            int length = Math.Min(BlockSize, data.Length - from);
            int value = (length << 3) | (from + length == data.Length ? 1 : 0);
            (header[0], header[1], header[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
            output.Write(header);
            output.Write(data.Slice(from, length));
        }
    }
}
