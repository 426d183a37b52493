using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Bench;

/// <summary>
/// The byte work of a backup, each part beside the raw primitive on the same data in the same run. Times are CPU times of the process, and the best of
/// several rounds in turn, since other programs may use the machine too.
/// </summary>
internal static class FormatsRun
{
    private const int ChunkSize = 4 << 20;
    private const int Rounds = 9;
    private static readonly TimeSpan s_atLeast = TimeSpan.FromMilliseconds(60);

    public static void Run()
    {
        byte[] random = new byte[ChunkSize];
        RandomNumberGenerator.Fill(random);
        byte[] text = Text(ChunkSize);
        Chunker(random);
        Digests(random);
        Gcm(random);
        Zstd("text", text);
        Zstd("random", random);
        Blobs(text, random);
        Index();
    }

    private static void Chunker(byte[] data)
    {
        byte[] copy = new byte[ChunkSize];
        byte[] large = [.. data, .. data, .. data, .. data];
        BuzhashChunker chunker = new();
        Compare("SHA-256 against a copy of memory", ChunkSize, () => Hash(data), () => data.CopyTo(copy, 0));
        Compare("buzhash chunker against SHA-256", large.Length, () => Scan(chunker, large), () => Hash(large));
        BuzhashChunker scalar = new(BuzhashChunker.DefaultAverageSize, vectorized: false);
        Compare("buzhash chunker against itself without vectors", large.Length, () => Scan(chunker, large), () => Scan(scalar, large));
    }

    private static void Digests(byte[] data)
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        Compare("digest of a chunk against SHA-256", ChunkSize, () => ChunkDigest.Compute(data), () => Hash(data));
        Compare("keyed digest of a chunk against SHA-256", ChunkSize, () => ChunkDigest.Compute(data, key), () => Hash(data));
    }

    private static void Gcm(byte[] data)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32), nonce = RandomNumberGenerator.GetBytes(16), target = new byte[ChunkSize], tag = new byte[16];
        using CryptConfig crypt = new(key);
        using CryptConfig portable = new(key, static bytes => new PortableGcm(bytes));
        using AesGcm raw = new(key, 16);
        void Raw() => raw.Encrypt(nonce.AsSpan(0, 12), data, target, tag);
        Compare("GCM with 16-byte nonces against AesGcm, encrypt", ChunkSize, () => crypt.Encrypt(nonce, data, target, tag), Raw);
        Compare("portable GCM against AesGcm, encrypt", ChunkSize, () => portable.Encrypt(nonce, data, target, tag), Raw);
        byte[] cipher = new byte[ChunkSize], cipher12 = new byte[ChunkSize], tag12 = new byte[16], back = new byte[ChunkSize];
        crypt.Encrypt(nonce, data, cipher, tag);
        raw.Encrypt(nonce.AsSpan(0, 12), data, cipher12, tag12);
        Compare(
            "GCM with 16-byte nonces against AesGcm, decrypt",
            ChunkSize,
            () => crypt.TryDecrypt(nonce, cipher, tag, back),
            () => raw.Decrypt(nonce.AsSpan(0, 12), cipher12, tag12, back));
    }

    private static void Zstd(string what, byte[] data)
    {
        if (!NativeZstd.IsAvailable)
        {
            Console.WriteLine("zstd: this system has no library to compare with");
            return;
        }

        using ManagedZstd managed = new();
        using NativeZstd native = new();
        byte[] target = new byte[ChunkSize + 1024], back = new byte[ChunkSize];
        managed.TryCompress(data, target, out int managedLength);
        Compare($"managed zstd against native, compress {what}", ChunkSize, () => managed.TryCompress(data, target, out _),
            () => native.TryCompress(data, target, out _));
        native.TryCompress(data, target, out int length);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"zstd level 1 of {what}: {length} bytes native, {managedLength} managed, of {ChunkSize}"));
        byte[] packed = target[..length];
        Compare($"managed zstd against native, decompress {what}", ChunkSize, () => managed.Decompress(packed, back, out _),
            () => native.Decompress(packed, back, out _));
    }

    private static void Blobs(byte[] text, byte[] random)
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        using DataBlobEncoder plain = new(), encrypted = new(key);
        using ZstdCodec codec = ZstdCodec.Create();
        using AesGcm raw = new(key.ExportKey(), 16);
        byte[] target = new byte[DataBlob.GetMaxLength(ChunkSize, true)], other = new byte[ChunkSize], tag = new byte[16];
        Compare("blob of text against zstd alone", ChunkSize, () => plain.Encode(text, target, out _), () => codec.TryCompress(text, other, out _));
        Compare("blob of random bytes against zstd alone", ChunkSize, () => plain.Encode(random, target, out _), () => codec.TryCompress(random, other, out _));
        Compare("encrypted blob of random bytes against zstd and AesGcm alone", ChunkSize, () => encrypted.Encode(random, target, out _), () =>
        {
            codec.TryCompress(random, other, out _);
            raw.Encrypt(target.AsSpan(0, 12), random, other, tag);
        });
        plain.Encode(text, target, out int length);
        byte[] blob = target[..length];
        byte[] frame = blob[DataBlob.HeaderSize..];
        using DataBlobDecoder decoder = new();
        Compare("data of a blob of text against zstd alone", ChunkSize, () => decoder.DecodeExactly(blob, other), () => codec.Decompress(frame, other, out _));
    }

    private static void Index()
    {
        using DynamicIndexBuilder builder = new();
        for (int i = 0; i < 1 << 16; i++)
        {
            builder.Add(ChunkSize, new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(i))));
        }

        byte[] bytes = builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch).ToArray();
        Compare("read of an index of 65536 chunks against SHA-256", bytes.Length, () => DynamicIndex.Parse(bytes), () => Hash(bytes));
    }

    private static void Compare(string what, int bytes, Action ours, Action baseline)
    {
        TimeSpan best = TimeSpan.MaxValue, bestBaseline = TimeSpan.MaxValue;
        Measure(ours);
        Measure(baseline);
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan time = Measure(ours), baselineTime = Measure(baseline);
            best = time < best ? time : best;
            bestBaseline = baselineTime < bestBaseline ? baselineTime : bestBaseline;
        }

        Report.Line(what, Speed(bytes, best), Speed(bytes, bestBaseline), bestBaseline / best);
    }

    private static TimeSpan Measure(Action work)
    {
        int times = 0;
        TimeSpan start = Environment.CpuUsage.TotalTime, used;
        do
        {
            work();
            times++;
            used = Environment.CpuUsage.TotalTime - start;
        }
        while (used < s_atLeast);
        return used / times;
    }

    private static void Scan(BuzhashChunker chunker, ReadOnlySpan<byte> data)
    {
        chunker.Reset();
        while (!data.IsEmpty)
        {
            int cut = chunker.Scan(data);
            data = cut == 0 ? default : data[cut..];
        }
    }

    private static void Hash(byte[] data)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(data, digest);
    }

    private static string Speed(int bytes, TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0 / time.TotalSeconds:F0} MiB/s");

    private static byte[] Text(int length)
    {
        string[] words = ["server", "backup", "the", "of", "chunk", "status", "and", "index", "value", "0", "1", "true", "/var/lib/data", "2024-05-01"];
        Random random = new(1);
        using MemoryStream text = new();
        while (text.Length < length)
        {
            string number = random.Next(5) == 0 ? random.Next().ToString(CultureInfo.InvariantCulture) : "";
            string end = random.Next(9) == 0 ? "\n" : " ";
            text.Write(System.Text.Encoding.ASCII.GetBytes(words[random.Next(words.Length)] + end + number));
        }

        return text.ToArray()[..length];
    }
}
