namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>What stands before the root of an archive.</summary>
/// <param name="IsSplit">Whether the archive is split.</param>
/// <param name="Prelude">The prelude; empty if there is none.</param>
/// <param name="RootPosition">Where the metadata of the root begins.</param>
internal sealed record PxarStart(bool IsSplit, ReadOnlyMemory<byte> Prelude, int RootPosition)
{
    /// <summary>Reads the start from a window that begins at the archive's first byte.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> window, long position, out PxarStart? start, out int needed)
    {
        PxarItemCursor cursor = new(window, position);
        start = Read(ref cursor);
        needed = cursor.Needed;
        return start is not null;
    }

    private static PxarStart? Read(ref PxarItemCursor cursor)
    {
        if (!cursor.TryPeek(out ulong type, out long length))
            return null;
        if (type != PxarFormat.Version)
            return new(false, default, cursor.Consumed);
        if (!cursor.TryTake(length, out ReadOnlySpan<byte> content))
            return null;
        if (PxarFormat.ReadUInt64(content, 0) is var version and not PxarFormat.SplitVersion)
            throw PxarFormat.Malformed(0, $"version {version} of the format is not known");
        if (!cursor.TryPeek(out type, out length))
            return null;
        if (type != PxarFormat.Prelude)
            return new(true, default, cursor.Consumed);
        return cursor.TryTake(length, out ReadOnlySpan<byte> prelude) ? new(true, prelude.ToArray(), cursor.Consumed) : null;
    }
}
