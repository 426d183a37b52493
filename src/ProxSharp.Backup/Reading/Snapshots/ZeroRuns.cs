namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Finds blocks of zeros that need not be written.</summary>
internal static class ZeroRuns
{
    /// <summary>The unit of file systems: smaller holes save nothing.</summary>
    private const int Block = 4096;

    /// <summary>The next part that is not only zeros, in whole blocks counted from the start of the bytes.</summary>
    /// <returns>Where it begins and ends; both are the end of the bytes if only zeros are left.</returns>
    public static (int Start, int End) NextData(ReadOnlySpan<byte> bytes, int from)
    {
        int first = bytes[from..].IndexOfAnyExcept((byte)0);
        if (first < 0)
            return (bytes.Length, bytes.Length);
        int start = Math.Max(from, (from + first) / Block * Block);
        int end = Math.Min(bytes.Length, start + Block - (start % Block));
        while (end < bytes.Length && bytes.Slice(end, Math.Min(Block, bytes.Length - end)).ContainsAnyExcept((byte)0))
            end = Math.Min(bytes.Length, end + Block);
        return (start, end);
    }
}
