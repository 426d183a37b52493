namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Which chunks of the previous payload stream cover a range of unchanged files, and how much of them is of no use. Pure; follows the
/// official client. A range goes from the first file's payload header to the end of the last file's content, and has no gaps.
/// </summary>
/// <param name="FirstChunk">The index of the first chunk.</param>
/// <param name="ChunkCount">How many chunks; 0 if they do not cover the range.</param>
/// <param name="StartPadding">Bytes of the first chunk before the range.</param>
/// <param name="EndPadding">Bytes of the last chunk behind the range.</param>
/// <param name="RangeLength">The length of the range in bytes.</param>
public readonly record struct PxarReusePlan(int FirstChunk, int ChunkCount, long StartPadding, long EndPadding, long RangeLength)
{
    /// <summary>
    /// The share of padding up to which the official client reuses chunks; with more it reads and writes the files again.
    /// </summary>
    public const double MaxPaddingRatio = 0.1;

    /// <summary>How many bytes are injected.</summary>
    public long Length => StartPadding + RangeLength + EndPadding;

    /// <summary>Makes a plan for a range.</summary>
    /// <param name="chunkEnds">The end of each chunk of the previous payload stream, ascending, as its dynamic index has them.</param>
    /// <param name="start">Where the range begins.</param>
    /// <param name="end">Where the range ends.</param>
    /// <returns>The plan; without chunks if the stream is shorter than the range.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or begins before the stream.</exception>
    public static PxarReusePlan Create(ReadOnlySpan<long> chunkEnds, long start, long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(end, start);
        if (chunkEnds.IsEmpty || chunkEnds[^1] < end)
            return new(0, 0, 0, 0, end - start);
        int first = FirstAbove(chunkEnds, start);
        // Proxmox: a range that ends where a chunk ends takes the next chunk too, all of it as padding; only at the end of the stream there is none.
        int last = Math.Min(FirstAbove(chunkEnds, end), chunkEnds.Length - 1);
        long chunkStart = first == 0 ? 0 : chunkEnds[first - 1];
        return new(first, last - first + 1, start - chunkStart, chunkEnds[last] - end, end - start);
    }

    /// <summary>Which share of what is injected is padding.</summary>
    /// <param name="sharedBytes">
    /// Bytes of the first chunk that the range before uses, if that chunk was its last one and is injected only once; else 0.
    /// </param>
    public double PaddingRatio(long sharedBytes = 0) => (double)(StartPadding + EndPadding - sharedBytes) / Length;

    /// <summary>Whether the official client would reuse the chunks.</summary>
    /// <param name="sharedBytes">As for <see cref="PaddingRatio"/>.</param>
    public bool IsWorthwhile(long sharedBytes = 0) => ChunkCount > 0 && PaddingRatio(sharedBytes) <= MaxPaddingRatio;

    /// <summary>Where the content of a file of the range lies once the chunks are injected.</summary>
    /// <param name="previous">Where it lay in the previous payload stream.</param>
    /// <param name="rangeStart">Where the range begins in the previous payload stream.</param>
    /// <param name="injectedAt">Where the first chunk was injected; see <see cref="PxarWriter.InjectPayload"/>.</param>
    public PxarPayloadReference Move(PxarPayloadReference previous, long rangeStart, long injectedAt) =>
        previous with { Position = injectedAt + StartPadding + (previous.Position - rangeStart) };

    private static int FirstAbove(ReadOnlySpan<long> ends, long position)
    {
        (int low, int high) = (0, ends.Length);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (ends[middle] > position)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
