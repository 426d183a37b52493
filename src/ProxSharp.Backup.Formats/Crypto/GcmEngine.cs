using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>AES-256 in Galois/Counter Mode (NIST SP 800-38D) without additional data. Safe for use by several threads at once.</summary>
internal abstract class GcmEngine : IDisposable
{
    public const int KeySize = 32;
    public const int TagSize = 16;
    protected const int BlockSize = 16;
    private const int ShortNonceSize = 12;

    /// <summary>Takes the fastest implementation that this processor has.</summary>
    public static GcmEngine Create(ReadOnlySpan<byte> key)
    {
        if (X86Instructions.IsSupported)
        {
            return new AcceleratedGcm<X86Instructions>(key);
        }

        return ArmInstructions.IsSupported ? new AcceleratedGcm<ArmInstructions>(key) : new PortableGcm(key);
    }

    /// <summary>Encrypts; <paramref name="output"/> may be the input itself, but not overlap it otherwise.</summary>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> tag) => Run(true, nonce, input, output, tag);

    /// <summary>Decrypts and computes the tag that the input should have; the caller compares it.</summary>
    public void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> tag) => Run(false, nonce, input, output, tag);

    public abstract void Dispose();

    protected abstract void Run(bool encrypt, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> tag);

    /// <summary>The block from which the counters start: the nonce and 1 if it has 12 bytes, else the hash of the nonce.</summary>
    protected static Vector128<byte> FirstCounter<TMultiply>(GhashKey<TMultiply> hash, ReadOnlySpan<byte> nonce)
        where TMultiply : struct, ICarrylessMultiply
    {
        if (nonce.Length == ShortNonceSize)
        {
            Span<byte> block = stackalloc byte[BlockSize];
            nonce.CopyTo(block);
            block[ShortNonceSize..].Clear();
            block[^1] = 1;
            return Vector128.Create<byte>(block);
        }

        Vector128<ulong> state = hash.Update(default, nonce);
        return GhashKey<TMultiply>.ToBlock(hash.Update(state, Lengths(nonce.Length)));
    }

    /// <summary>The block that ends a hash: the length of the additional data, which is none, and of the rest, in bits.</summary>
    protected static Vector128<byte> Lengths(int length) =>
        Vector128.Create(0ul, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ulong)length * 8)).AsByte();
}
