using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The cryptography extension of ARMv8.</summary>
internal readonly struct ArmInstructions : IAesRounds, ICarrylessMultiply
{
    public static bool IsSupported => Aes.IsSupported && AdvSimd.Arm64.IsSupported;

    // AESE adds a key before the substitution; adding none there and the round key at the end gives the other order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => Aes.MixColumns(Aes.Encrypt(state, Vector128<byte>.Zero)) ^ key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) => Aes.Encrypt(state, Vector128<byte>.Zero) ^ key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Low(Vector128<ulong> left, Vector128<ulong> right) => Aes.PolynomialMultiplyWideningLower(left.GetLower(), right.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> High(Vector128<ulong> left, Vector128<ulong> right) => Aes.PolynomialMultiplyWideningUpper(left, right);
}
