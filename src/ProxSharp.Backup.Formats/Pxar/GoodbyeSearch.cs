namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Walks down the tree of a goodbye table towards a hash; where hashes are equal, both ways stay open. The caller reads the records.
/// </summary>
internal sealed class GoodbyeSearch(ulong hash, long count)
{
    private readonly Stack<long> _open = new([0L]);

    /// <summary>The slot to look at next; null when there is none.</summary>
    internal long? Next()
    {
        while (_open.TryPop(out long slot))
        {
            if (slot < count)
                return slot;
        }

        return null;
    }

    /// <summary>Goes on below a slot. True if its hash is the one searched for.</summary>
    internal bool Descend(long slot, ulong found)
    {
        if (found >= hash)
            _open.Push((2 * slot) + 1);
        if (found <= hash)
            _open.Push((2 * slot) + 2);
        return found == hash;
    }
}
