using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

/// <summary>AES-256-GCM against known values, the framework's own (nonces of 12 bytes) and a second implementation (16 bytes).</summary>
public sealed class GcmTests
{
    private static readonly byte[] s_key = TestData.Counting(0, 32);
    private static readonly byte[] s_nonce = TestData.Counting(0x40, 16);

    public static TheoryData<string> Engines() => ["fastest", "portable"];

    [Theory]
    [InlineData(0, "e005ab16f21278ef8d01c30bbb758a83", null)]
    [InlineData(16, "c99255c9f0e127d4addb0cf7cbe6c4ec", null)]
    [InlineData(17, "b2c119fd6c1d87f117a05f072b6c02f8", null)]
    [InlineData(1000, "a5cefc0fb4c96eb72b5bb98456e65b79", "7ecc69d32b4a792540933dc5942eb0df64bfbbb470b7be49cc68d6f15340021b")]
    [InlineData(70001, "9c812e4962b8b831e0e4971cab97ddce", "ef6464f698e7045970a3230c42c167a8763491ffaa79636133932e23b2b6ea32")]
    public void Encrypt_KnownLengths_KnownTags(int length, string expectedTag, string? expectedHash)
    {
        byte[] plain = [.. Enumerable.Range(0, length).Select(static i => (byte)((7 * i) + 3))];
        foreach (string name in Engines().Select(static row => row.Data))
        {
            using GcmEngine engine = Create(name, s_key);
            byte[] cipher = new byte[length], tag = new byte[16];
            engine.Encrypt(s_nonce, plain, cipher, tag);
            Assert.Equal(expectedTag, Convert.ToHexStringLower(tag));
            Assert.Equal(expectedHash ?? Convert.ToHexStringLower(SHA256.HashData(cipher)), Convert.ToHexStringLower(SHA256.HashData(cipher)));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Encrypt_ShortNonce_EqualsFramework(string name)
    {
        Random random = new(7);
        foreach (int length in Lengths())
        {
            byte[] key = new byte[32], nonce = new byte[12], plain = new byte[length];
            random.NextBytes(key);
            random.NextBytes(nonce);
            random.NextBytes(plain);
            byte[] expected = new byte[length], expectedTag = new byte[16];
            using AesGcm reference = new(key, 16);
            reference.Encrypt(nonce, plain, expected, expectedTag);
            using GcmEngine engine = Create(name, key);
            byte[] actual = new byte[length], tag = new byte[16];
            engine.Encrypt(nonce, plain, actual, tag);
            Assert.Equal(expected, actual);
            Assert.Equal(expectedTag, tag);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void EncryptAndDecrypt_LongNonce_EqualsSecondImplementation(string name)
    {
        Random random = new(8);
        foreach (int length in Lengths())
        {
            byte[] key = new byte[32], nonce = new byte[16], plain = new byte[length];
            random.NextBytes(key);
            random.NextBytes(nonce);
            random.NextBytes(plain);
            Check(name, key, nonce, plain);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Encrypt_CounterWraps_EqualsSecondImplementation(string name)
    {
        // The first counter block of this key and nonce ends in ff ff ff e2: the counter wraps in the fourth group of eight blocks.
        byte[] nonce = Convert.FromHexString(WrappingNonce);
        Check(name, s_key, nonce, TestData.Random(4096, 9));
        Check(name, s_key, nonce, TestData.Random(599, 9));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Encrypt_InPlace_EqualsSeparate(string name)
    {
        using GcmEngine engine = Create(name, s_key);
        foreach (int length in Lengths())
        {
            byte[] plain = TestData.Random(length, length), cipher = new byte[length], tag = new byte[16], tag2 = new byte[16];
            engine.Encrypt(s_nonce, plain, cipher, tag);
            byte[] same = [.. plain];
            engine.Encrypt(s_nonce, same, same, tag2);
            Assert.Equal(cipher, same);
            Assert.Equal(tag, tag2);
            engine.Decrypt(s_nonce, same, same, tag2);
            Assert.Equal(plain, same);
            Assert.Equal(tag, tag2);
        }
    }

    [Fact]
    public void TryDecrypt_ChangedInput_FalseAndNothingReleased()
    {
        using CryptConfig config = new(s_key);
        byte[] plain = TestData.Random(300, 1), cipher = new byte[300], tag = new byte[16], back = new byte[300];
        config.Encrypt(s_nonce, plain, cipher, tag);
        Assert.True(config.TryDecrypt(s_nonce, cipher, tag, back));
        Assert.Equal(plain, back);
        for (int bit = 0; bit < 300 * 8; bit += 7)
        {
            byte[] changed = [.. cipher];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(config.TryDecrypt(s_nonce, changed, tag, back));
            Assert.All(back, static b => Assert.Equal(0, b));
        }

        tag[15] ^= 1;
        Assert.False(config.TryDecrypt(s_nonce, cipher, tag, back));
    }

    [Fact]
    public void Encrypt_WrongLengths_AreMisuse()
    {
        using CryptConfig config = new(s_key);
        byte[] data = new byte[64];
        Assert.Throws<ArgumentException>(() => config.Encrypt(data.AsSpan(0, 13), data, new byte[64], new byte[16]));
        Assert.Throws<ArgumentException>(() => config.Encrypt(s_nonce, data, new byte[63], new byte[16]));
        Assert.Throws<ArgumentException>(() => config.Encrypt(s_nonce, data, new byte[64], new byte[15]));
        Assert.Throws<ArgumentException>(() => config.Encrypt(s_nonce, data.AsSpan(0, 32), data.AsSpan(1, 32), new byte[16]));
        Assert.Throws<ArgumentException>(() => new CryptConfig(new byte[31]));
    }

    [Fact]
    public void PortableMultiply_RandomFactors_EqualsBitwiseProduct()
    {
        Random random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            ulong left = (ulong)random.NextInt64() * 3, right = (ulong)random.NextInt64() * 5;
            UInt128 expected = 0;
            for (int bit = 0; bit < 64; bit++)
            {
                expected ^= ((right >> bit) & 1) == 0 ? 0 : (UInt128)left << bit;
            }

            System.Runtime.Intrinsics.Vector128<ulong> product = PortableMultiply.Low(
                System.Runtime.Intrinsics.Vector128.Create(left, 0), System.Runtime.Intrinsics.Vector128.Create(right, 0));
            Assert.Equal(expected, new UInt128(product[1], product[0]));
        }
    }

    private const string WrappingNonce = "e737655b485e5c630c94534b505b341b";

    private static void Check(string name, byte[] key, byte[] nonce, byte[] plain)
    {
        GcmBlockCipher reference = new(new AesEngine());
        reference.Init(true, new AeadParameters(new KeyParameter(key), 128, nonce));
        byte[] expected = new byte[plain.Length + 16];
        int written = reference.ProcessBytes(plain, 0, plain.Length, expected, 0);
        reference.DoFinal(expected, written);

        using GcmEngine engine = Create(name, key);
        byte[] cipher = new byte[plain.Length], tag = new byte[16], back = new byte[plain.Length], tag2 = new byte[16];
        engine.Encrypt(nonce, plain, cipher, tag);
        Assert.Equal(expected[..plain.Length], cipher);
        Assert.Equal(expected[plain.Length..], tag);
        engine.Decrypt(nonce, cipher, back, tag2);
        Assert.Equal(plain, back);
        Assert.Equal(tag, tag2);
    }

    private static GcmEngine Create(string name, byte[] key) => name == "portable" ? new PortableGcm(key) : GcmEngine.Create(key);

    private static IEnumerable<int> Lengths() => Enumerable.Range(0, 290).Concat([511, 512, 513, 1023, 4096, 8191, 8192, 8193, 20_000, 65_537]);
}
