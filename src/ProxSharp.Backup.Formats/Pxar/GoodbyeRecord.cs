namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>A record of a goodbye table as it stands in the archive.</summary>
/// <param name="Hash">The hash of the child's name, or the mark of the tail.</param>
/// <param name="Distance">From the child (tail: from the directory's metadata) to the table.</param>
/// <param name="Size">The size of the child (tail: of the table).</param>
internal readonly record struct GoodbyeRecord(ulong Hash, ulong Distance, ulong Size)
{
    internal static GoodbyeRecord Read(ReadOnlySpan<byte> source) =>
        new(PxarFormat.ReadUInt64(source, 0), PxarFormat.ReadUInt64(source, 8), PxarFormat.ReadUInt64(source, 16));
}
