using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>A large array that is lent in pieces, the first place that is wide enough first. For one thread at a time.</summary>
internal sealed class MemoryBlock(int size)
{
    // What nobody has, in the order of its place; neighbours are one.
    private readonly List<(int Start, int End)> _free = [(0, size)];
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);

    public int Size => size;

    public bool IsFree => _free is [var whole] && whole == (0, size);

    public bool TryRent(int length, out Memory<byte> bytes)
    {
        for (int i = 0; i < _free.Count; i++)
        {
            (int start, int end) = _free[i];
            if (end - start < length)
                continue;
            if (end - start == length)
                _free.RemoveAt(i);
            else
                _free[i] = (start + length, end);
            bytes = _bytes.AsMemory(start, length);
            return true;
        }

        bytes = default;
        return false;
    }

    public void Return(ReadOnlyMemory<byte> bytes)
    {
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment);
        (int start, int end) = (segment.Offset, segment.Offset + segment.Count);
        int at = _free.FindIndex(place => place.Start >= end);
        int after = at < 0 ? _free.Count : at;
        if (after < _free.Count && _free[after].Start == end)
        {
            end = _free[after].End;
            _free.RemoveAt(after);
        }

        if (after > 0 && _free[after - 1].End == start)
            _free[after - 1] = (_free[after - 1].Start, end);
        else
            _free.Insert(after, (start, end));
    }
}
