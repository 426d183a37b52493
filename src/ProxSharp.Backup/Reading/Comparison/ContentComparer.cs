using System.Buffers;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Compares the contents of two files of one length. What lies in the same chunks on both sides is not read.</summary>
internal sealed class ContentComparer(ComparedArchive older, ComparedArchive newer)
{
    private const int BlockSize = 256 << 10;

    // Then there is nothing to look up in them either.
    private readonly bool _isSame = older.HasBytesOf(newer);

    public async ValueTask<bool> DifferAsync(ArchiveEntry before, ArchiveEntry after, CancellationToken cancellationToken)
    {
        if (_isSame && before.PathBytes.Span.SequenceEqual(after.PathBytes.Span))
            return false;
        PxarNode left = await older.FindAsync(before, cancellationToken).ConfigureAwait(false);
        PxarNode right = await newer.FindAsync(after, cancellationToken).ConfigureAwait(false);
        if (left.Kind != PxarEntryKind.File || right.Kind != PxarEntryKind.File || left.Entry.Length != right.Entry.Length)
            return true;
        (long Start, long Length)[] parts = FindUnequal(PxarArchive.GetContentRange(left), PxarArchive.GetContentRange(right));
        return parts.Length > 0 && await DifferAsync(left, right, parts, cancellationToken).ConfigureAwait(false);
    }

    private static bool Holds(IChunkIndex index, PxarContentRange range) => range.Position >= 0 && range.Length <= index.Size - range.Position;

    private static async Task<bool> DifferAsync(Stream left, Stream right, long length, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (long done = 0; done < length;)
        {
            int want = (int)Math.Min(BlockSize, length - done);
            Memory<byte> first = buffer[..want];
            Memory<byte> second = buffer.Slice(BlockSize, want);
            await left.ReadExactlyAsync(first, cancellationToken).ConfigureAwait(false);
            await right.ReadExactlyAsync(second, cancellationToken).ConfigureAwait(false);
            if (!first.Span.SequenceEqual(second.Span))
                return true;
            done += want;
        }

        return false;
    }

    private (long Start, long Length)[] FindUnequal(PxarContentRange left, PxarContentRange right)
    {
        (IChunkIndex first, IChunkIndex second) = (older.IndexOf(left), newer.IndexOf(right));
        // Reading tells what is wrong with a place that the archive does not have.
        return Holds(first, left) && Holds(second, right)
            ? [.. ChunkRuns.FindUnequal(first, left.Position, second, right.Position, left.Length)]
            : [(0, left.Length)];
    }

    private async Task<bool> DifferAsync(
        PxarNode before, PxarNode after, (long Start, long Length)[] parts, CancellationToken cancellationToken)
    {
        Stream left = await older.Archive.OpenContentAsync(before, cancellationToken).ConfigureAwait(false);
        Stream right = await newer.Archive.OpenContentAsync(after, cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSize * 2);
        try
        {
            foreach ((long start, long length) in parts)
            {
                left.Position = right.Position = start;
                if (await DifferAsync(left, right, length, buffer, cancellationToken).ConfigureAwait(false))
                    return true;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await left.DisposeAsync().ConfigureAwait(false);
            await right.DisposeAsync().ConfigureAwait(false);
        }
    }
}
