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

    /// <summary>Tells whether length or content of two files differ. Hard links stand for what they lead to, wherever that is.</summary>
    public async ValueTask<ChangedParts> CompareAsync(ArchiveEntry before, ArchiveEntry after, CancellationToken cancellationToken)
    {
        if (_isSame && before.PathBytes.Span.SequenceEqual(after.PathBytes.Span))
            return ChangedParts.None;
        if (await LieInSameChunksAsync(before, after, cancellationToken).ConfigureAwait(false))
            return ChangedParts.None;
        PxarNode left = await FindAsync(older, before, cancellationToken).ConfigureAwait(false);
        PxarNode right = await FindAsync(newer, after, cancellationToken).ConfigureAwait(false);
        if (left.Kind != PxarEntryKind.File || right.Kind != PxarEntryKind.File)
            return ChangedParts.Content;
        if (left.Entry.Length != right.Entry.Length)
            return ChangedParts.Length;
        PxarContentRange one = PxarArchive.GetContentRange(left);
        PxarContentRange other = PxarArchive.GetContentRange(right);
        // Reading tells what is wrong with a place that the archive does not have.
        (long Start, long Length)[] parts = FindUnequal(older.IndexOf(one), one.Position, newer.IndexOf(other), other.Position, one.Length) ?? [(0, one.Length)];
        bool differ = parts.Length > 0 && await DifferAsync(left, right, parts, cancellationToken).ConfigureAwait(false);
        return differ ? ChangedParts.Content : ChangedParts.None;
    }

    private static async ValueTask<PxarNode> FindAsync(ComparedArchive side, ArchiveEntry entry, CancellationToken cancellationToken) =>
        await side.Archive.ResolveHardLinkAsync(await side.FindAsync(entry, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static bool Holds(IChunkIndex index, long start, long length) => start >= 0 && length >= 0 && length <= index.Size - start;

    private static (long Start, long Length)[]? FindUnequal(IChunkIndex left, long leftStart, IChunkIndex right, long rightStart, long length) =>
        Holds(left, leftStart, length) && Holds(right, rightStart, length)
            ? [.. ChunkRuns.FindUnequal(left, leftStart, right, rightStart, length)]
            : null;

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

    /// <summary>Whether two files lie at the same places of the same chunks with all that belongs to them, so that not even their heads need be read.</summary>
    private async ValueTask<bool> LieInSameChunksAsync(ArchiveEntry before, ArchiveEntry after, CancellationToken cancellationToken)
    {
        // Who has the heads already knows better where the contents are. A hard link tells nothing of the content, which is elsewhere.
        if (before.Node is not null || after.Node is not null || before.Kind != PxarEntryKind.File || after.Kind != PxarEntryKind.File
            || await older.FindPlaceAsync(before, cancellationToken).ConfigureAwait(false) is not { } left
            || await newer.FindPlaceAsync(after, cancellationToken).ConfigureAwait(false) is not { } right)
            return false;
        return left.End - left.Start == right.End - right.Start
            && FindUnequal(older.Main, left.Start, newer.Main, right.Start, left.End - left.Start) is [];
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
