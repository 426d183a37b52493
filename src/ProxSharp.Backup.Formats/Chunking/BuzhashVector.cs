using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>The rolling hash for 64 bytes at once, on processors with AVX-512 VBMI.</summary>
/// <remarks>
/// The hash at the p-th byte of a block, turned back by p bits, is the hash before the block xor the changes so far, each turned back by its own position.
/// So all hashes of a block are one prefix sum by xor. The value that leaves the window at a byte is the one that entered a block earlier.
/// The 256 values of the table are looked up byte by byte in registers. Unpacking leaves four values of four stretches of 16 bytes in each vector:
/// the quarters of vector v hold bytes 4v to 4v + 3 of their stretches.
/// </remarks>
internal static class BuzhashVector
{
    public const int BlockSize = 64;

    private static readonly byte[] s_planes = CreatePlanes();

    public static bool IsSupported => Avx512Vbmi.IsSupported && Avx512BW.IsSupported && Avx512F.IsSupported;

    /// <summary>Rolls over whole blocks as long as there is no cut in them.</summary>
    /// <param name="bytes">The data. The 64 bytes before the position are part of it.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="end">Where the data ends.</param>
    /// <param name="hash">The hash before the position; the hash before the returned one afterwards.</param>
    /// <param name="ignored">The bits of a hash that do not count.</param>
    /// <param name="threshold">A cut is where the hash, these bits set, is not less.</param>
    /// <returns>Where the first block with a cut begins, or where less than a block is left.</returns>
    public static int Roll(ref byte bytes, int position, int end, ref uint hash, uint ignored, uint threshold)
    {
        Vector512<uint> ignore = Vector512.Create(ignored), limit = Vector512.Create(threshold), last = Vector512.Create(15u);
        Vector512<uint> turn0 = Positions(1), turn1 = Positions(5), turn2 = Positions(9), turn3 = Positions(13);
        Vector512<uint> before = Vector512.Create(hash);
        LookUp(ref Unsafe.Add(ref bytes, position - BlockSize),
            out Vector512<uint> old0, out Vector512<uint> old1, out Vector512<uint> old2, out Vector512<uint> old3);
        for (; position + BlockSize <= end; position += BlockSize)
        {
            LookUp(ref Unsafe.Add(ref bytes, position),
                out Vector512<uint> new0, out Vector512<uint> new1, out Vector512<uint> new2, out Vector512<uint> new3);
            Vector512<uint> sum0 = Sum(Avx512F.RotateRightVariable(new0 ^ old0, turn0));
            Vector512<uint> sum1 = Sum(Avx512F.RotateRightVariable(new1 ^ old1, turn1)) ^ Last(sum0);
            Vector512<uint> sum2 = Sum(Avx512F.RotateRightVariable(new2 ^ old2, turn2)) ^ Last(sum1);
            Vector512<uint> sum3 = Sum(Avx512F.RotateRightVariable(new3 ^ old3, turn3)) ^ Last(sum2);
            Vector512<uint> start = before ^ Earlier(Last(sum3));
            Vector512<uint> hash0 = Avx512F.RotateLeftVariable(sum0 ^ start, turn0) | ignore;
            Vector512<uint> hash1 = Avx512F.RotateLeftVariable(sum1 ^ start, turn1) | ignore;
            Vector512<uint> hash2 = Avx512F.RotateLeftVariable(sum2 ^ start, turn2) | ignore;
            Vector512<uint> hash3 = Avx512F.RotateLeftVariable(sum3 ^ start, turn3) | ignore;
            Vector512<uint> highest = Vector512.Max(Vector512.Max(hash0, hash1), Vector512.Max(hash2, hash3));
            if (Vector512.GreaterThanOrEqualAny(highest, limit))
            {
                break;
            }

            before = Avx512F.PermuteVar16x32(sum3 ^ start, last);
            (old0, old1, old2, old3) = (new0, new1, new2, new3);
        }

        hash = before[0];
        return position;
    }

    /// <summary>By how many bits each value of a vector is turned: one more than its place in the block.</summary>
    private static Vector512<uint> Positions(uint first)
    {
        Vector128<uint> quarter = Vector128.Create(first, first + 1, first + 2, first + 3);
        Vector128<uint> next = quarter + Vector128.Create(16u);
        return Vector512.Create(Vector256.Create(quarter, next), Vector256.Create(quarter, next)); // Only the position modulo 32 counts.
    }

    /// <summary>Sums the four values of each quarter up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Sum(Vector512<uint> value)
    {
        value ^= Avx512BW.ShiftLeftLogical128BitLane(value.AsByte(), 4).AsUInt32();
        return value ^ Avx512BW.ShiftLeftLogical128BitLane(value.AsByte(), 8).AsUInt32();
    }

    /// <summary>The last value of each quarter, four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Last(Vector512<uint> value) => Avx512F.Shuffle(value, 0xFF);

    /// <summary>For each quarter the sum of all quarters before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Earlier(Vector512<uint> totals)
    {
        Vector512<ulong> sum = Avx512F.AlignRight64(totals.AsUInt64(), Vector512<ulong>.Zero, 6);
        sum ^= Avx512F.AlignRight64(sum, Vector512<ulong>.Zero, 6);
        sum ^= Avx512F.AlignRight64(sum, Vector512<ulong>.Zero, 4);
        return sum.AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(ref byte source, out Vector512<uint> value0, out Vector512<uint> value1, out Vector512<uint> value2, out Vector512<uint> value3)
    {
        Vector512<byte> index = Vector512.LoadUnsafe(ref source);
        ref byte planes = ref MemoryMarshal.GetArrayDataReference(s_planes);
        Vector512<byte> plane0 = LookUpPlane(index, ref planes, 0), plane1 = LookUpPlane(index, ref planes, 256);
        Vector512<byte> plane2 = LookUpPlane(index, ref planes, 512), plane3 = LookUpPlane(index, ref planes, 768);
        Vector512<ushort> low01 = Avx512BW.UnpackLow(plane0, plane1).AsUInt16(), high01 = Avx512BW.UnpackHigh(plane0, plane1).AsUInt16();
        Vector512<ushort> low23 = Avx512BW.UnpackLow(plane2, plane3).AsUInt16(), high23 = Avx512BW.UnpackHigh(plane2, plane3).AsUInt16();
        value0 = Avx512BW.UnpackLow(low01, low23).AsUInt32();
        value1 = Avx512BW.UnpackHigh(low01, low23).AsUInt32();
        value2 = Avx512BW.UnpackLow(high01, high23).AsUInt32();
        value3 = Avx512BW.UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> LookUpPlane(Vector512<byte> index, ref byte planes, nuint plane)
    {
        Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref planes, plane), index, Vector512.LoadUnsafe(ref planes, plane + 64));
        Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref planes, plane + 128), index, Vector512.LoadUnsafe(ref planes, plane + 192));
        return Avx512BW.BlendVariable(low, high, index); // By the top bit of each index.
    }

    /// <summary>The lowest bytes of all values, then the second ones, and so on.</summary>
    private static byte[] CreatePlanes()
    {
        byte[] planes = new byte[1024];
        for (int i = 0; i < planes.Length; i++)
        {
            planes[i] = (byte)(BuzhashTable.Values[i % 256] >> (i / 256 * 8));
        }

        return planes;
    }
}
