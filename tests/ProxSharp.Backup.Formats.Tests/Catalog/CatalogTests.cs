using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Formats.Tests.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Catalog;

public sealed class CatalogTests
{
    public static TheoryData<string> Catalogs => [.. Golden.Catalogs];

    private static int Mutations => Hostile.Rounds;

    [Theory]
    [MemberData(nameof(Catalogs))]
    public void Rewrite_GoldenCatalog_IsTheSameBytes(string name)
    {
        byte[] bytes = Golden.Read(name);
        Assert.Equal(bytes, Rewrite(bytes));
    }

    [Theory]
    [InlineData("2023-11-14T221320Z")]
    [InlineData("2023-11-14T231320Z")]
    public async Task Walk_GoldenCatalog_IsWhatTheClientDumps(string snapshot)
    {
        string[] expected = [.. File.ReadAllLines(Golden.Path($"outputs/catalog-dump-{snapshot}.txt")).Skip(1).TakeWhile(line => !line.StartsWith("rc=", StringComparison.Ordinal))];
        CatalogReader catalog = Open(Golden.Read($"decoded/host_golden_{snapshot}/catalog.pcat1"));
        Assert.Equal(expected, catalog.Walk().Select(Line));
        catalog = await CatalogReader.OpenAsync(RandomAccessSource.FromStream(new MemoryStream(Golden.Read($"decoded/host_golden_{snapshot}/catalog.pcat1"))), TestContext.Current.CancellationToken);
        List<string> lines = [];
        await foreach (CatalogItem item in catalog.WalkAsync(cancellationToken: TestContext.Current.CancellationToken))
            lines.Add(Line(item));
        Assert.Equal(expected, lines);
    }

    [Fact]
    public void Catalog_OfTheTree_IsWhatItsArchiveHolds()
    {
        ArrayBufferWriter<byte> output = new();
        CatalogWriter writer = new(output);
        writer.BeginDirectory(new("root.pxar.didx"));
        using PxarReader reader = new(new MemoryStream(Golden.Tree));
        Assert.True(reader.Read());
        while (reader.Read())
        {
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
                writer.EndDirectory();
            else
                Add(writer, reader.Entry);
        }

        writer.Finish();
        Assert.Equal(Golden.Read("decoded/host_golden_2023-11-14T221320Z/catalog.pcat1"), output.WrittenSpan.ToArray());
        Assert.Equal(output.WrittenCount, writer.Position);
    }

    [Fact]
    public async Task Walk_VeryDeep_IsReadUpToALength()
    {
        CatalogReader deep = Open(Nested(10_000));
        CatalogItem[] items = [.. deep.Walk()];
        Assert.Equal(10_000, items.Length);
        Assert.Equal(19_999, items[^1].Path.Length);
        Assert.All(items.Index(), static item => Assert.Equal((2 * item.Index) + 1, item.Item.Path.Length));

        CatalogReader deeper = Open(Nested(40_000));
        ProxmoxProtocolException error = Assert.Throws<ProxmoxProtocolException>(() => deeper.Walk().Count());
        Assert.Contains("a path is longer than 65536 bytes", error.Message, StringComparison.Ordinal);
        ProxmoxProtocolException same = await Assert.ThrowsAsync<ProxmoxProtocolException>(
            async () => await deeper.WalkAsync(cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(error.Message, same.Message);
    }

    [Fact]
    public void Walk_DirectoriesBesideDeepOnes_HaveTheirOwnPaths()
    {
        ArrayBufferWriter<byte> output = new();
        CatalogWriter writer = new(output);
        foreach (string archive in (string[])["a", "bb"])
        {
            writer.BeginDirectory(new(archive));
            foreach (string name in (string[])["long name", "x", "y"])
            {
                writer.BeginDirectory(new(name));
                writer.AddFile(new("f"), 1, 2);
                writer.EndDirectory();
                writer.AddFile(new($"{name} file"), 1, 2);
            }

            writer.EndDirectory();
        }

        writer.Finish();
        string[] paths = [.. Open(output.WrittenSpan.ToArray()).Walk().Select(static item => PxarName.Text(item.Path.Span))];
        string[] below = ["", "/long name", "/long name/f", "/long name file", "/x", "/x/f", "/x file", "/y", "/y/f", "/y file"];
        Assert.Equal([.. below.Select(static path => $"a{path}"), .. below.Select(static path => $"bb{path}")], paths);
    }

    private static byte[] Nested(int levels)
    {
        ArrayBufferWriter<byte> output = new();
        CatalogWriter writer = new(output);
        for (int i = 0; i < levels; i++)
            writer.BeginDirectory(new("d"));
        for (int i = 0; i < levels; i++)
            writer.EndDirectory();
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    [Fact]
    public void Write_Sample_IsTheBytesOfTheSpecification()
    {
        ArrayBufferWriter<byte> output = new();
        CatalogWriter writer = new(output);
        writer.BeginDirectory(new("a.pxar.didx"));
        writer.AddFile(new("f"), 300, 1700000000);
        writer.Add(CatalogEntryKind.Symlink, new("l"));
        writer.EndDirectory();
        writer.Finish();
        Assert.Equal(
            "91fd60f9c46758d50e02660166ac0280e2cfaa066c016c0f01640b612e707861722e646964780f1700000000000000",
            Convert.ToHexStringLower(output.WrittenSpan));
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(5, "05")]
    [InlineData(-5, "8500")]
    [InlineData(127, "7f")]
    [InlineData(128, "8001")]
    [InlineData(-127, "ff00")]
    [InlineData(-128, "808100")]
    [InlineData(-1, "8100")]
    [InlineData(long.MaxValue, "ffffffffffffffff7f")]
    [InlineData(long.MinValue, "8080808080808080808100")]
    public void Number_Signed_RoundTrips(long value, string hex)
    {
        byte[] bytes = new byte[CatalogFormat.MaxNumberSize];
        int used = CatalogNumber.WriteSigned(bytes, value);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes.AsSpan(0, used)));
        Assert.True(CatalogNumber.TryReadSigned(bytes.AsSpan(0, used), out long back, out int consumed));
        Assert.Equal((value, used), (back, consumed));
        for (int cut = 0; cut < used; cut++)
            Assert.False(CatalogNumber.TryReadSigned(bytes.AsSpan(0, cut), out _, out _));
    }

    [Theory]
    [InlineData(0ul, "00")]
    [InlineData(300ul, "ac02")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void Number_Unsigned_RoundTrips(ulong value, string hex)
    {
        byte[] bytes = new byte[CatalogFormat.MaxNumberSize];
        int used = CatalogNumber.Write(bytes, value);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes.AsSpan(0, used)));
        Assert.True(CatalogNumber.TryRead(bytes, out ulong back, out int consumed));
        Assert.Equal((value, used), (back, consumed));
    }

    [Theory]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffffff01")]
    public void Number_Above64Bits_IsRefused(string hex) => Assert.False(CatalogNumber.TryRead(Convert.FromHexString(hex), out _, out _));

    [Theory]
    [InlineData("ffffffffffffffffff01")]
    [InlineData("ffffffffffffffffff0100")]
    [InlineData("ffffffffffffffffffff00")]
    public void Number_SignedAbove64Bits_IsRefused(string hex) => Assert.False(CatalogNumber.TryReadSigned(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public async Task Find_Path_IsItsEntry()
    {
        CatalogReader catalog = Open(Golden.Read("decoded/host_golden_2023-11-14T221320Z/catalog.pcat1"));
        CatalogEntry entry = catalog.Find("/root.pxar.didx/a/b/c/d/e/deep.txt")!;
        Assert.Equal((CatalogEntryKind.File, 5ul, 1700000000L), (entry.Kind, entry.Length, entry.ModificationTime));
        Assert.Equal(-31536000, catalog.Find("root.pxar.didx/meta/old")!.ModificationTime);
        byte[] latin = [.. "root.pxar.didx/latin1-"u8, 0xe9, .. ".txt"u8];
        Assert.Equal(18ul, (await catalog.FindAsync(latin, TestContext.Current.CancellationToken))!.Length);
        Assert.Null(catalog.Find("root.pxar.didx/none"));
        Assert.Null(catalog.Find("root.pxar.didx/hello.txt/below"));
        Assert.Null(await catalog.FindAsync("none", TestContext.Current.CancellationToken));
        Assert.Same(catalog.Root, catalog.Find(""));
        Assert.Throws<ArgumentException>(() => catalog.List(entry));
    }

    [Fact]
    public void RandomCatalogs_WrittenAndRead_AreEqual()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ArrayBufferWriter<byte> output = new();
            CatalogWriter writer = new(output);
            List<string> expected = [];
            Fill(writer, random, "", expected, 0);
            writer.Finish();
            Assert.Equal(expected, Open(output.WrittenSpan.ToArray()).Walk().Select(Line));
            Assert.Equal(output.WrittenSpan.ToArray(), Rewrite(output.WrittenSpan.ToArray()));
        }
    }

    [Theory]
    [MemberData(nameof(Catalogs))]
    public void Truncated_AtEveryByte_IsProtocolErrorOrSmaller(string name)
    {
        byte[] bytes = Golden.Read(name);
        int whole = Open(bytes).Walk().Count();
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Assert.Throws<ProxmoxProtocolException>(() => Assert.NotEqual(whole, Open(cut).Walk().Count()));
        }
    }

    [Fact]
    public void Mutated_Anyhow_GivesOnlyProtocolErrors()
    {
        byte[] original = Golden.Read("decoded/host_golden_2023-11-14T221320Z/catalog.pcat1");
        Random random = new(9);
        int damaged = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = (byte[])original.Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange(Open(bytes).Walk().Count(), 0, bytes.Length);
            }
            catch (ProxmoxProtocolException exception)
            {
                Assert.InRange(exception.Offset!.Value, 0, bytes.Length);
                damaged++;
            }
        }

        Assert.InRange(damaged, Mutations / 10, Mutations);
    }

    [Fact]
    public void Directories_SharingABlock_AreProtocolError()
    {
        // A chain of directories, each of which names the one before it twice: 2^30 entries in a few hundred bytes.
        ArrayBufferWriter<byte> output = new();
        output.Write(CatalogFormat.Magic);
        output.Write((byte[])[1, 0]);
        byte last = 2;
        for (int i = 0; i < 30; i++)
        {
            output.Write((byte[])[9, 2, (byte)'d', 1, (byte)'a', last, (byte)'d', 1, (byte)'b', last]);
            last = 10;
        }

        byte[] bytes = [.. output.WrittenSpan, .. BitConverter.GetBytes((long)output.WrittenCount - 10)];
        Assert.Throws<ProxmoxProtocolException>(() => Open(bytes).Walk().Count());
    }

    [Fact]
    public void Table_ClaimingManyEntriesOrBytes_AllocatesLittle()
    {
        byte[] many = [.. CatalogFormat.Magic, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, .. BitConverter.GetBytes(8L)];
        byte[] large = new byte[CatalogFormat.Magic.Length + 5];
        CatalogFormat.Magic.CopyTo(large);
        CatalogNumber.Write(large.AsSpan(8), int.MaxValue);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProxmoxProtocolException>(() => Open(many).Walk().Count());
        EndlessSource source = new(large);
        Assert.Throws<ProxmoxProtocolException>(() => CatalogReader.Open(source).Walk().Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Writer_Misuse_IsRefused()
    {
        CatalogWriter writer = new(new ArrayBufferWriter<byte>());
        Assert.Throws<InvalidOperationException>(writer.EndDirectory);
        Assert.Throws<ArgumentException>(() => writer.Add(CatalogEntryKind.File, new("a")));
        Assert.Throws<ArgumentException>(() => writer.AddFile(default, 0, 0));
        Assert.Throws<ArgumentException>(() => writer.AddFile(new(new string('n', 4096)), 0, 0));
        writer.BeginDirectory(new("a"));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer.EndDirectory();
        writer.Finish();
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.BeginDirectory(new("b")));
    }

    private static CatalogReader Open(byte[] bytes) => CatalogReader.Open(RandomAccessSource.FromMemory(bytes));

    private static string Line(CatalogItem item)
    {
        string path = PxarName.Text(item.Path.Span).Replace("\u0301", "\\u{301}", StringComparison.Ordinal);
        string line = $"{(char)item.Entry.Kind} \"./{path}\"";
        return item.Entry.Kind == CatalogEntryKind.File
            ? string.Create(CultureInfo.InvariantCulture, $"{line} {item.Entry.Length} {DateTimeOffset.FromUnixTimeSeconds(item.Entry.ModificationTime):yyyy-MM-ddTHH:mm:ssZ}")
            : line;
    }

    private static byte[] Rewrite(byte[] bytes)
    {
        CatalogReader catalog = Open(bytes);
        ArrayBufferWriter<byte> output = new();
        CatalogWriter writer = new(output);
        Copy(catalog, catalog.Root, writer);
        writer.Finish();
        return output.WrittenSpan.ToArray();
    }

    private static void Copy(CatalogReader catalog, CatalogEntry directory, CatalogWriter writer)
    {
        foreach (CatalogEntry entry in catalog.List(directory))
        {
            switch (entry.Kind)
            {
                case CatalogEntryKind.Directory:
                    writer.BeginDirectory(entry.Name);
                    Copy(catalog, entry, writer);
                    writer.EndDirectory();
                    break;
                case CatalogEntryKind.File:
                    writer.AddFile(entry.Name, entry.Length, entry.ModificationTime);
                    break;
                default:
                    writer.Add(entry.Kind, entry.Name);
                    break;
            }
        }
    }

    private static void Add(CatalogWriter writer, PxarEntry entry)
    {
        switch (entry.Kind)
        {
            case PxarEntryKind.Directory:
                writer.BeginDirectory(entry.Name);
                break;
            case PxarEntryKind.File:
                writer.AddFile(entry.Name, (ulong)entry.Length, entry.Metadata!.ModificationTime.Seconds);
                break;
            default:
                writer.Add(Enum.Parse<CatalogEntryKind>(entry.Kind.ToString()), entry.Name);
                break;
        }
    }

    private static void Fill(CatalogWriter writer, Random random, string path, List<string> expected, int depth)
    {
        for (int i = random.Next(depth == 0 ? 1 : 0, 12); i > 0; i--)
        {
            string name = $"{i}-{new string('x', random.Next(200))}";
            string line = path + name;
            switch (random.Next(depth < 5 ? 3 : 2))
            {
                case 0:
                    ulong length = (ulong)random.NextInt64() >> random.Next(64);
                    long time = random.NextInt64(-1L << 33, 1L << 33);
                    writer.AddFile(new(name), length, time);
                    expected.Add(string.Create(CultureInfo.InvariantCulture, $"f \"./{line}\" {length} {DateTimeOffset.FromUnixTimeSeconds(time):yyyy-MM-ddTHH:mm:ssZ}"));
                    break;
                case 1:
                    writer.Add(CatalogEntryKind.Socket, new(name));
                    expected.Add($"s \"./{line}\"");
                    break;
                default:
                    writer.BeginDirectory(new(name));
                    expected.Add($"d \"./{line}\"");
                    Fill(writer, random, line + "/", expected, depth + 1);
                    writer.EndDirectory();
                    break;
            }
        }
    }

    /// <summary>A source that claims to be very long, and ends early.</summary>
    private sealed class EndlessSource(byte[] bytes) : RandomAccessSource
    {
        public override long Length => 1L << 40;

        public override int Read(long position, Span<byte> destination)
        {
            if (position != Length - 8)
                return FromMemory(bytes).Read(position, destination);
            BinaryPrimitives.WriteInt64LittleEndian(destination, 8);
            return 8;
        }

        public override ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken = default) =>
            new(Read(position, destination.Span));
    }
}
