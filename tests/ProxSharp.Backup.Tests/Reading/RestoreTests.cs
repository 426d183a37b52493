using System.Security.Cryptography;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class RestoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain", "host/golden/2023-11-14T22:13:20Z")]
    [InlineData("plain", "host/golden-enc/2023-11-14T23:13:20Z")]
    [InlineData("split", "host/split-many/2024-03-09T18:00:00Z")]
    [InlineData("split", "host/split-tree/2024-03-09T18:00:00Z")]
    public async Task Restore_GoldenTree_HasTheContents(string store, string snapshot)
    {
        using TestFolder folder = new();
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        List<RestoreProgress> reports = [];
        TreeExtractResult result = await reader.RestoreAsync("root", folder["tree"], null, new ImmediateProgress<RestoreProgress>(reports.Add), Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        int files = 0;
        await foreach (ArchiveEntry entry in archive.WalkAsync("", true, Stop))
        {
            if (entry.Kind != PxarEntryKind.File || entry.Path.Contains('\\', StringComparison.Ordinal))
                continue;
            await using Stream content = await archive.OpenFileAsync(entry, Stop);
            byte[] expected = await SHA256.HashDataAsync(content, Stop);
            Assert.Equal(expected, SHA256.HashData(File.ReadAllBytes(Path.Combine(folder["tree"], entry.Path))));
            files++;
        }

        Assert.InRange(result.Files, files, files + 1);
        Assert.NotEmpty(reports);
        Assert.Equal(reports[^1].BytesTotal, reports[^1].BytesDone);
    }

    [Fact]
    public async Task Restore_Again_FetchesNoContentThatIsThere()
    {
        using TestFolder folder = new();
        const string Snapshot = "host/split-many/2024-03-09T16:00:00Z";
        await using (SnapshotReader first = await GoldenStore.OpenAsync(Snapshot, "split"))
            await first.RestoreAsync("root", folder["tree"], null, null, Stop);
        File.Delete(Path.Combine(folder["tree"], "f20.txt"));
        await using SnapshotReader again = await GoldenStore.OpenAsync(Snapshot, "split");
        TreeExtractResult result = await again.RestoreAsync("root", folder["tree"], new() { Existing = ExistingFiles.KeepSameTime }, null, Stop);
        Assert.Equal(1, result.Files - result.KeptFiles);
        Assert.InRange(again.ChunksFetched, 2, 5);
        Assert.True(File.Exists(Path.Combine(folder["tree"], "f20.txt")));
    }

    [Fact]
    public async Task Restore_Patterns_FetchesLittleMore()
    {
        using TestFolder folder = new();
        await using SnapshotReader reader = await GoldenStore.OpenAsync("host/split-many/2024-03-09T16:00:00Z", "split");
        await reader.RestoreAsync("root", folder["tree"], new() { Includes = [PathPattern.Parse("f2[01].txt")] }, null, Stop);
        Assert.Equal(["f20.txt", "f21.txt"], Directory.GetFiles(folder["tree"]).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.InRange(reader.ChunksFetched, 2, 5);
    }

    /// <summary>One archive without a catalog, in which headers and contents take turns, with a chunk that is lost in its middle.</summary>
    [Theory]
    [InlineData("/f005.txt")]
    [InlineData("/sub/f150.txt")]
    [InlineData("/*/f150.txt")]
    public async Task Restore_PathOfALegacyArchive_IsLookedUp(string pattern)
    {
        using TestFolder folder = new();
        MadeSnapshot made = new(("root.pxar.didx", WriteTree()));
        await using SnapshotReader whole = await SnapshotReader.OpenAsync(made, null, Stop);
        ChunkedFile file = await whole.OpenChunkedAsync(whole.FindFile("root")!, Stop);
        TamperedSource source = new(made);
        source.Chunks = (digest, bytes) => digest == file.Index[file.Index.Count / 4].Digest ? null : bytes;
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);

        Task<TreeExtractResult> restore = reader.RestoreAsync(
            "root", folder["tree"], new() { Includes = [PathPattern.Parse(pattern)], RestoreOwnership = false }, null, Stop);

        if (pattern.Contains('*', StringComparison.Ordinal))
        {
            // Without a catalog all names have to be read.
            await Assert.ThrowsAsync<MissingChunkException>(() => restore);
            return;
        }

        Assert.Equal(1, (await restore).Files);
        Assert.Equal(Content(pattern), File.ReadAllBytes(folder["tree"] + pattern));
        Assert.InRange(reader.ChunksFetched, 2, 9);
    }

    [Theory]
    [InlineData(96 * 65536, 0, 1, 50)]
    [InlineData((96 * 65536) + 777, 0, 1, 50)]
    [InlineData(96 * 65536, 96 * 65536, 128, 140)]
    public async Task Restore_PartOfALargeFile_FetchesOnlyWhatIsMissing(int there, int wrong, int fewest, int most)
    {
        using TestFolder folder = new();
        byte[] content = new byte[128 * 65536];
        new Random(3).NextBytes(content);
        MemoryStream archive = new();
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
        writer.WriteFile(new("large"), metadata, content);
        writer.Finish();
        Directory.CreateDirectory(folder["tree"]);
        string path = Path.Combine(folder["tree"], "large");
        byte[] part = content[..there];
        for (int i = 0; i < wrong; i += 1000)
            part[i] ^= 1;
        File.WriteAllBytes(path, part);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(new MadeSnapshot(65536, ("root.pxar.didx", archive.ToArray())), null, Stop);

        await reader.RestoreAsync("root", folder["tree"], new() { Existing = ExistingFiles.KeepSameContent, RestoreOwnership = false }, null, Stop);

        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.InRange(reader.ChunksFetched, fewest, most);
    }

    private static byte[] Content(string path)
    {
        byte[] content = new byte[3000];
        new Random(path.Sum(static letter => letter * 7)).NextBytes(content);
        return content;
    }

    private static byte[] WriteTree()
    {
        MemoryStream archive = new();
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 493);
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        PxarWriter writer = PxarWriter.Create(archive, directory);
        for (int i = 0; i < 100; i++)
            writer.WriteFile(new($"f{i:D3}.txt"), metadata, Content($"/f{i:D3}.txt"));
        writer.BeginDirectory(new("sub"), directory);
        for (int i = 100; i < 200; i++)
            writer.WriteFile(new($"f{i:D3}.txt"), metadata, Content($"/sub/f{i:D3}.txt"));
        writer.EndDirectory();
        writer.Finish();
        return archive.ToArray();
    }
}
