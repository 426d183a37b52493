using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The rounds of AES encryption, as a processor computes them.</summary>
internal interface IAesRounds
{
    /// <summary>ShiftRows, SubBytes, MixColumns, then the round key.</summary>
    static abstract Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key);

    /// <summary>ShiftRows, SubBytes, then the round key.</summary>
    static abstract Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key);
}
