using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>Products of polynomials over GF(2), as a processor or portable code computes them.</summary>
internal interface ICarrylessMultiply
{
    /// <summary>The product of the two low halves.</summary>
    static abstract Vector128<ulong> Low(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>The product of the two high halves.</summary>
    static abstract Vector128<ulong> High(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>All bytes in the opposite order.</summary>
    static virtual Vector128<byte> Reverse(Vector128<byte> value) =>
        Vector128.Shuffle(value, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>The halves exchanged.</summary>
    static virtual Vector128<ulong> Swap(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(1ul, 0ul));

    /// <summary>The low half moved up, above zeros.</summary>
    static virtual Vector128<ulong> Up(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(2ul, 0ul));

    /// <summary>The high half moved down, below zeros.</summary>
    static virtual Vector128<ulong> Down(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(1ul, 2ul));
}
