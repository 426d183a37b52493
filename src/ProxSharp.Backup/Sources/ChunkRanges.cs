namespace ProxSharp.Backup.Sources;

/// <summary>Widens changed parts of an image to whole chunks.</summary>
internal static class ChunkRanges
{
    /// <summary>Makes ranges of whole chunks in ascending order, without overlaps.</summary>
    /// <param name="changed">The changed parts, in any order; they may overlap.</param>
    /// <param name="size">The size of the image.</param>
    /// <param name="chunkSize">The size of a chunk.</param>
    /// <exception cref="ArgumentException">A part lies outside of the image.</exception>
    public static List<ImageRange> Of(IReadOnlyList<ImageRange> changed, long size, int chunkSize)
    {
        List<ImageRange> result = [];
        List<ImageRange> ordered = [.. changed];
        ordered.RemoveAll(static range => range.Length <= 0);
        ordered.Sort(static (one, other) => one.Offset.CompareTo(other.Offset));
        foreach (ImageRange range in ordered)
        {
            if (range.Offset < 0 || range.Length > size - range.Offset)
            {
                string why = FormattableString.Invariant(
                    $"A changed part of {range.Length} bytes at {range.Offset} lies outside of the image of {size} bytes.");
                throw new ArgumentException(why, nameof(changed));
            }

            long start = range.Offset / chunkSize * chunkSize;
            long end = Math.Min(size, (range.Offset + range.Length + chunkSize - 1) / chunkSize * chunkSize);
            if (result.Count > 0 && start <= result[^1].Offset + result[^1].Length)
            {
                start = result[^1].Offset;
                end = Math.Max(end, start + result[^1].Length);
                result.RemoveAt(result.Count - 1);
            }

            result.Add(new ImageRange(start, end - start));
        }

        return result;
    }
}
