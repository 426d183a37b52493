using System.Buffers;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Reads archives back through a reader session, chunk by chunk.</summary>
internal static class Restored
{
    public static async Task<byte[]> ArchiveAsync(BackupReaderSession session, string name, CryptConfig? key = null)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        ArrayBufferWriter<byte> file = new();
        await session.DownloadAsync(name, file, cancel);
        using DataBlobDecoder decoder = new(key);
        if (name.EndsWith(".blob", StringComparison.Ordinal))
        {
            ArrayBufferWriter<byte> whole = new();
            decoder.Decode(file.WrittenSpan, whole);
            return whole.WrittenSpan.ToArray();
        }

        IChunkIndex index = name.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(file.WrittenSpan) : DynamicIndex.Parse(file.WrittenSpan);
        byte[] content = new byte[index.Size];
        for (int i = 0; i < index.Count; i++)
        {
            ArrayBufferWriter<byte> blob = new();
            await session.DownloadChunkAsync(index[i].Digest, blob, cancel);
            decoder.DecodeExactly(blob.WrittenSpan, content.AsSpan((int)index[i].Start, (int)index[i].Length));
        }

        return content;
    }
}
