using System.Buffers.Binary;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarMalformedTests
{
    private static readonly PxarReaderOptions Lenient = new() { VerifyGoodbyeTables = false };

    public static TheoryData<string> Archives => [.. Golden.SmallArchives.Concat(Golden.SplitArchives).DistinctBy(name => new FileInfo(Golden.Path(name)).Length)];

    private static int Mutations => Hostile.Rounds;

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task Truncated_AtEveryByte_IsProtocolError(string name)
    {
        byte[] bytes = Golden.Read(name);
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            ProxmoxProtocolException exception = Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(cut), contents: false));
            Assert.InRange(exception.Offset!.Value, 0, length);
            Assert.Throws<ProxmoxProtocolException>(() => Open(cut));
            if (length % 16 == 0)
                await Assert.ThrowsAsync<ProxmoxProtocolException>(() => ArchiveDump.StreamingAsync(new OneByteStream(cut), contents: false));
        }
    }

    [Fact]
    public void Continued_BehindItsEnd_IsProtocolError()
    {
        byte[] bytes = [.. Golden.Read("pxar/meta.pxar"), 0];
        Assert.Equal(bytes.Length - 1, Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(bytes))).Offset);
    }

    [Fact]
    public void Mutated_Anyhow_GivesOnlyProtocolErrors()
    {
        string[] names = [.. Archives.Select(row => row.Data).Where(name => Golden.Read(name).Length < 8000)];
        byte[][] originals = [.. names.Select(Golden.Read)];
        Random random = new(20240309);
        int damaged = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = (byte[])originals[i % originals.Length].Clone();
            Mutate(bytes, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            damaged += Try(() => ArchiveDump.Streaming(new MemoryStream(bytes), new MemoryStream(bytes), options: i % 2 == 0 ? Lenient : null)) ? 0 : 1;
            Try(() => ArchiveDump.RandomAccess(PxarArchive.Open(RandomAccessSource.FromMemory(bytes), RandomAccessSource.FromMemory(bytes))));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (1 << 20) + (100 * bytes.Length));
        }

        Assert.InRange(damaged, Mutations / 4, Mutations);
    }

    [Fact]
    public void Sizes_Hostile_AllocateLittle()
    {
        byte[] original = Golden.Read("pxar/tree-nolarge.pxar");
        List<int> headers = [.. Golden.Json("pxar/tree-nolarge.pxar.items.json").EnumerateArray().Select(item => item.GetProperty("offset").GetInt32())];
        ulong[] sizes = [0, 15, 16, 17, 1 << 20, int.MaxValue, uint.MaxValue, long.MaxValue, ulong.MaxValue, 1UL << 63];
        Try(() => ArchiveDump.Streaming(new MemoryStream(original)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int runs = 0;
        foreach (int header in headers)
        {
            foreach (ulong size in sizes)
            {
                byte[] bytes = (byte[])original.Clone();
                if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(header + 8)) == size)
                    continue;
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(header + 8), size);
                Assert.False(Try(() => ArchiveDump.Streaming(new MemoryStream(bytes), options: Lenient)), $"size {size} at {header}");
                Try(() => ArchiveDump.RandomAccess(PxarArchive.Open(RandomAccessSource.FromMemory(bytes))));
                runs++;
            }
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / runs, 0, 1 << 20);
    }

    [Fact]
    public void GoodbyeTable_OfASourceThatLiesAboutItsLength_AllocatesLittle()
    {
        // A tail record that claims 2^40 bytes of table, at the end of a source that claims to be as long.
        byte[] root = Golden.Read("pxar/emptydir.pxar")[..56];
        byte[] tail = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(tail, PxarFormat.GoodbyeTail);
        const long TableSize = 16 + (24L << 36);
        BinaryPrimitives.WriteInt64LittleEndian(tail.AsSpan(8), 56);
        BinaryPrimitives.WriteInt64LittleEndian(tail.AsSpan(16), TableSize);
        LyingSource source = new(root, tail, 56 + TableSize);
        PxarArchive archive = PxarArchive.Open(source);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProxmoxProtocolException>(() => archive.List(archive.Root).Count());
        Assert.Throws<ProxmoxProtocolException>(() => archive.Find("x"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Nesting_TooDeep_IsProtocolError()
    {
        MemoryStream archive = new();
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 493);
        PxarWriter writer = PxarWriter.Create(archive, directory);
        for (int i = 1; i < 5000; i++)
            writer.BeginDirectory(new("d"), directory);
        for (int i = 1; i < 5000; i++)
            writer.EndDirectory();
        writer.Finish();
        byte[] bytes = archive.ToArray();
        ProxmoxProtocolException exception = Assert.Throws<ProxmoxProtocolException>(() => Count(bytes, PxarReaderOptions.Default));
        Assert.Contains("4096", exception.Message, StringComparison.Ordinal);
        Assert.Equal(5000, Count(bytes, new() { MaxDepth = 5000 }));
        PxarArchive random = PxarArchive.Open(RandomAccessSource.FromMemory(bytes));
        PxarNode node = random.Root;
        for (int i = 1; i < 5000; i++)
            node = Assert.Single(random.List(node));
        Assert.Empty(random.List(node));
    }

    [Theory]
    [InlineData("sub", "s/b")]
    [InlineData("sub", "s\0b")]
    [InlineData("sub", "../")]
    [InlineData("ln", "..")]
    [InlineData("file.txt", "/etc/pwd")]
    public void Name_LeadingElsewhere_IsProtocolError(string original, string replacement)
    {
        byte[] bytes = Golden.Read("pxar/tree-small.pxar");
        // The first occurrence of the name as an item, not as the target of the link.
        int at = bytes.AsSpan().IndexOf((byte[])[.. System.Text.Encoding.ASCII.GetBytes(original), 0]);
        System.Text.Encoding.ASCII.GetBytes(replacement).CopyTo(bytes, at);
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(bytes), options: Lenient));
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.RandomAccess(Open(bytes)));
    }

    [Theory]
    [InlineData("../three")]
    [InlineData("/a/three")]
    [InlineData("a//three")]
    [InlineData("a/./three")]
    [InlineData("")]
    public void IsSafePath_LeadingElsewhere_IsFalse(string path) => Assert.False(PxarEntryDecoder.IsSafePath(System.Text.Encoding.ASCII.GetBytes(path)));

    [Fact]
    public void HardLink_LeadingToSomethingElse_IsProtocolError()
    {
        byte[] bytes = Golden.Read("pxar/tree-nolarge.pxar");
        int at = bytes.AsSpan().IndexOf("a/three\0"u8);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at - 8), 52);
        PxarArchive archive = Open(bytes);
        Assert.Throws<ProxmoxProtocolException>(() => archive.OpenContent(archive.Find("hard/one")!));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at - 8), 1 << 30);
        Assert.Throws<ProxmoxProtocolException>(() => archive.Find("hard/one"));
        "../thre"u8.CopyTo(bytes.AsSpan(at));
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(bytes)));
    }

    [Fact]
    public void Name_Twice_IsProtocolError()
    {
        foreach (string[] names in new[] { new[] { "a", "b" }, ["c", "a", "b"] })
        {
            MemoryStream archive = new();
            PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
            foreach (string name in names)
                writer.WriteFile(new(name), PxarMetadata.Create(PxarEntryKind.File, 420), new byte[1]);
            writer.Finish();
            byte[] bytes = archive.ToArray();
            int at = bytes.AsSpan().LastIndexOf("b\0"u8);
            bytes[at] = (byte)names[^2][0];
            ProxmoxProtocolException exception = Assert.Throws<ProxmoxProtocolException>(() =>
                ArchiveDump.Streaming(new MemoryStream(bytes), options: Lenient));
            Assert.Contains("twice", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GoodbyeTable_Damaged_IsFoundUnlessNotVerified()
    {
        byte[] bytes = Golden.Read("pxar/tree-small.pxar");
        bytes[^30] ^= 1;
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(bytes)));
        Assert.Equal(5, ArchiveDump.Streaming(new MemoryStream(bytes), options: Lenient).Count);
    }

    [Fact]
    public void Reader_AfterFailure_IsNotUsable()
    {
        byte[] bytes = Golden.Read("pxar/meta.pxar")[..300];
        using PxarReader reader = new(new MemoryStream(bytes));
        Assert.Throws<ProxmoxProtocolException>(() =>
        {
            while (reader.Read())
            {
            }
        });
        Assert.Throws<InvalidOperationException>(() => reader.Read());
    }

    [Fact]
    public void OldEntry_OfVersionOne_IsRead()
    {
        byte[] current = Golden.Read("pxar/emptydir.pxar");
        byte[] old = new byte[48 + 40];
        BinaryPrimitives.WriteUInt64LittleEndian(old, PxarFormat.EntryV1);
        BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(8), 48);
        current.AsSpan(16, 24).CopyTo(old.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(40), 1_700_000_000_123_456_789);
        current.AsSpan(56).CopyTo(old.AsSpan(48));
        BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(48 + 24), 48);
        using PxarReader reader = new(new MemoryStream(old));
        Assert.True(reader.Read());
        Assert.Equal(new PxarTimestamp(1_700_000_000, 123_456_789), reader.Entry.Metadata!.ModificationTime);
        Assert.True(reader.Read());
        Assert.False(reader.Read());
        Assert.False(reader.Read());
    }

    private static PxarArchive Open(byte[] bytes)
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(bytes));
        Assert.NotNull(archive.List(archive.Root).ToList());
        return archive;
    }

    private static int Count(byte[] bytes, PxarReaderOptions options)
    {
        using PxarReader reader = new(new MemoryStream(bytes), options: options);
        int count = 0;
        while (reader.Read())
            count += reader.Event == PxarReaderEvent.Entry ? 1 : 0;
        return count;
    }

    private static void Mutate(byte[] bytes, Random random)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(8, bytes.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                default:
                    int from = random.Next(bytes.Length);
                    int length = Math.Min(random.Next(64), bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, length).ToArray().CopyTo(bytes, at);
                    break;
            }
        }
    }

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ProxmoxProtocolException)
        {
            return false;
        }
    }

    /// <summary>A source that says to be very long, and has bytes at its beginning and end only.</summary>
    private sealed class LyingSource(byte[] head, byte[] tail, long length) : RandomAccessSource
    {
        public override long Length => length;

        public override int Read(long position, Span<byte> destination)
        {
            if (position == length - tail.Length)
                return FromMemory(tail).Read(0, destination);
            if (position == head.Length && destination.Length <= 16)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination, PxarFormat.Goodbye);
                BinaryPrimitives.WriteInt64LittleEndian(destination[8..], length - head.Length);
                return destination.Length;
            }

            return FromMemory((byte[])[.. head, .. BitConverter.GetBytes(PxarFormat.Goodbye), .. BitConverter.GetBytes(length - head.Length)]).Read(position, destination);
        }

        public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default) =>
            new(Read(position, destination.Span));
    }
}
