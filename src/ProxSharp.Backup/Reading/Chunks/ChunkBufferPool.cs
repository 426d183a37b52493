namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// Keeps the arrays of chunks for the next ones. The shared pool rounds up to powers of two, which doubles what blobs of a little more than
/// 4 MiB need.
/// </summary>
internal sealed class ChunkBufferPool(long keep)
{
    private const int Granularity = 16 << 10;
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
                if (size >= length && size <= (length * 2L) + Granularity && (best < 0 || size < _free[best].Length))
                    best = i;
            }

            if (best >= 0)
                return Take(best);
        }

        long rounded = (Math.Max(length, 1) + Granularity - 1L) / Granularity * Granularity;
        return GC.AllocateUninitializedArray<byte>((int)Math.Min(rounded, Array.MaxLength));
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

    private byte[] Take(int index)
    {
        byte[] array = _free[index];
        _free.RemoveAt(index);
        _kept -= array.Length;
        return array;
    }
}
