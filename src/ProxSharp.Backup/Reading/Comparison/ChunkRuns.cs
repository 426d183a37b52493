using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Tells by the digests of chunks which bytes of two ranges can differ: the same part of the same chunk is the same.</summary>
internal static class ChunkRuns
{
    /// <summary>The parts of two ranges of one length that do not lie at the same place of the same chunk, in order.</summary>
    /// <param name="left">The chunks that the one range lies in.</param>
    /// <param name="leftStart">Where it begins.</param>
    /// <param name="right">The chunks that the other range lies in.</param>
    /// <param name="rightStart">Where it begins.</param>
    /// <param name="length">How many bytes both have. Both lie within their chunks.</param>
    /// <returns>Where each part begins, counted from the start of the ranges, and how long it is. Neighbours are one.</returns>
    public static IEnumerable<(long Start, long Length)> FindUnequal(IChunkIndex left, long leftStart, IChunkIndex right, long rightStart, long length)
    {
        long begun = -1;
        int i = length > 0 ? left.FindChunk(leftStart) : 0;
        int j = length > 0 ? right.FindChunk(rightStart) : 0;
        for (long at = 0; at < length;)
        {
            (IndexChunk a, IndexChunk b) = (left[i], right[j]);
            bool same = a.Digest == b.Digest && a.Length == b.Length && leftStart - a.Start == rightStart - b.Start;
            if (same && begun >= 0)
                yield return (begun, at - begun);
            begun = same ? -1 : begun >= 0 ? begun : at;
            long next = Math.Min(a.End - leftStart, b.End - rightStart);
            i += a.End - leftStart == next ? 1 : 0;
            j += b.End - rightStart == next ? 1 : 0;
            at = next;
        }

        if (begun >= 0)
            yield return (begun, length - begun);
    }
}
