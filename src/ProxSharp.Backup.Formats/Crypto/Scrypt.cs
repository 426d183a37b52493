using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>The key derivation scrypt (RFC 7914), which .NET lacks.</summary>
internal static class Scrypt
{
    private const int SalsaWords = 16;

    /// <summary>Derives a key.</summary>
    /// <param name="passphrase">The secret.</param>
    /// <param name="salt">What makes it differ from other uses of the same secret.</param>
    /// <param name="cost">N: a power of two above 1.</param>
    /// <param name="blockSize">r: 128 bytes of memory for each step of the cost.</param>
    /// <param name="parallelism">p.</param>
    /// <param name="key">Takes the key.</param>
    public static void DeriveKey(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelism, Span<byte> key)
    {
        int words = 32 * blockSize;
        byte[] mixed = Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, 1, HashAlgorithmName.SHA256, parallelism * words * sizeof(uint));
        uint[] memory = new uint[(long)cost * words];
        uint[] block = new uint[words];
        uint[] scratch = new uint[words];
        for (int i = 0; i < parallelism; i++)
        {
            Span<byte> part = mixed.AsSpan(i * words * sizeof(uint), words * sizeof(uint));
            for (int w = 0; w < words; w++)
            {
                block[w] = BinaryPrimitives.ReadUInt32LittleEndian(part[(w * sizeof(uint))..]);
            }

            MixMemory(block, scratch, memory, cost);
            for (int w = 0; w < words; w++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(part[(w * sizeof(uint))..], block[w]);
            }
        }

        Rfc2898DeriveBytes.Pbkdf2(passphrase, mixed, key, 1, HashAlgorithmName.SHA256);
        CryptographicOperations.ZeroMemory(mixed);
        Array.Clear(memory);
    }

    private static void MixMemory(uint[] block, uint[] scratch, uint[] memory, int cost)
    {
        int words = block.Length;
        for (int i = 0; i < cost; i++)
        {
            block.CopyTo(memory, (long)i * words);
            MixBlock(block, scratch);
        }

        for (int i = 0; i < cost; i++)
        {
            int index = (int)(block[words - SalsaWords] & (uint)(cost - 1));
            Xor(block, memory.AsSpan(index * words, words));
            MixBlock(block, scratch);
        }
    }

    private static void MixBlock(uint[] block, uint[] scratch)
    {
        Span<uint> state = stackalloc uint[SalsaWords];
        block.AsSpan(block.Length - SalsaWords).CopyTo(state);
        int half = block.Length / 2;
        for (int at = 0, even = 0; at < block.Length; at += 2 * SalsaWords, even += SalsaWords)
        {
            Xor(state, block.AsSpan(at, SalsaWords));
            Salsa(state);
            state.CopyTo(scratch.AsSpan(even));
            Xor(state, block.AsSpan(at + SalsaWords, SalsaWords));
            Salsa(state);
            state.CopyTo(scratch.AsSpan(half + even));
        }

        scratch.CopyTo(block, 0);
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> source)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] ^= source[i];
        }
    }

    private static void Salsa(Span<uint> state)
    {
        Span<uint> x = stackalloc uint[SalsaWords];
        state.CopyTo(x);
        for (int round = 0; round < 4; round++)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }

        for (int i = 0; i < SalsaWords; i++)
        {
            state[i] += x[i];
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
