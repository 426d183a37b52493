using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>
/// Reads archives, catalogs and split archives that were changed at random but have right checksums, in every way there is. 10 000 of them, or what
/// <c>PROXSHARP_FUZZ</c> says.
/// </summary>
[Collection(nameof(HostileReadTests))]
[CollectionDefinition(nameof(HostileReadTests), DisableParallelization = true)]
public sealed class HostileReadTests : IAsyncLifetime
{
    private const long MostMemory = 64 << 20;
    private const long MostOutput = 256 << 20;

    private static readonly int s_rounds =
        int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_FUZZ"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int rounds) ? rounds : 10_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly PathPattern[] s_patterns = [PathPattern.Parse("*.bin"), PathPattern.Parse("/dir/**/file")];

    private readonly TestFolder _folder = new();
    private byte[] _whole = [];
    private byte[] _catalog = [];
    private byte[] _names = [];
    private byte[] _payload = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_names, _payload) = WriteSplit();
        _whole = Write();
        string tree = _folder["seed"];
        using PxarReader reader = new(new MemoryStream(_whole));
        await new TreeExtractor(tree, Options()).ExtractAsync(reader, Stop);
        using MemoryStream archive = new();
        using MemoryStream list = new();
        CatalogOutput catalog = new(list);
        await new DirectoryArchiver(tree).WriteAsync(archive, catalog, "root.pxar.didx", Stop);
        await catalog.FinishAsync(Stop);
        _catalog = list.ToArray();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public Task Browse_MutatedCatalogs_GiveDocumentedExceptionsOnly() => RunAsync(1, s_rounds / 5, random => new MadeSnapshot(
        ("root.pxar.didx", _whole), ("catalog.pcat1.didx", Mutation.Of(_catalog, random))), BrowseAsync);

    [Fact]
    public Task Browse_MutatedArchives_GiveDocumentedExceptionsOnly() => RunAsync(2, s_rounds / 5, random => new MadeSnapshot(
        ("root.pxar.didx", Mutation.Of(_whole, random)), ("catalog.pcat1.didx", _catalog)), BrowseAsync);

    [Fact]
    public Task WriteTar_MutatedArchives_GiveDocumentedExceptionsOnly() => RunAsync(3, s_rounds / 5, random => new MadeSnapshot(
        ("root.pxar.didx", Mutation.Of(_whole, random))), static async (archive, _) => await archive.WriteTarAsync(new Bounded(MostOutput), null, Stop));

    [Fact]
    public Task Split_Mutated_GivesDocumentedExceptionsOnly() => RunAsync(
        4,
        s_rounds / 5,
        random => new MadeSnapshot(
            ("root.ppxar.didx", random.Next(3) == 0 ? Mutation.Of(_payload, random) : _payload), ("root.mpxar.didx", Mutation.Of(_names, random))),
        async (archive, random) =>
        {
            if (random.Next(2) == 0)
                await BrowseAsync(archive, random);
            else
                await archive.WriteTarAsync(new Bounded(MostOutput), null, Stop);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_MutatedArchives_StayInTheirDirectory(bool split)
    {
        int number = 0;
        await RunAsync(
            split ? 6 : 5,
            s_rounds / 10,
            random => split
                ? new MadeSnapshot(("root.ppxar.didx", _payload), ("root.mpxar.didx", Mutation.Of(_names, random)))
                : new MadeSnapshot(("root.pxar.didx", Mutation.Of(_whole, random))),
            async (archive, random) =>
            {
                string place = _folder[$"place-{number++}"];
                try
                {
                    TreeExtractOptions options = Options() with { Includes = random.Next(2) == 0 ? s_patterns : [] };
                    await archive.RestoreAsync(Path.Combine(place, "target"), options, null, Stop);
                }
                finally
                {
                    if (Directory.Exists(place))
                    {
                        Assert.Equal(["target"], Directory.EnumerateFileSystemEntries(place).Select(Path.GetFileName));
                    }
                }
            });
    }

    // Numbers and owners of any value are no harm in memory; on a disk they are neither to be set nor to be undone.
    private static TreeExtractOptions Options() => new() { RestoreFlags = false, RestoreOwnership = false, RestorePermissions = false };

    private static async Task RunAsync(int seed, int rounds, Func<Random, MadeSnapshot> make, Func<SnapshotArchive, Random, Task> use)
    {
        Random random = new(seed);
        int refused = 0;
        for (int i = 0; i < rounds; i++)
        {
            MadeSnapshot snapshot = make(random);
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                if (await UseAsync(snapshot, random, use).WaitAsync(s_patience, Stop))
                    refused++;
            }
            catch (ProxmoxException)
            {
                // Every documented failure is one.
                refused++;
            }

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostMemory);
        }

        // Most changes are seen; some hit what nobody checks, such as times.
        Assert.InRange(refused, rounds / 20, rounds);
    }

    /// <summary>Returns whether a catalog was refused, in place of which the archive is read.</summary>
    private static async Task<bool> UseAsync(MadeSnapshot snapshot, Random random, Func<SnapshotArchive, Random, Task> use)
    {
        bool warned = false;
        SnapshotOpenOptions options = new() { MaxChunksAhead = 4, CacheBytes = 1 << 20, MaxBytesAhead = 1 << 20, Warned = _ => warned = true };
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(snapshot, options, Stop);
        await use(await reader.OpenArchiveAsync("root", Stop), random);
        return warned;
    }

    private static async Task BrowseAsync(SnapshotArchive archive, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                await CountAsync(archive.WalkAsync("", withMetadata: true, Stop));
                break;
            case 1:
                await CountAsync(archive.SearchAsync(s_patterns, "", withMetadata: false, Stop));
                break;
            case 2:
                await CountAsync(archive.ListAsync("dir", withMetadata: false, Stop));
                await using (Stream content = await archive.OpenFileAsync("dir/sub/file", Stop))
                    await content.CopyToAsync(new Bounded(MostOutput), Stop);
                break;
            default:
                await foreach (SnapshotChange change in archive.CompareWithAsync(archive, new CompareOptions { WithMetadata = true }, Stop))
                    Assert.Fail($"It differs from itself: {change}");
                break;
        }
    }

    private static async Task CountAsync(IAsyncEnumerable<ArchiveEntry> entries)
    {
        int count = 0;
        await foreach (ArchiveEntry entry in entries)
        {
            Assert.True(++count < 100_000, $"A few bytes give entries without end: {entry.Path}");
        }
    }

    private static byte[] Write()
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        Fill(writer);
        return archive.ToArray();
    }

    private static (byte[] Names, byte[] Payload) WriteSplit()
    {
        using MemoryStream names = new();
        using MemoryStream payload = new();
        PxarWriter writer = PxarWriter.CreateSplit(names, payload, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101), default);
        Fill(writer);
        return (names.ToArray(), payload.ToArray());
    }

    private static void Fill(PxarWriter writer)
    {
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 5) };
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101);
        PxarMetadata rich = file with
        {
            Xattrs = [new("user.origin", "somewhere"u8.ToArray())],
            Acl = new() { Users = [new(1000, (PosixAclPermissions)4)], GroupObject = (PosixAclPermissions)4 },
        };
        writer.WriteFile(new("a.bin"), file, new byte[300]);
        PxarLinkTarget target = writer.GetLastFile();
        writer.BeginDirectory(new("dir"), directory);
        writer.WriteFile(new("data.bin"), rich, "some data"u8.ToArray());
        writer.WriteHardLink(new("hard"), target);
        writer.BeginDirectory(new("sub"), directory);
        writer.WriteFile(new("file"), file, "the file\n"u8.ToArray());
        writer.EndDirectory();
        writer.WriteSymlink(new("sym"), PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111), "../a.bin"u8.ToArray());
        writer.EndDirectory();
        writer.WriteSpecial(new("pipe"), PxarMetadata.Create(PxarEntryKind.Fifo, 0b110_100_100));
        writer.Finish();
    }

    /// <summary>Takes so many bytes and no more.</summary>
    private sealed class Bounded(long most) : MemoryStream
    {
        private long _taken;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _taken += buffer.Length;
            Assert.True(_taken <= most, "A small archive gives more and more bytes.");
            return ValueTask.CompletedTask;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _taken += buffer.Length;
            Assert.True(_taken <= most, "A small archive gives more and more bytes.");
        }
    }
}
