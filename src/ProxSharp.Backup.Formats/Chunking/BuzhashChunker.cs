using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>Cuts a stream where its content says so, at the same places as the official client (spec 7.1).</summary>
/// <remarks>
/// The rolling hash at a byte depends on the 64 bytes up to it and on nothing before, and no cut can be nearer to the start of a chunk than the shortest
/// chunk is long. So the bytes up to 64 before that point are skipped.
/// </remarks>
public sealed class BuzhashChunker : IChunker
{
    /// <summary>The average length of chunks of archives: 4 MiB. The shortest is a quarter of it, the longest four times as long.</summary>
    public const int DefaultAverageSize = 4 << 20;

    /// <summary>The average length of chunks of catalogs: 512 KiB.</summary>
    public const int CatalogAverageSize = 512 << 10;

    private const int Window = 64;
    private const int SmallestAverage = 1024;
    private const int LargestAverage = 64 << 20;

    private readonly byte[] _window = new byte[Window];
    private readonly uint _ignored;
    private readonly uint _threshold;
    private uint _hash;
    private int _length;

    /// <summary>Creates a chunker.</summary>
    /// <param name="averageSize">The average length of a chunk in bytes: a power of two from 1 KiB to 64 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not allowed.</exception>
    public BuzhashChunker(int averageSize = DefaultAverageSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(averageSize, SmallestAverage);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(averageSize, LargestAverage);
        if (!BitOperations.IsPow2(averageSize))
        {
            throw new ArgumentOutOfRangeException(nameof(averageSize), averageSize, "The average length of chunks must be a power of two.");
        }

        MinSize = averageSize / 4;
        MaxSize = averageSize * 4;
        uint mask = ((uint)averageSize * 2) - 1;

        // (hash & mask) >= mask - 2, with one operation less: bits outside of the mask are set on both sides.
        _ignored = ~mask;
        _threshold = (mask - 2) | _ignored;
    }

    /// <summary>The length of the shortest chunk in bytes, but for the last one of a stream.</summary>
    public int MinSize { get; }

    /// <summary>The length of the longest chunk in bytes.</summary>
    public int MaxSize { get; }

    /// <inheritdoc/>
    public int Scan(ReadOnlySpan<byte> data)
    {
        int at = Math.Min(Math.Max(MinSize - Window - _length, 0), data.Length);
        at = Absorb(data, at);
        if (_length + at < MinSize)
        {
            _length += at;
            return 0;
        }

        bool cut = _length + at == MinSize && IsCut(_hash);
        if (!cut)
        {
            int end = Math.Min(data.Length, MaxSize - _length);
            cut = RollFromWindow(data, ref at, end) || RollInside(data, ref at, end) || _length + at == MaxSize;
        }

        if (cut)
        {
            Reset();
            return at;
        }

        Keep(data);
        return 0;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _hash = 0;
        _length = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsCut(uint hash) => (hash | _ignored) >= _threshold;

    /// <summary>Takes in the 64 bytes before the first possible cut.</summary>
    private int Absorb(ReadOnlySpan<byte> data, int at)
    {
        ReadOnlySpan<uint> table = BuzhashTable.Values;
        while (_length + at < MinSize && at < data.Length)
        {
            byte value = data[at];
            _hash = BitOperations.RotateLeft(_hash, 1) ^ table[value];
            _window[(_length + at) % Window] = value;
            at++;
        }

        return at;
    }

    /// <summary>Rolls on while the bytes that leave the window are those of earlier calls.</summary>
    private bool RollFromWindow(ReadOnlySpan<byte> data, ref int at, int end)
    {
        ReadOnlySpan<uint> table = BuzhashTable.Values;
        for (; at < Math.Min(Window, end); at++)
        {
            _hash = BitOperations.RotateLeft(_hash, 1) ^ table[_window[(_length + at) % Window]] ^ table[data[at]];
            if (IsCut(_hash))
            {
                at++;
                return true;
            }
        }

        return false;
    }

    /// <summary>Rolls on where the bytes that leave the window stand in the data too. Eight bytes a step.</summary>
    private bool RollInside(ReadOnlySpan<byte> data, ref int at, int end)
    {
        ref uint table = ref MemoryMarshal.GetReference(BuzhashTable.Values);
        ref byte bytes = ref MemoryMarshal.GetReference(data);
        uint hash = _hash, ignored = _ignored, threshold = _threshold;
        int position = at;
        while (position + sizeof(ulong) <= end)
        {
            ulong entering = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, position));
            ulong leaving = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, position - Window));
            uint before = hash;
            uint found = 0;
            hash = Step(ref table, hash, entering, leaving, 0, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 8, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 16, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 24, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 32, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 40, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 48, ignored, threshold, ref found);
            hash = Step(ref table, hash, entering, leaving, 56, ignored, threshold, ref found);
            if (found != 0)
            {
                hash = before; // One of the eight; the loop below finds out which.
                break;
            }

            position += sizeof(ulong);
        }

        bool cut = false;
        for (; position < end && !cut; position++)
        {
            uint change = Unsafe.Add(ref table, Unsafe.Add(ref bytes, position - Window)) ^ Unsafe.Add(ref table, Unsafe.Add(ref bytes, position));
            hash = BitOperations.RotateLeft(hash, 1) ^ change;
            cut = (hash | ignored) >= threshold;
        }

        (at, _hash) = (position, hash);
        return cut;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Step(ref uint table, uint hash, ulong entering, ulong leaving, int shift, uint ignored, uint threshold, ref uint found)
    {
        uint change = Unsafe.Add(ref table, (nint)(byte)(entering >> shift)) ^ Unsafe.Add(ref table, (nint)(byte)(leaving >> shift));
        hash = BitOperations.RotateLeft(hash, 1) ^ change;
        found |= (hash | ignored) >= threshold ? 1u : 0u;
        return hash;
    }

    /// <summary>Remembers the last bytes: they leave the window in later calls.</summary>
    private void Keep(ReadOnlySpan<byte> data)
    {
        for (int i = Math.Max(0, data.Length - Window); i < data.Length; i++)
        {
            _window[(_length + i) % Window] = data[i];
        }

        _length += data.Length;
    }
}
