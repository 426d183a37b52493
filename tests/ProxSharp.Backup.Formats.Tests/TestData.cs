using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Tests;

internal static class TestData
{
    /// <summary>Bytes 0, 1, 2 and so on.</summary>
    public static byte[] Counting(int first, int count) => [.. Enumerable.Range(first, count).Select(static i => (byte)i)];

    public static byte[] Random(int length, int seed)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    /// <summary>The SHA-256 values of the numbers 0, 1, 2 and so on in eight bytes, little-endian.</summary>
    public static void FillHashes(Span<byte> target)
    {
        Span<byte> counter = stackalloc byte[8];
        for (int i = 0; i < target.Length / 32; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(counter, i);
            SHA256.HashData(counter, target[(i * 32)..]);
        }
    }
}
