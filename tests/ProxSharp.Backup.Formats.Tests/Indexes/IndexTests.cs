using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Formats.Tests.Indexes;

public sealed class IndexTests
{
    private static readonly DateTimeOffset s_created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public static TheoryData<string> Golden() => [.. GoldenFiles.Find("datastore", "*.?idx"), "chunker/prng.pxar.didx"];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Parse_Golden_EqualsListingAndWritesSameBytes(string path)
    {
        byte[] bytes = GoldenFiles.Read(path);
        IChunkIndex index = Parse(bytes, path);
        Assert.Equal(bytes, Write(index));
        if (path.StartsWith("chunker", StringComparison.Ordinal))
        {
            return; // The chunker's tests compare it.
        }

        JsonElement expected = FindListing(path);
        Assert.Equal(expected.GetProperty("index_csum").GetString(), index.Checksum.ToString());
        Assert.Equal(expected.GetProperty("size").GetInt64(), index.Size);
        (Guid id, DateTimeOffset created) = index is FixedIndex f ? (f.Id, f.Created) : (((DynamicIndex)index).Id, ((DynamicIndex)index).Created);
        Assert.Equal(expected.GetProperty("uuid_hex").GetString(), id.ToString("N"));
        Assert.Equal(expected.GetProperty("ctime").GetInt64(), created.ToUnixTimeSeconds());
        Assert.Equal(
            expected.GetProperty("chunks").EnumerateArray().Select(static chunk => new IndexChunk(
                chunk.GetProperty("start").GetInt64(), chunk.GetProperty("end").GetInt64(), Sha256Digest.Parse(chunk.GetProperty("digest").GetString()!, null))),
            Enumerable.Range(0, index.Count).Select(i => index[i]));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Build_ChunksOfGolden_SameBytes(string path)
    {
        byte[] bytes = GoldenFiles.Read(path);
        IChunkIndex index = Parse(bytes, path);
        if (index is FixedIndex f)
        {
            FixedIndexBuilder builder = new(f.Size, (int)f.ChunkSize);
            for (int i = f.Count - 1; i >= 0; i--)
            {
                Assert.Throws<InvalidOperationException>(() => builder.Build(f.Id, f.Created));
                builder.Set(i, f[i].Digest);
            }

            Assert.Equal(bytes, builder.Build(f.Id, f.Created).ToArray());
            return;
        }

        DynamicIndex d = (DynamicIndex)index;
        using DynamicIndexBuilder dynamic = new();
        for (int i = 0; i < d.Count; i++)
        {
            dynamic.Add(d[i].Length, d[i].Digest);
        }

        Assert.Equal(d.Checksum, dynamic.ComputeChecksum());
        Assert.Equal(d.Size, dynamic.Size);
        Assert.Equal(bytes, dynamic.Build(d.Id, d.Created).ToArray());
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void FindChunk_EveryBorder_RightChunk(string path)
    {
        IChunkIndex index = Parse(GoldenFiles.Read(path), path);
        for (int i = 0; i < index.Count; i++)
        {
            Assert.Equal(i, index.FindChunk(index[i].Start));
            Assert.Equal(i, index.FindChunk(index[i].End - 1));
            Assert.Equal(i, index.FindChunk((index[i].Start + index[i].End) / 2));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => index.FindChunk(index.Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.FindChunk(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index[index.Count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => index[-1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_StreamInSmallPieces_EqualsParse(bool useAsync)
    {
        using DynamicIndexBuilder builder = new();
        for (int i = 1; i < 5000; i++)
        {
            builder.Add(i, new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(i))));
        }

        byte[] bytes = builder.Build(Guid.Empty, s_created).ToArray();
        using MemoryStream inner = new(bytes);
        DynamicIndex index = useAsync ? await DynamicIndex.ReadAsync(new PiecewiseStream(inner)) : DynamicIndex.Read(new PiecewiseStream(inner));
        Assert.Equal(bytes, index.ToArray());
        byte[] image = GoldenFiles.Read("datastore/vm/100/2023-11-14T221320Z/drive-scsi0.img.fidx");
        using MemoryStream file = new(image);
        FixedIndex f = useAsync ? await FixedIndex.ReadAsync(new PiecewiseStream(file)) : FixedIndex.Read(new PiecewiseStream(file));
        Assert.Equal(image, f.ToArray());
    }

    [Theory]
    [InlineData(64, ulong.MaxValue)]
    [InlineData(64, (ulong)long.MaxValue)]
    [InlineData(64, 0ul)]
    [InlineData(72, 0ul)]
    [InlineData(72, 1ul)]
    [InlineData(72, ulong.MaxValue)]
    [InlineData(24, (ulong)long.MaxValue)]
    [InlineData(24, 1ul << 63)]
    public void Parse_FixedWithHostileNumber_ProtocolException(int offset, ulong value)
    {
        byte[] bytes = GoldenFiles.Read("datastore/host/golden/2023-11-14T221320Z/disk.img.fidx");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(Assert.Throws<ProxmoxProtocolException>(() => FixedIndex.Parse(bytes)).Offset);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Theory]
    [InlineData(0, 0ul)]
    [InlineData(1, 1ul)]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(0, 1ul << 63)]
    public void Parse_DynamicWithEndsOutOfOrder_ProtocolException(int entry, ulong end)
    {
        byte[] bytes = GoldenFiles.Read("datastore/host/golden/2023-11-14T221320Z/root.pxar.didx");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4096 + (entry * 40)), end);
        Repair(bytes);
        Assert.InRange(Assert.Throws<ProxmoxProtocolException>(() => DynamicIndex.Parse(bytes)).Offset!.Value, 4096, bytes.Length);
    }

    [Fact]
    public void Parse_ChangedEntry_ChecksumRefused()
    {
        byte[] bytes = GoldenFiles.Read("datastore/host/golden/2023-11-14T221320Z/disk.img.fidx");
        bytes[^1] ^= 1;
        Assert.Equal(32, Assert.Throws<ProxmoxProtocolException>(() => FixedIndex.Parse(bytes)).Offset);
        Assert.Equal(0, Assert.Throws<ProxmoxProtocolException>(() => DynamicIndex.Parse(bytes)).Offset);
    }

    [Fact]
    public void Parse_DynamicWithoutEntries_IsEmpty()
    {
        using DynamicIndexBuilder builder = new();
        DynamicIndex index = DynamicIndex.Parse(builder.Build(Guid.Empty, s_created).ToArray());
        Assert.Equal((0, 0L, builder.ComputeChecksum()), (index.Count, index.Size, index.Checksum));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.FindChunk(0));
    }

    [Fact]
    public void Builder_ImpossibleNumbers_Misuse()
    {
        using DynamicIndexBuilder builder = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(0, default));
        builder.Add(long.MaxValue, default);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(1, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedIndexBuilder(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedIndexBuilder(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedIndexBuilder(long.MaxValue, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedIndexBuilder(1).Set(1, default));
    }

    [Theory]
    [InlineData("datastore/host/golden/2023-11-14T221320Z/disk.img.fidx")]
    [InlineData("datastore/host/golden/2023-11-14T221320Z/root.pxar.didx")]
    [InlineData("chunker/prng.pxar.didx")]
    public void Parse_Truncated_ProtocolExceptionOrFewerEntries(string path)
    {
        byte[] bytes = GoldenFiles.Read(path);
        Hostile.Truncate(bytes, input => Parse(input, path));
    }

    [Fact]
    public void Parse_Mutated_ReadOrRefused() => Hostile.Mutate(
        [.. Golden().Select(static row => GoldenFiles.Read(row.Data))],
        static input =>
        {
            IChunkIndex index = input.Length > 0 && input[0] == 0x2f ? FixedIndex.Parse(input) : DynamicIndex.Parse(input);
            for (int i = 0; i < Math.Min(100, index.Count); i++)
            {
                Assert.Equal(i, index.FindChunk(index[i].Start));
            }
        },
        Repair,
        static length => 65_536 + (length * 3L));

    private static IChunkIndex Parse(byte[] bytes, string path) => path.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(bytes) : DynamicIndex.Parse(bytes);

    private static byte[] Write(IChunkIndex index) => index is FixedIndex f ? f.ToArray() : ((DynamicIndex)index).ToArray();

    private static JsonElement FindListing(string path) => GoldenFiles.ReadJson("indexes.json").EnumerateObject()
        .Single(member => member.Name.Replace(":", "", StringComparison.Ordinal) == path["datastore/".Length..]).Value;

    private static void Repair(byte[] bytes)
    {
        if (bytes.Length >= 4096)
        {
            SHA256.HashData(bytes.AsSpan(4096), bytes.AsSpan(32, 32));
        }
    }
}
