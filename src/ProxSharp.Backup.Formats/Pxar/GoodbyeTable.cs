using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// The table at the end of a directory: a record a child (hash, distance back to the child, size), in the order of a binary search tree
/// that is stored as an array (children of slot i at 2i+1 and 2i+2), then a tail record.
/// </summary>
internal static class GoodbyeTable
{
    /// <summary>The whole size of the item for so many children.</summary>
    internal static long ItemSize(long children) => PxarFormat.HeaderSize + (PxarFormat.GoodbyeRecordSize * (children + 1));

    /// <summary>Which of the sorted children stands in each slot.</summary>
    internal static int[] Permutation(int count)
    {
        int[] slots = new int[count];
        if (count > 0)
            Place(slots, new(0, count, 1 << BitOperations.Log2((uint)count)), 0);
        return slots;
    }

    /// <summary>Writes the item of a directory, and sorts its children by hash.</summary>
    /// <param name="output">Where the item goes.</param>
    /// <param name="position">Where the item begins in the archive.</param>
    /// <param name="directoryPosition">Where the directory's metadata begins.</param>
    /// <param name="children">The children.</param>
    internal static void Write(IBufferWriter<byte> output, long position, long directoryPosition, List<GoodbyeChild> children)
    {
        Sort(children);
        long size = ItemSize(children.Count);
        Span<byte> header = output.GetSpan(PxarFormat.HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header, PxarFormat.Goodbye);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], size);
        output.Advance(PxarFormat.HeaderSize);
        foreach (int index in Permutation(children.Count))
            WriteRecord(output, children[index].Hash, position - children[index].Position, children[index].Size + children[index].PayloadSize);
        WriteRecord(output, PxarFormat.GoodbyeTail, position - directoryPosition, size);
    }

    internal static void Sort(List<GoodbyeChild> children) => children.Sort(static (left, right) =>
        left.Hash != right.Hash ? left.Hash.CompareTo(right.Hash) : left.Position.CompareTo(right.Position));

    private static void WriteRecord(IBufferWriter<byte> output, ulong hash, long distance, long size)
    {
        Span<byte> record = output.GetSpan(PxarFormat.GoodbyeRecordSize);
        BinaryPrimitives.WriteUInt64LittleEndian(record, hash);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], distance);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], size);
        output.Advance(PxarFormat.GoodbyeRecordSize);
    }

    /// <summary>
    /// Fills a subtree. The tree is complete and its last level filled from the left; the recursion is as deep as the tree: at most 31.
    /// </summary>
    private static void Place(int[] slots, Part part, int slot)
    {
        // A tree of this height is full to the right of its middle once there are more than "threshold" nodes.
        int threshold = part.Power + (part.Power >> 1) - 1;
        int left = part.Count > threshold ? part.Power - 1 : part.Power - 1 - (threshold - part.Count);
        slots[slot] = part.First + left;
        if (left > 0)
            Place(slots, new(part.First, left, part.Power >> 1), (2 * slot) + 1);
        if (left + 1 < part.Count)
            Place(slots, new(part.First + left + 1, part.Count - left - 1, part.Power >> 1), (2 * slot) + 2);
    }

    private readonly record struct Part(int First, int Count, int Power);
}
