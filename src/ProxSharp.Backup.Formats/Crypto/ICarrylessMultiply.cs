using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>Products of polynomials over GF(2), as a processor or portable code computes them.</summary>
internal interface ICarrylessMultiply
{
    /// <summary>The product of the two low halves.</summary>
    static abstract Vector128<ulong> Low(Vector128<ulong> left, Vector128<ulong> right);

    /// <summary>The product of the two high halves.</summary>
    static abstract Vector128<ulong> High(Vector128<ulong> left, Vector128<ulong> right);
}
