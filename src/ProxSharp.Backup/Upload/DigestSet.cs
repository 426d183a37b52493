using System.Runtime.InteropServices;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Upload;

/// <summary>
/// A set of digests that remembers half of each: 16 bytes tell chunks apart well enough, and a chunk that were taken for another one would be refused by the
/// server ("no such chunk"), never stored wrongly. A terabyte of chunks of 4 MiB takes about 8 MiB. Not safe for concurrent use.
/// </summary>
internal sealed class DigestSet
{
    private const int SmallestSize = 256;

    // Open addressing; zero marks a free slot.
    private UInt128[] _slots = new UInt128[SmallestSize];

    /// <summary>The number of digests.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a digest.</summary>
    /// <returns>False if it was there.</returns>
    public bool Add(Sha256Digest digest)
    {
        if (Count >= _slots.Length / 8 * 5)
        {
            Grow();
        }

        UInt128 half = Half(digest);
        int slot = Find(_slots, half);
        if (_slots[slot] == half)
        {
            return false;
        }

        _slots[slot] = half;
        Count++;
        return true;
    }

    /// <summary>Tells whether a digest is in the set.</summary>
    public bool Contains(Sha256Digest digest)
    {
        UInt128 half = Half(digest);
        return _slots[Find(_slots, half)] == half;
    }

    private static UInt128 Half(Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.Size];
        digest.CopyTo(bytes);
        UInt128 half = MemoryMarshal.Read<UInt128>(bytes);
        return half == UInt128.Zero ? UInt128.One : half;
    }

    private static int Find(UInt128[] slots, UInt128 half)
    {
        int mask = slots.Length - 1;
        int slot = (int)(ulong)half & mask;
        while (slots[slot] != half && slots[slot] != UInt128.Zero)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        UInt128[] larger = new UInt128[checked(_slots.Length * 2)];
        foreach (UInt128 half in _slots)
        {
            if (half != UInt128.Zero)
            {
                larger[Find(larger, half)] = half;
            }
        }

        _slots = larger;
    }
}
