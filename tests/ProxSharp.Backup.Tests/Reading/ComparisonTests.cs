using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ComparisonTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compare_SameSnapshot_IsEqual()
    {
        foreach (bool withMetadata in (bool[])[false, true])
            Assert.Empty(await CompareAsync("plain", "host/golden/2023-11-14T22:13:20Z", "host/golden/2023-11-14T22:13:20Z", new() { WithMetadata = withMetadata, WithContents = true }));
    }

    [Theory]
    [InlineData("host/golden/2023-11-14T22:13:20Z", "host/golden/2023-11-14T23:13:20Z", "tree", "tree-incremental")]
    [InlineData("host/golden/2023-11-14T23:13:20Z", "host/golden/2023-11-15T00:13:20Z", "tree-incremental", "tree-third")]
    [InlineData("host/golden/2023-11-15T00:13:20Z", "host/golden/2023-11-15T01:13:20Z", "tree-third", "tree-fourth")]
    public async Task Compare_GoldenSnapshots_TellsWhatTheSourcesSay(string older, string newer, string oldSource, string newSource)
    {
        Dictionary<string, string> before = Source(oldSource);
        Dictionary<string, string> after = Source(newSource);
        List<string> expected =
        [
            .. after.Keys.Except(before.Keys).Select(static path => $"Added {path}"),
            .. before.Keys.Except(after.Keys).Select(static path => $"Removed {path}"),
            .. before.Keys.Intersect(after.Keys).Where(path => before[path] != after[path]).Select(static path => $"Changed {path}"),
        ];
        List<SnapshotChange> all = await CompareAsync("plain", older, newer, new() { WithMetadata = true });
        // The lists of the sources do not have file flags.
        SnapshotChange[] changes = [.. all.Where(static change => change.Parts != ChangedParts.Attributes)];
        Assert.Equal(expected.Order(StringComparer.Ordinal), changes.Select(static change => $"{change.Kind} {Name(change)}").Order(StringComparer.Ordinal));
        // The catalogs know no times of directories, but all else that these snapshots differ in.
        List<SnapshotChange> byCatalog = await CompareAsync("plain", older, newer);
        Assert.Equal(
            changes.Where(static change => change.Kind != SnapshotChangeKind.Changed || change.Entry.Kind == PxarEntryKind.File).Select(static change => (change.Kind, change.Path)),
            byCatalog.Select(static change => (change.Kind, change.Path)));

        // The archives are not needed for that.
        await using SnapshotReader first = await GoldenStore.OpenAsync(older);
        await using SnapshotReader second = await GoldenStore.OpenAsync(newer);
        SnapshotCatalog left = await first.OpenCatalogAsync("root", Stop);
        SnapshotCatalog right = await second.OpenCatalogAsync("root", Stop);
        Assert.Equal(
            byCatalog.Select(static change => (change.Kind, change.Parts, change.Path)),
            await right.CompareWithAsync(left, "", Stop).Select(static change => (change.Kind, change.Parts, change.Path)).ToListAsync(Stop));
        await Assert.ThrowsAsync<SnapshotFileNotFoundException>(async () => await right.CompareWithAsync(left, "nowhere", Stop).ToListAsync(Stop));
    }

    [Fact]
    public async Task Compare_SplitSnapshots_TellsParts()
    {
        List<SnapshotChange> changes = await CompareAsync(
            "split", "host/split-rules/2024-03-09T16:00:00Z", "host/split-rules/2024-03-09T17:00:00Z", new() { WithMetadata = true });
        Dictionary<string, ChangedParts> parts = changes.ToDictionary(static change => change.Path, static change => change.Parts);
        Assert.Equal(ChangedParts.Mode, parts["ch.txt"]);
        Assert.Equal(ChangedParts.Attributes, parts["xv.txt"]);
        Assert.Equal(ChangedParts.Attributes, parts["xa.txt"]);
        Assert.DoesNotContain("same.txt", parts.Keys);
        Assert.DoesNotContain("quiet.txt", parts.Keys);
    }

    [Fact]
    public async Task Compare_SplitSnapshotsWithoutMetadata_TellsOnlyWhatCatalogsKnow()
    {
        List<SnapshotChange> changes = await CompareAsync("split", "host/split-rules/2024-03-09T16:00:00Z", "host/split-rules/2024-03-09T17:00:00Z");
        // Modes, attributes and what size and time hide.
        Assert.Empty(changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Compare_SameChangeInOneStreamAndSplit_TellsTheSame(bool withMetadata)
    {
        PxarTimestamp time = new(1_700_000_000, 5);
        PxarMetadata folder = PxarMetadata.Create(PxarEntryKind.Directory, 0x1ED) with { ModificationTime = time };
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0x1A4) with { ModificationTime = time };
        PxarTimestamp later = new(1_700_000_100, 5);
        PxarMetadata changed = file with { Mode = file.Mode ^ 0x24, UserId = 7 };
        List<string>[] told =
        [
            await TellAsync(isSplit: false),
            await TellAsync(isSplit: true),
        ];

        Assert.Equal(told[0], told[1]);
        Assert.Equal(withMetadata
            ? [": ModificationTime", "mode: Mode, Owner", "part: ModificationTime", "time: ModificationTime"]
            : ["time: ModificationTime"], told[0]);

        async Task<List<string>> TellAsync(bool isSplit)
        {
            await using SnapshotReader before = await SnapshotReader.OpenAsync(Make(isSplit, folder, file, file, file), null, Stop);
            await using SnapshotReader after = await SnapshotReader.OpenAsync(
                Make(
                    isSplit,
                    folder with { ModificationTime = later },
                    changed,
                    file with { ModificationTime = new(1_700_000_000, 6) },
                    file with { ModificationTime = later }),
                null,
                Stop);
            SnapshotArchive right = await after.OpenArchiveAsync("root.pxar", Stop);
            List<SnapshotChange> changes = await right.CompareWithAsync(
                await before.OpenArchiveAsync("root.pxar", Stop), new() { WithMetadata = withMetadata }, Stop).ToListAsync(Stop);
            return [.. changes.Select(static change => $"{change.Path}: {change.Parts}").Order(StringComparer.Ordinal)];
        }
    }

    private static MadeSnapshot Make(bool isSplit, PxarMetadata root, PxarMetadata mode, PxarMetadata part, PxarMetadata time)
    {
        using MemoryStream main = new();
        using MemoryStream payload = new();
        PxarWriter writer = isSplit ? PxarWriter.CreateSplit(main, payload, root) : PxarWriter.Create(main, root);
        foreach ((string name, PxarMetadata metadata) in (ReadOnlySpan<(string, PxarMetadata)>)[("mode", mode), ("part", part), ("time", time)])
            writer.WriteFile(new(name), metadata, "content"u8.ToArray());
        writer.Finish();
        return isSplit ? new(("root.mpxar.didx", main.ToArray()), ("root.ppxar.didx", payload.ToArray())) : new(("root.pxar.didx", main.ToArray()));
    }

    [Fact]
    public async Task Compare_WithContents_SeesWhatSizeAndTimeHide()
    {
        List<SnapshotChange> changes = await CompareAsync(
            "split", "host/split-rules/2024-03-09T16:00:00Z", "host/split-rules/2024-03-09T17:00:00Z", new() { WithContents = true });
        Assert.Equal(ChangedParts.Content, changes.Single(static change => change.Path == "quiet.txt").Parts);
    }

    [Fact]
    public async Task Compare_LegacyWithSplit_ComparesWhatBothKnow() =>
        Assert.Empty(await CompareAsync("split", "host/split-small/2024-03-09T16:00:00Z", "host/split-small/2024-03-09T18:00:00Z"));

    [Fact]
    public async Task Compare_PartOfTheTree_TellsOnlyThat()
    {
        List<SnapshotChange> all = await CompareAsync("plain", "host/golden/2023-11-14T22:13:20Z", "host/golden/2023-11-14T23:13:20Z");
        List<SnapshotChange> part = await CompareAsync("plain", "host/golden/2023-11-14T22:13:20Z", "host/golden/2023-11-14T23:13:20Z", new() { Path = "/a" });
        Assert.Equal(all.Where(static change => change.Path.StartsWith("a/", StringComparison.Ordinal)).Select(static change => change.Path), part.Select(static change => change.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Compare_WithContents_FetchesOnlyWhatLiesInOtherChunks(bool withMetadata)
    {
        byte[] big = Random(1, 2 << 20);
        byte[] small = Random(2, 64 << 10);
        MadeSnapshot older = new(("root.pxar.didx", Write(big, small)));
        small[30_000] ^= 1;
        MadeSnapshot newer = new(("root.pxar.didx", Write(big, small)));
        await using SnapshotReader before = await SnapshotReader.OpenAsync(older, null, Stop);
        await using SnapshotReader after = await SnapshotReader.OpenAsync(newer, null, Stop);
        SnapshotArchive left = await before.OpenArchiveAsync("root", Stop);
        SnapshotArchive right = await after.OpenArchiveAsync("root", Stop);

        SnapshotChange change = Assert.Single(
            await right.CompareWithAsync(left, new() { WithContents = true, WithMetadata = withMetadata }, Stop).ToListAsync(Stop));

        Assert.Equal(("b", ChangedParts.Content), (change.Path, change.Parts));
        // Of more than a thousand chunks: heads, the table of the root, and the one that differs.
        Assert.InRange(before.ChunksFetched + after.ChunksFetched, 3, 12);
    }

    [Fact]
    public async Task Compare_SameChunksWithContents_FetchesNoContent()
    {
        byte[] archive = Write(Random(1, 1 << 20), Random(2, 64 << 10));
        await using SnapshotReader before = await SnapshotReader.OpenAsync(new MadeSnapshot(("root.pxar.didx", archive)), null, Stop);
        await using SnapshotReader after = await SnapshotReader.OpenAsync(new MadeSnapshot(("root.pxar.didx", archive)), null, Stop);
        SnapshotArchive left = await before.OpenArchiveAsync("root", Stop);
        SnapshotArchive right = await after.OpenArchiveAsync("root", Stop);
        Assert.Empty(await right.CompareWithAsync(left, new() { WithContents = true }, Stop).ToListAsync(Stop));
        Assert.InRange(before.ChunksFetched + after.ChunksFetched, 3, 10);
    }

    /// <summary>With the names from the catalog, files are found by the tables of their directories.</summary>
    [Theory]
    [InlineData("host/golden/2023-11-14T22:13:20Z", "host/golden/2023-11-14T23:13:20Z")]
    [InlineData("host/golden/2023-11-14T23:13:20Z", "host/golden/2023-11-15T00:13:20Z")]
    [InlineData("host/golden/2023-11-15T00:13:20Z", "host/golden/2023-11-15T01:13:20Z")]
    public async Task Compare_ContentsByCatalogAndByArchive_TellTheSame(string older, string newer)
    {
        List<SnapshotChange> byCatalog = await CompareAsync("plain", older, newer, new() { WithContents = true });
        List<SnapshotChange> byArchive = await CompareAsync("plain", older, newer, new() { WithContents = true, WithMetadata = true });
        Assert.Equal(Contents(byArchive), Contents(byCatalog));

        static IEnumerable<string> Contents(List<SnapshotChange> changes) =>
            changes.Where(static change => change.Parts.HasFlag(ChangedParts.Content)).Select(static change => change.Path);
    }

    [Fact]
    public async Task FindPlace_EveryFileOfAGoldenTree_IsWhereTheArchiveHasIt()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync("host/golden/2023-11-14T22:13:20Z", "plain");
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        PlaceFinder finder = new(archive.Archive);
        int files = 0;
        await foreach (ArchiveEntry entry in archive.WalkAsync("", true, Stop))
        {
            PxarNode? found = await finder.FindAsync(entry.PathBytes, Stop);
            Assert.Equal(entry.Node!.Entry.Position, found!.Entry.Position);
            PxarPlace? place = await finder.FindPlaceAsync(entry.PathBytes, Stop);
            Assert.InRange(entry.Node.Entry.Position, place!.Value.Start, place.Value.End);
            files++;
        }

        Assert.True(files > 20);
        Assert.Null(await finder.FindAsync("no/such/file"u8.ToArray(), Stop));
        Assert.Null(await finder.FindPlaceAsync("nothing"u8.ToArray(), Stop));
    }

    [Theory]
    [InlineData(false, true, true, false, ChangedParts.None)]
    [InlineData(true, true, true, false, ChangedParts.Content)]
    [InlineData(false, true, false, false, ChangedParts.None)]
    [InlineData(true, false, true, false, ChangedParts.Content)]
    [InlineData(false, true, true, true, ChangedParts.None)]
    [InlineData(true, true, true, true, ChangedParts.Content)]
    [InlineData(false, false, true, true, ChangedParts.None)]
    [InlineData(true, true, false, true, ChangedParts.Content)]
    public async Task Compare_HardLinksToOutsideWithContents_FollowsThem(bool changes, bool linkBefore, bool linkAfter, bool hasCatalog, ChangedParts expected)
    {
        byte[] content = Random(1, 20_000);
        byte[] other = [.. content];
        if (changes)
            other[9_000] ^= 1;
        await using SnapshotReader before = await SnapshotReader.OpenAsync(WriteLink(content, linkBefore, hasCatalog), null, Stop);
        await using SnapshotReader after = await SnapshotReader.OpenAsync(WriteLink(other, linkAfter, hasCatalog), null, Stop);
        SnapshotArchive left = await before.OpenArchiveAsync("root", Stop);
        SnapshotArchive right = await after.OpenArchiveAsync("root", Stop);

        List<SnapshotChange> with = await right.CompareWithAsync(left, new() { WithContents = true, Path = "/sub" }, Stop).ToListAsync(Stop);
        List<SnapshotChange> without = await right.CompareWithAsync(left, new() { Path = "/sub" }, Stop).ToListAsync(Stop);

        Assert.Equal(expected == ChangedParts.None ? [] : [("sub/l", expected)], with.Select(static change => (change.Path, change.Parts)));
        Assert.Equal(linkBefore == linkAfter ? [] : [ChangedParts.Kind], without.Select(static change => change.Parts));
    }

    [Fact]
    public void FindUnequal_RangesOfTwoIndexes_AreThoseOutsideOfEqualPlaces()
    {
        DynamicIndex left = Index((100, 1), (50, 2), (70, 3), (80, 4));
        // The second chunk is another one, and the third begins elsewhere.
        DynamicIndex right = Index((100, 1), (60, 9), (70, 3), (80, 4));

        Assert.Equal([], ChunkRuns.FindUnequal(left, 20, left, 20, 280));
        Assert.Equal([], ChunkRuns.FindUnequal(left, 160, right, 170, 140));
        Assert.Equal([(80L, 50L)], ChunkRuns.FindUnequal(left, 20, right, 20, 130));
        Assert.Equal([(80L, 200L)], ChunkRuns.FindUnequal(left, 20, right, 20, 280));
        Assert.Equal([(0L, 40L)], ChunkRuns.FindUnequal(left, 110, right, 120, 100));
        Assert.Equal([], ChunkRuns.FindUnequal(left, 300, right, 310, 0));
    }

    private static DynamicIndex Index(params (int Length, byte Digest)[] chunks)
    {
        using DynamicIndexBuilder builder = new();
        foreach ((int length, byte digest) in chunks)
            builder.Add(length, new Sha256Digest([.. Enumerable.Repeat(digest, 32)]));
        return builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
    }

    private static byte[] Random(int seed, int length)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    private static byte[] Write(byte[] first, byte[] second)
    {
        MemoryStream archive = new();
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
        writer.WriteFile(new("a"), metadata, first);
        writer.WriteFile(new("b"), metadata, second);
        writer.Finish();
        return archive.ToArray();
    }

    private static MadeSnapshot WriteLink(byte[] content, bool isLink, bool hasCatalog)
    {
        MemoryStream archive = new();
        ArrayBufferWriter<byte> names = new();
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
        CatalogWriter catalog = new(names);
        catalog.BeginDirectory(new("root.pxar.didx"));
        writer.WriteFile(new("a"), metadata, content);
        catalog.AddFile(new("a"), (ulong)content.Length, 0);
        PxarLinkTarget target = writer.GetLastFile();
        writer.BeginDirectory(new("sub"), PxarMetadata.Create(PxarEntryKind.Directory, 493));
        catalog.BeginDirectory(new("sub"));
        if (isLink)
        {
            writer.WriteHardLink(new("l"), target);
            catalog.Add(CatalogEntryKind.HardLink, new("l"));
        }
        else
        {
            writer.WriteFile(new("l"), metadata, content);
            catalog.AddFile(new("l"), (ulong)content.Length, 0);
        }

        writer.EndDirectory();
        catalog.EndDirectory();
        writer.Finish();
        catalog.EndDirectory();
        catalog.Finish();
        (string, byte[]) tree = ("root.pxar.didx", archive.ToArray());
        return hasCatalog ? new(tree, ("catalog.pcat1.didx", names.WrittenSpan.ToArray())) : new(tree);
    }

    private static string Name(SnapshotChange change) => change.Entry.PathBytes.IsEmpty ? "." : Convert.ToHexStringLower(change.Entry.PathBytes.Span);

    /// <summary>What a list of a source says of each entry that was backed up.</summary>
    private static Dictionary<string, string> Source(string name)
    {
        Dictionary<string, string> entries = [];
        foreach (System.Text.Json.JsonElement entry in GoldenStore.ReadJson($"source/{name}.manifest.json").EnumerateArray())
        {
            string path = entry.GetProperty("path").GetString()!;
            bool directory = entry.GetProperty("mode").GetString()!.StartsWith("0o4", StringComparison.Ordinal);
            string size = directory ? "" : entry.GetProperty("size").ToString();
            if (path != "excl/a.tmp")
                entries[path == "." ? "." : entry.GetProperty("path_hex").GetString()!] = $"{entry.GetProperty("mode")} {entry.GetProperty("uid")} {entry.GetProperty("gid")} {size} {entry.GetProperty("mtime_ns")}";
        }

        return entries;
    }

    private static async Task<List<SnapshotChange>> CompareAsync(string store, string older, string newer, CompareOptions? options = null)
    {
        await using SnapshotReader before = await GoldenStore.OpenAsync(older, store);
        await using SnapshotReader after = await GoldenStore.OpenAsync(newer, store);
        SnapshotArchive left = await before.OpenArchiveAsync("root", Stop);
        SnapshotArchive right = await after.OpenArchiveAsync("root", Stop);
        return await right.CompareWithAsync(left, options, Stop).ToListAsync(Stop);
    }
}
