namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// Keeps the arrays of chunks for the next ones. The shared pool rounds up to powers of two, which doubles what blobs of a little more than
/// 4 MiB need.
/// </summary>
internal sealed class ChunkBufferPool(long keep)
{
    private const int Granularity = 16 << 10;
    private const int SmallestClass = 1 << 20;
    private readonly Lock _lock = new();
    private readonly List<byte[]> _free = [];
    private long _kept;

    public byte[] Rent(int length)
    {
        lock (_lock)
        {
            int best = -1;
            for (int i = 0; i < _free.Count; i++)
            {
                int size = _free[i].Length;
                if (size >= length && size <= Widest(length) && (best < 0 || size < _free[best].Length))
                    best = i;
            }

            if (best >= 0)
                return Take(best);
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Round(length), Array.MaxLength));
    }

    public void Return(byte[] array)
    {
        lock (_lock)
        {
            // What was kept longest goes first: sizes that are no longer asked for do not stay.
            while (_free.Count > 0 && _kept + array.Length > keep)
                Take(0);
            if (array.Length > keep)
                return;
            _free.Add(array);
            _kept += array.Length;
        }
    }

    // Chunks that are cut by their content have any length. There are few sizes, so that the array of one chunk fits a later one: else each would leave an
    // array behind for the garbage collector, which lets hundreds of MiB of them pile up. A class has room for a header beside the power of two.
    private static long Round(int length)
    {
        if (length <= SmallestClass)
            return (Math.Max(length, 1) + Granularity - 1L) / Granularity * Granularity;
        long power = SmallestClass;
        while (power + Granularity < length)
            power *= 2;
        return power + Granularity;
    }

    // A small request does not take the array of a large chunk, but among chunks any that is large enough is better than one more.
    private static long Widest(int length) => length < SmallestClass ? (length * 2L) + Granularity : int.MaxValue;

    private byte[] Take(int index)
    {
        byte[] array = _free[index];
        _free.RemoveAt(index);
        _kept -= array.Length;
        return array;
    }
}
