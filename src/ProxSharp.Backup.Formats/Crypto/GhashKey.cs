using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The universal hash of GCM (NIST SP 800-38D, 6.4) under one hash key.</summary>
/// <remarks>
/// Blocks are taken as numbers with their bytes reversed, and the hash key is multiplied by x once. A product then needs no shift of single bits, and
/// its reduction is two multiplications by a constant. Eight blocks are multiplied by eight powers of the key before one reduction.
/// </remarks>
internal sealed class GhashKey<TMultiply>
    where TMultiply : struct, ICarrylessMultiply
{
    public const int Aggregated = 8;
    public const int BlockSize = 16;

    // x^127 + x^126 + x^121, the upper half of the field's polynomial in this representation.
    private const ulong Polynomial = 0xC200_0000_0000_0000;

    // The eighth power first, and both halves of each added, for Karatsuba's multiplication.
    private readonly Vector128<ulong>[] _powers = new Vector128<ulong>[Aggregated];
    private readonly Vector128<ulong>[] _folded = new Vector128<ulong>[Aggregated];

    public GhashKey(Vector128<byte> hashKey)
    {
        Vector128<ulong> key = TimesX(Reverse(hashKey));
        Vector128<ulong> power = key;
        for (int i = Aggregated - 1; i >= 0; i--)
        {
            _powers[i] = power;
            _folded[i] = power ^ Swap(power);
            power = Multiply(power, key, key ^ Swap(key));
        }
    }

    public ref Vector128<ulong> Powers => ref MemoryMarshal.GetArrayDataReference(_powers);

    public ref Vector128<ulong> Folded => ref MemoryMarshal.GetArrayDataReference(_folded);

    /// <summary>Takes the bytes of a block as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reverse(Vector128<byte> block) => TMultiply.Reverse(block).AsUInt64();

    /// <summary>Turns the state into the bytes of a block.</summary>
    public static Vector128<byte> ToBlock(Vector128<ulong> state) => Reverse(state.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(Vector128<ulong> block, Vector128<ulong> power, Vector128<ulong> folded,
        ref Vector128<ulong> low, ref Vector128<ulong> middle, ref Vector128<ulong> high)
    {
        low ^= TMultiply.Low(block, power);
        high ^= TMultiply.High(block, power);
        middle ^= TMultiply.Low(block ^ Swap(block), folded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.CreateScalar(Polynomial);
        middle ^= low ^ high;
        low ^= TMultiply.Up(middle);
        high ^= TMultiply.Down(middle);
        low = Swap(low) ^ TMultiply.Low(low, polynomial);
        low = Swap(low) ^ TMultiply.Low(low, polynomial);
        return high ^ low;
    }

    /// <summary>Takes one block in.</summary>
    public Vector128<ulong> Update(Vector128<ulong> state, Vector128<byte> block) =>
        Multiply(state ^ Reverse(block), _powers[Aggregated - 1], _folded[Aggregated - 1]);

    /// <summary>Takes bytes in; the last block is filled with zeros.</summary>
    public Vector128<ulong> Update(Vector128<ulong> state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= Aggregated * BlockSize)
        {
            state = UpdateMany(state, data);
            data = data[(Aggregated * BlockSize)..];
        }

        while (data.Length >= BlockSize)
        {
            state = Update(state, Vector128.Create(data));
            data = data[BlockSize..];
        }

        if (!data.IsEmpty)
        {
            Span<byte> last = stackalloc byte[BlockSize];
            last.Clear();
            data.CopyTo(last);
            state = Update(state, Vector128.Create<byte>(last));
        }

        return state;
    }

    public void Clear()
    {
        Array.Clear(_powers);
        Array.Clear(_folded);
    }

    private Vector128<ulong> UpdateMany(Vector128<ulong> state, ReadOnlySpan<byte> data)
    {
        ref byte source = ref MemoryMarshal.GetReference(data);
        Vector128<ulong> low = default, middle = default, high = default;
        for (int i = 0; i < Aggregated; i++)
        {
            Vector128<ulong> block = Reverse(Vector128.LoadUnsafe(ref source, (nuint)(i * BlockSize)));
            Accumulate(i == 0 ? block ^ state : block, _powers[i], _folded[i], ref low, ref middle, ref high);
        }

        return Reduce(low, middle, high);
    }

    private static Vector128<ulong> Multiply(Vector128<ulong> value, Vector128<ulong> power, Vector128<ulong> folded)
    {
        Vector128<ulong> low = default, middle = default, high = default;
        Accumulate(value, power, folded, ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    private static Vector128<ulong> TimesX(Vector128<ulong> value)
    {
        ulong low = value[0], high = value[1];
        ulong carry = 0 - (high >> 63);
        return Vector128.Create((low << 1) ^ (carry & 1), ((high << 1) | (low >> 63)) ^ (carry & Polynomial));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Swap(Vector128<ulong> value) => TMultiply.Swap(value);
}
