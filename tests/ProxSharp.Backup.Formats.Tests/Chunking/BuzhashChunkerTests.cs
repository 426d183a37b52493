using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Formats.Tests.Chunking;

public sealed class BuzhashChunkerTests
{
    [Fact]
    public void Table_AllValues_KnownHash()
    {
        byte[] bytes = new byte[1024];
        for (int i = 0; i < 256; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), BuzhashTable.Values[i]);
        }

        Assert.Equal("5b52080d38287da9d2e278466e3e0db7ec98e5e8b226f50612a56fa012b1f660", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void Scan_PseudoRandomArchive_CutsOfOfficialClient()
    {
        JsonElement golden = GoldenFiles.ReadJson("chunker/prng.json");
        byte[] prefix = Convert.FromHexString(golden.GetProperty("pxar_prefix_hex").GetString()!);
        byte[] suffix = Convert.FromHexString(golden.GetProperty("pxar_suffix_hex").GetString()!);
        byte[] stream = new byte[golden.GetProperty("stream_size").GetInt32()];
        prefix.CopyTo(stream, 0);
        suffix.CopyTo(stream, stream.Length - suffix.Length);
        TestData.FillHashes(stream.AsSpan(prefix.Length, stream.Length - prefix.Length - suffix.Length));
        Assert.Equal(golden.GetProperty("stream_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(stream)));

        DynamicIndex index = DynamicIndex.Parse(GoldenFiles.Read("chunker/prng.pxar.didx"));
        using DynamicIndexBuilder builder = new();
        int start = 0;
        foreach (int end in Cut(stream, BuzhashChunker.DefaultAverageSize, 1 << 20))
        {
            builder.Add(end - start, ChunkDigest.Compute(stream.AsSpan(start, end - start)));
            start = end;
        }

        Assert.Equal(index.ToArray(), builder.Build(index.Id, index.Created).ToArray());
    }

    [Fact]
    public void Scan_EveryGoldenArchive_CutsOfOfficialClient()
    {
        foreach (string path in GoldenFiles.Find("datastore", "*.didx"))
        {
            DynamicIndex index = DynamicIndex.Parse(GoldenFiles.Read(path));
            bool encrypted = GoldenFiles.FindKey(path) is not null && !path.Contains("golden-sign", StringComparison.Ordinal);
            using CryptConfig? key = encrypted ? new CryptConfig(GoldenFiles.FindKey(path)) : null;
            using DataBlobDecoder decoder = new(key);
            byte[] archive = new byte[index.Size];
            for (int i = 0; i < index.Count; i++)
            {
                decoder.DecodeExactly(GoldenFiles.ReadChunk(index[i].Digest), archive.AsSpan((int)index[i].Start, (int)index[i].Length));
            }

            int average = path.EndsWith(".pcat1.didx", StringComparison.Ordinal) ? BuzhashChunker.CatalogAverageSize : BuzhashChunker.DefaultAverageSize;
            Assert.Equal(Enumerable.Range(0, index.Count).Select(i => (int)index[i].End), Cut(archive, average, 77_777));
        }
    }

    [Fact]
    public void Scan_Counter_KnownLengths()
    {
        byte[] data = new byte[1 << 20];
        for (int i = 0; i < data.Length / 4; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(i * 4), i);
        }

        int[] ends = [.. Cut(data, 64 << 10, data.Length)];
        Assert.Equal([143_377, 405_521, 667_665, 929_809, 1 << 20], ends);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(65_536)]
    public void Scan_AnyPieces_CutsOfPlainAlgorithm(int average)
    {
        Random random = new(average);
        for (int run = 0; run < 8; run++)
        {
            byte[] data = TestData.Random(average * 40, run);
            data.AsSpan(average * 5, average * 9).Clear(); // Cut at the longest length there.
            int[] expected = [.. CutPlainly(data, average)];
            Assert.True(expected.Length > 5);
            Assert.Equal(expected, Cut(data, average, data.Length));
            Assert.Equal(expected, Cut(data, average, 1));
            Assert.Equal(expected, Cut(data, average, () => random.Next(1, 200)));
            Assert.Equal(expected, Cut(data, average, () => random.Next(1, average)));
        }
    }

    [Fact]
    public void Reset_InsideChunk_StartsAnew()
    {
        byte[] data = TestData.Random(200_000, 5);
        BuzhashChunker chunker = new(4096);
        int[] expected = [.. Cut(data[1500..], 4096, data.Length)];
        Assert.Equal(0, chunker.Scan(data.AsSpan(0, 500)));
        Assert.Equal(0, chunker.Scan(data.AsSpan(500, 100)));
        chunker.Reset();
        Assert.Equal(expected[0], chunker.Scan(data.AsSpan(1500)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(3000)]
    [InlineData(128 << 20)]
    public void Create_AverageThatCannotBe_Misuse(int average) => Assert.Throws<ArgumentOutOfRangeException>(() => new BuzhashChunker(average));

    [Fact]
    public void FixedChunker_AnyPieces_CutsAtMultiples()
    {
        Random random = new(1);
        byte[] data = new byte[100_000];
        FixedChunker chunker = new(4096);
        Assert.Equal(Enumerable.Range(1, 24).Select(static i => i * 4096).Append(100_000), Cut(chunker, data, () => random.Next(1, 10_000)));
        chunker.Reset();
        Assert.Equal(4096, chunker.Scan(data));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedChunker(0));
    }

    private static IEnumerable<int> Cut(byte[] data, int average, int piece) => Cut(data, average, () => piece);

    private static IEnumerable<int> Cut(byte[] data, int average, Func<int> piece) => Cut(new BuzhashChunker(average), data, piece);

    private static IEnumerable<int> Cut(IChunker chunker, byte[] data, Func<int> piece)
    {
        int last = 0;
        for (int at = 0; at < data.Length;)
        {
            int length = Math.Min(piece(), data.Length - at);
            int cut = chunker.Scan(data.AsSpan(at, length));
            at += cut == 0 ? length : cut;
            if (cut != 0)
            {
                last = at;
                yield return at;
            }
        }

        if (last < data.Length)
        {
            yield return data.Length;
        }
    }

    /// <summary>The algorithm as it is described, with a window and without shortcuts.</summary>
    private static IEnumerable<int> CutPlainly(byte[] data, int average)
    {
        uint mask = (uint)(average * 2) - 1;
        byte[] window = new byte[64];
        uint hash = 0;
        int length = 0;
        for (int i = 0; i < data.Length; i++)
        {
            hash = BitOperations.RotateLeft(hash, 1) ^ BuzhashTable.Values[data[i]];
            if (length >= 64)
            {
                hash ^= BuzhashTable.Values[window[length % 64]];
            }

            window[length % 64] = data[i];
            length++;
            if (length > 64 && (length >= average * 4 || (length >= average / 4 && (hash & mask) >= mask - 2)))
            {
                yield return i + 1;
                (hash, length) = (0, 0);
            }
        }

        if (length > 0)
        {
            yield return data.Length;
        }
    }
}
