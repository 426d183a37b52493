using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ArchiveTests
{
    private const string Golden = "host/golden/2023-11-14T22:13:20Z";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Snapshots and the list of what was backed up.</summary>
    public static TheoryData<string, string, string> Trees() => new()
    {
        { "plain", Golden, "source/tree.manifest.json" },
        { "plain", "host/golden/2023-11-14T23:13:20Z", "source/tree-incremental.manifest.json" },
        { "plain", "host/golden/2023-11-15T00:13:20Z", "source/tree-third.manifest.json" },
        { "plain", "host/golden/2023-11-15T01:13:20Z", "source/tree-fourth.manifest.json" },
        { "plain", "host/golden-scrypt/2023-11-14T22:13:20Z", "source/tree-small.manifest.json" },
        { "plain", "host/golden-sign/2023-11-14T22:13:20Z", "source/tree-small.manifest.json" },
        { "split", "host/split-small/2024-03-09T16:00:00Z", "split/source/small1.manifest.json" },
        { "split", "host/split-small/2024-03-09T18:00:00Z", "split/source/small1.manifest.json" },
        { "split", "host/split-small/2024-03-09T20:00:00Z", "split/source/small2.manifest.json" },
        { "split", "host/split-many/2024-03-09T17:00:00Z", "split/source/many1.manifest.json" },
        { "split", "host/split-many/2024-03-09T18:00:00Z", "split/source/many2.manifest.json" },
        { "split", "host/split-many/2024-03-09T19:00:00Z", "split/source/many3.manifest.json" },
        { "split", "host/split-hole/2024-03-09T17:00:00Z", "split/source/hole2.manifest.json" },
        { "split", "host/split-tree/2024-03-09T18:00:00Z", "split/source/tree2.manifest.json" },
        { "split", "host/split-enc/2024-03-09T18:00:00Z", "split/source/many2.manifest.json" },
        { "split", "host/split-rules/2024-03-09T17:00:00Z", "split/source/rules2.manifest.json" },
    };

    [Theory]
    [MemberData(nameof(Trees))]
    [Trait("Acceptance", "18")]
    public async Task Walk_GoldenTree_HasEveryEntryOfTheSource(string store, string snapshot, string manifest)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        Dictionary<string, ArchiveEntry> entries = await archive.WalkAsync("", withMetadata: true, Stop)
            .ToDictionaryAsync(static entry => Convert.ToHexStringLower(entry.PathBytes.Span), cancellationToken: Stop);
        int found = 0;
        foreach (JsonElement expected in GoldenStore.ReadJson(manifest).EnumerateArray())
        {
            string path = expected.GetProperty("path").GetString()!;
            ArchiveEntry? entry = path == "." ? await archive.GetAsync("", Stop) : entries.GetValueOrDefault(expected.GetProperty("path_hex").GetString()!);
            // A .pxarexclude leaves these out.
            if (path is "excl/a.tmp" || (entry is null && path.StartsWith("excl/skipdir", StringComparison.Ordinal)))
                continue;
            Assert.True(entry is not null, path);
            await AssertMatchesAsync(expected, archive, entry);
            found += path == "." ? 0 : 1;
        }

        Assert.Equal(entries.Count, found);
        Assert.Equal(store == "split" && !snapshot.EndsWith("T16:00:00Z", StringComparison.Ordinal), archive.IsSplit);
    }

    [Theory]
    [InlineData(Golden, "outputs/catalog-dump-2023-11-14T221320Z.txt")]
    [InlineData("host/golden/2023-11-14T23:13:20Z", "outputs/catalog-dump-2023-11-14T231320Z.txt")]
    [InlineData("host/golden/2023-11-15T00:13:20Z", "outputs/catalog-dump-2023-11-15T001320Z.txt")]
    [InlineData("host/golden-enc/2023-11-14T22:13:20Z", "outputs/catalog-dump-enc.txt")]
    public async Task Walk_ByCatalog_IsWhatTheOfficialClientDumps(string snapshot, string dump)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        Assert.True(archive.HasCatalog);
        List<string> lines = ["d \"./root.pxar.didx\""];
        await foreach (ArchiveEntry entry in archive.WalkAsync("", false, Stop))
        {
            Assert.Null(entry.Metadata);
            lines.Add(Dump(entry));
        }

        string text = Encoding.UTF8.GetString(GoldenStore.Read(dump)).Replace("\\u{301}", "\u0301", StringComparison.Ordinal);
        string[] expected = [.. text.Split('\n').Where(static line => line.Length > 0 && line[0] != '$' && line[1] == ' ')];
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Walk_ByCatalogAndByArchive_NameTheSame()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(Golden);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        List<ArchiveEntry> byCatalog = await archive.WalkAsync("", false, Stop).ToListAsync(Stop);
        List<ArchiveEntry> byArchive = await archive.WalkAsync("", true, Stop).ToListAsync(Stop);
        Assert.Equal(byArchive.Select(static entry => (entry.Path, entry.Kind)), byCatalog.Select(static entry => (entry.Path, entry.Kind)));
        Assert.All(byArchive, static entry => Assert.NotNull(entry.Metadata));
    }

    [Fact]
    public async Task List_ByCatalog_FetchesNothingOfTheArchive()
    {
        TamperedSource source = TamperedSource.Over(Golden);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root.pxar", Stop);
        // The catalog is opened here, and is one chunk.
        await archive.ListAsync("", false, Stop).ToListAsync(Stop);
        List<Formats.Sha256Digest> fetched = [];
        source.Chunks = (digest, bytes) =>
        {
            fetched.Add(digest);
            return bytes;
        };
        string[] names = await archive.ListAsync("/a/", false, Stop).Select(static entry => entry.Name.ToString()).ToArrayAsync(Stop);
        Assert.Equal([".hidden", "b", "link-loop", "three"], names);
        Assert.Empty(fetched);
        await Assert.ThrowsAsync<SnapshotFileNotFoundException>(async () => await archive.ListAsync("a/none", false, Stop).ToListAsync(Stop));
        await Assert.ThrowsAsync<SnapshotFileNotFoundException>(async () => await archive.ListAsync("hello.txt", false, Stop).ToListAsync(Stop));
    }

    [Fact]
    public async Task Get_HardLink_HasWhatItsTargetHas()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(Golden);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        ArchiveEntry link = await archive.GetAsync("hard/one", Stop);
        ArchiveEntry target = await archive.GetAsync(PxarName.Text(link.LinkTarget.Span), Stop);
        Assert.Equal((PxarEntryKind.HardLink, PxarEntryKind.File), (link.Kind, target.Kind));
        Assert.Equal((target.Length, target.Metadata), (link.Length, link.Metadata));
        Assert.Equal(await ReadAsync(archive, "a/three"), await ReadAsync(archive, "hard/two"));
        Assert.Null(await archive.FindAsync("none", Stop));
        await Assert.ThrowsAsync<SnapshotFileNotFoundException>(async () => await archive.GetAsync("none", Stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await archive.OpenFileAsync("a", Stop));
    }

    [Theory]
    [InlineData("plain", Golden, new[] { "deep.*" }, new[] { "a/b/c/d/e/deep.txt" })]
    [InlineData("plain", Golden, new[] { "/a/**/deep.txt", "/hello.txt" }, new[] { "a/b/c/d/e/deep.txt", "hello.txt" })]
    [InlineData("plain", Golden, new[] { "/excl/**", "!skipdir", "!*.tmp" }, new[] { "excl/.pxarexclude", "excl/skipdir/x", "excl/sub", "excl/sub/skipdir/y" })]
    [InlineData("split", "host/split-many/2024-03-09T16:00:00Z", new[] { "f0[1-3].txt" }, new[] { "f01.txt", "f02.txt", "f03.txt" })]
    public async Task Search_Patterns_FindsWhatTheyMatch(string store, string snapshot, string[] patterns, string[] expected)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        string[] found = await archive.SearchAsync(patterns.Select(PathPattern.Parse), "", false, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop);
        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task OpenFile_OneOfMany_FetchesItsChunksOnly()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync("host/split-many/2024-03-09T16:00:00Z", "split");
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        byte[] content = await ReadAsync(archive, "f20.txt");
        JsonElement expected = GoldenStore.ReadJson("split/source/many1.manifest.json").EnumerateArray().Single(static entry => entry.GetProperty("path").GetString() == "f20.txt");
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content)));
        Assert.InRange(reader.ChunksFetched, 2, 3);
    }

    [Fact]
    public async Task PreviousArchiveReader_OfASnapshot_FindsNamesWithoutContents()
    {
        const string Folder = "split/datastore/host/split-many/2024-03-09T160000Z/";
        DynamicIndex metadata = DynamicIndex.Parse(GoldenStore.Read(Folder + "root.mpxar.didx"));
        DynamicIndex payload = DynamicIndex.Parse(GoldenStore.Read(Folder + "root.ppxar.didx"));
        await using PreviousArchiveReader previous = await PreviousArchiveReader.OpenAsync(metadata, payload, GoldenStore.Split.Chunks, null, Stop);
        PxarNode? node = await previous.Archive.Metadata.FindAsync("f01.txt", Stop);
        PxarPayloadReference reference = node!.Entry.Payload!.Value;
        Assert.True(reference.End <= previous.Archive.PayloadIndex.Size);
        using Formats.Crypto.CryptConfig key = GoldenStore.NamedKey("key-none");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => PreviousArchiveReader.OpenAsync(metadata, payload, GoldenStore.Split.Chunks, key, Stop));
    }

    private static async Task<byte[]> ReadAsync(SnapshotArchive archive, string path)
    {
        MemoryStream content = new();
        await using Stream stream = await archive.OpenFileAsync(path, Stop);
        await stream.CopyToAsync(content, Stop);
        return content.ToArray();
    }

    private static string Dump(ArchiveEntry entry)
    {
        char kind = entry.Kind switch
        {
            PxarEntryKind.Directory => 'd',
            PxarEntryKind.File => 'f',
            PxarEntryKind.Symlink => 'l',
            PxarEntryKind.HardLink => 'h',
            PxarEntryKind.BlockDevice => 'b',
            PxarEntryKind.CharacterDevice => 'c',
            PxarEntryKind.Fifo => 'p',
            _ => 's',
        };
        string line = $"{kind} \"./root.pxar.didx/{entry.Path}\"";
        return entry.Kind != PxarEntryKind.File
            ? line
            : string.Create(CultureInfo.InvariantCulture, $"{line} {entry.Length} {entry.ModificationTime!.Value.ToDateTimeOffset():yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }

    private static async Task AssertMatchesAsync(JsonElement expected, SnapshotArchive archive, ArchiveEntry entry)
    {
        PxarMetadata metadata = entry.Metadata!;
        Assert.Equal(Convert.ToUInt32(expected.GetProperty("mode").GetString()![2..], 8), metadata.Mode);
        Assert.Equal(expected.GetProperty("uid").GetUInt32(), metadata.UserId);
        Assert.Equal(expected.GetProperty("gid").GetUInt32(), metadata.GroupId);
        PxarTimestamp time = entry.ModificationTime!.Value;
        Assert.Equal(expected.GetProperty("mtime_ns").GetDecimal(), (time.Seconds * 1_000_000_000m) + time.Nanoseconds);
        if (expected.TryGetProperty("sha256", out JsonElement hash))
        {
            await using Stream content = await archive.OpenFileAsync(entry, Stop);
            Assert.Equal(hash.GetString(), Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Stop)));
        }

        if (expected.TryGetProperty("target", out JsonElement target))
            Assert.Equal(target.GetString(), PxarName.Text(entry.LinkTarget.Span));
    }
}
