namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Where the goodbye table of a directory lies, and how many children it has. Made from the tail record, with all bounds checked.
/// </summary>
/// <param name="Position">Where the table's item begins.</param>
/// <param name="Children">How many records stand before the tail.</param>
/// <param name="DirectoryPosition">Where the directory's metadata begins; 0 for the root of a split archive.</param>
internal readonly record struct GoodbyeHead(long Position, long Children, long DirectoryPosition)
{
    /// <summary>Where the tail record of a directory that ends here stands.</summary>
    internal static long TailPosition(long start, long end) => end - start >= PxarFormat.HeaderSize + PxarFormat.GoodbyeRecordSize
        ? end - PxarFormat.GoodbyeRecordSize
        : throw PxarFormat.Malformed(start, "there is no room for the end of a directory");

    internal static GoodbyeHead FromTail(GoodbyeRecord tail, long start, long end)
    {
        long position = end - PxarFormat.GoodbyeRecordSize;
        if (tail.Hash != PxarFormat.GoodbyeTail)
            throw PxarFormat.Malformed(position, "no directory ends here");
        if (tail.Size < PxarFormat.HeaderSize + PxarFormat.GoodbyeRecordSize
            || tail.Size > (ulong)(end - start)
            || (tail.Size - PxarFormat.HeaderSize) % PxarFormat.GoodbyeRecordSize != 0)
            throw PxarFormat.Malformed(position, $"a goodbye table cannot be {tail.Size} bytes long here");
        long table = end - (long)tail.Size;
        if (tail.Distance > (ulong)(table - start))
            throw PxarFormat.Malformed(position, "the directory would begin before its parent");
        return new(table, (((long)tail.Size - PxarFormat.HeaderSize) / PxarFormat.GoodbyeRecordSize) - 1, table - (long)tail.Distance);
    }

    internal long RecordPosition(long slot) => Position + PxarFormat.HeaderSize + (slot * PxarFormat.GoodbyeRecordSize);

    internal void VerifyHeader(ReadOnlySpan<byte> header)
    {
        if (PxarFormat.ReadUInt64(header, 0) != PxarFormat.Goodbye || PxarFormat.ReadUInt64(header, 8) != (ulong)GoodbyeTable.ItemSize(Children))
            throw PxarFormat.Malformed(Position, "the goodbye table does not begin where its end says");
    }

    /// <summary>Where a child begins and ends: within its directory, before the table.</summary>
    /// <param name="slot">The slot of the record.</param>
    /// <param name="record">The record.</param>
    /// <param name="childrenStart">Where the first child begins.</param>
    internal (long Start, long End) Child(long slot, GoodbyeRecord record, long childrenStart)
    {
        if (record.Distance == 0 || record.Distance > (ulong)(Position - childrenStart) || record.Size < PxarFormat.HeaderSize)
            throw PxarFormat.Malformed(RecordPosition(slot), "the goodbye table points outside of its directory");
        long start = Position - (long)record.Distance;
        // Proxmox: sizes of files in split archives count their content, which is elsewhere. They bound nothing.
        return (start, record.Size > record.Distance ? Position : start + (long)record.Size);
    }
}
