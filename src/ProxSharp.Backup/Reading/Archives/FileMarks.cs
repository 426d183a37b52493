using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// Remembers of an archive that is read in order where its files stand and what they are called, 8 bytes a file, to tell whether a hard link leads to the file
/// that it names: a damaged one may name anything, and what it names may be somewhere else.
/// </summary>
internal sealed class FileMarks
{
    private const int BlockLength = 1 << 15;

    private readonly List<(long Start, List<(uint Distance, uint Hash)> Files)> _blocks = [];

    /// <summary>Takes the entry at which a reader stands.</summary>
    /// <returns>False if it is a hard link that does not lead to the file it names.</returns>
    public bool Follow(PxarReader reader)
    {
        if (reader.Event != PxarReaderEvent.Entry)
            return true;
        if (reader.Entry.Kind == PxarEntryKind.File)
            Add(reader.Entry.Position, Hash(reader.GetPath()));
        return reader.Entry.Kind != PxarEntryKind.HardLink || Has(reader.Entry.LinkPosition, Hash(reader.Entry.LinkTarget.Span));
    }

    /// <summary>What is told of a hard link that leads nowhere.</summary>
    public static string Tell(PxarEntry link) => $"The hard link does not lead to the file it names, \"{PxarName.Text(link.LinkTarget.Span)}\".";

    private static uint Hash(ReadOnlySpan<byte> path) => (uint)PxarHash.Compute(path.TrimStart((byte)'/'));

    private void Add(long position, uint hash)
    {
        if (_blocks is not [.., (long start, { Count: < BlockLength } files)] || position - start > uint.MaxValue)
            _blocks.Add((start, files) = (position, []));
        files.Add(((uint)(position - start), hash));
    }

    private bool Has(long position, uint hash)
    {
        int at = _blocks.BinarySearch((position, []), s_byStart);
        if (at < 0 && (at = ~at - 1) < 0)
            return false;
        (long start, List<(uint Distance, uint Hash)> files) = _blocks[at];
        return position - start <= uint.MaxValue && files.BinarySearch(((uint)(position - start), hash)) >= 0;
    }

    private static readonly Comparer<(long Start, List<(uint Distance, uint Hash)> Files)> s_byStart =
        Comparer<(long Start, List<(uint Distance, uint Hash)> Files)>.Create(static (left, right) => left.Start.CompareTo(right.Start));
}
