using System.Buffers;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Compares the contents of two files of one length.</summary>
internal static class ContentComparer
{
    private const int BlockSize = 256 << 10;

    public static async ValueTask<bool> DifferAsync(
        SnapshotArchive older,
        ArchiveEntry before,
        SnapshotArchive newer,
        ArchiveEntry after,
        CancellationToken cancellationToken)
    {
        Stream left = await older.OpenFileAsync(before, cancellationToken).ConfigureAwait(false);
        await using (left.ConfigureAwait(false))
        {
            Stream right = await newer.OpenFileAsync(after, cancellationToken).ConfigureAwait(false);
            await using (right.ConfigureAwait(false))
                return await DifferAsync(left, right, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> DifferAsync(Stream left, Stream right, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSize * 2);
        try
        {
            Memory<byte> first = buffer.AsMemory(0, BlockSize);
            Memory<byte> second = buffer.AsMemory(BlockSize, BlockSize);
            while (true)
            {
                int a = await left.ReadAtLeastAsync(first, BlockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                int b = await right.ReadAtLeastAsync(second, BlockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (a != b || !first.Span[..a].SequenceEqual(second.Span[..b]))
                    return true;
                if (a < BlockSize)
                    return false;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
