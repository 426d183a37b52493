namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Compares the records of a goodbye table with the children that were really read, one record after the other.</summary>
internal sealed class GoodbyeVerifier
{
    private readonly List<GoodbyeChild> _children;
    private readonly int[] _order;
    private readonly long _position;
    private readonly long _directoryPosition;
    private int _next;

    /// <param name="children">The children read; they get sorted.</param>
    /// <param name="position">Where the table's item begins.</param>
    /// <param name="directoryPosition">Where the tail must point to.</param>
    internal GoodbyeVerifier(List<GoodbyeChild> children, long position, long directoryPosition)
    {
        GoodbyeTable.Sort(children);
        (_children, _position, _directoryPosition) = (children, position, directoryPosition);
        _order = GoodbyeTable.Permutation(children.Count);
    }

    internal void Verify(GoodbyeRecord record)
    {
        int slot = _next++;
        bool matches = slot < _order.Length ? Matches(record, _order[slot]) : MatchesTail(record);
        if (!matches)
        {
            long offset = _position + PxarFormat.HeaderSize + ((long)slot * PxarFormat.GoodbyeRecordSize);
            throw PxarFormat.Malformed(offset, "the goodbye table does not match its directory");
        }
    }

    private bool MatchesTail(GoodbyeRecord record) => record.Hash == PxarFormat.GoodbyeTail
        && record.Size == (ulong)GoodbyeTable.ItemSize(_children.Count)
        && record.Distance == (ulong)(_position - _directoryPosition);

    private bool Matches(GoodbyeRecord record, int index)
    {
        if (record.Hash != _children[index].Hash)
            return false;
        // Children whose hashes are equal stand in any order.
        while (index > 0 && _children[index - 1].Hash == record.Hash)
            index--;
        for (; index < _children.Count && _children[index].Hash == record.Hash; index++)
        {
            GoodbyeChild child = _children[index];
            if (record.Distance == (ulong)(_position - child.Position))
                return record.Size == (ulong)child.Size || record.Size == (ulong)(child.Size + child.PayloadSize);
        }

        return false;
    }
}
