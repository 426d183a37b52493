using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Formats.Tests.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>What the official tools archived is restored and archived again: the same bytes.</summary>
[Trait("Acceptance", "18")]
public sealed class GoldenTreeTests
{
    private static readonly string[] Large = ["/counter-8m.txt", "/random-700k.bin", "/sparse-3m.img"];

    [Theory]
    [InlineData("tree-small")]
    [InlineData("meta")]
    [InlineData("excl")]
    [InlineData("emptydir")]
    public async Task Archive_OfRestoredGoldenArchive_IsTheSameBytes(string name)
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        byte[] golden = Golden.Read($"pxar/{name}.pxar");
        TreeExtractResult result = await Archives.ExtractAsync(golden, tree.Path);
        Assert.Empty(result.Warnings);
        Assert.Equal(golden, await Archives.WriteAsync(tree.Path));
    }

    [Fact]
    public async Task Archive_OfTheWholeTree_IsTheSameBytes()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(Golden.Tree, tree.Path);
        Assert.Empty(result.Warnings);
        Assert.Equal(Golden.Tree.Length, (await Archives.WriteAsync(tree.Path)).Length);
        Assert.Equal(Archives.Hash(Golden.Tree), Archives.Hash(await Archives.WriteAsync(tree.Path)));
    }

    [Fact]
    public async Task Archive_WithExcludes_KeepsThemInItsRoot()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Tree, tree.Path);
        byte[] archive = await Archives.WriteAsync(tree.Path, new() { Excludes = [.. Large.Select(PathPattern.Parse)] });
        Assert.Equal(Golden.Read("pxar/tree-nolarge.pxar"), archive);
    }

    [Fact]
    public async Task Archive_WithoutMetadata_IsTheSameBytes()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Read("pxar/meta.pxar"), tree.Path);
        DirectoryArchiveOptions options = new() { KeepXattrs = false, KeepAcls = false, KeepCapabilities = false };
        Assert.Equal(Golden.Read("pxar/meta-nometadata.pxar"), await Archives.WriteAsync(tree.Path, options));
    }

    [Fact]
    public async Task Catalog_OfTheWholeTree_IsTheSameBytes()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Tree, tree.Path);
        using MemoryStream stream = new();
        CatalogOutput catalog = new(stream);
        await new DirectoryArchiver(tree.Path).WriteAsync(Stream.Null, catalog, "root.pxar.didx", TestContext.Current.CancellationToken);
        await catalog.FinishAsync(TestContext.Current.CancellationToken);
        Assert.Contains(Golden.Catalogs, name => Golden.Read(name).AsSpan().SequenceEqual(stream.ToArray()));
    }

    [Fact]
    public async Task Extract_GoldenTree_IsTheSourceTree()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Tree, tree.Path);
        // Read again by an archive, which the tests above compare with golden ones; contents by .NET.
        PxarArchive archive = Archives.Open(await Archives.WriteAsync(tree.Path));
        foreach (JsonElement expected in Golden.Json("source/tree.manifest.json").EnumerateArray())
        {
            byte[] path = Convert.FromHexString(expected.GetProperty("path_hex").GetString()!);
            string text = expected.GetProperty("path").GetString()!;
            if (text == "excl/a.tmp" || text.StartsWith("excl/skipdir", StringComparison.Ordinal))
                continue;
            PxarNode node = text == "." ? archive.Root : archive.Find(path)!;
            AssertMatches(expected, archive.ResolveHardLink(node).Entry.Metadata!);
            if (expected.TryGetProperty("sha256", out JsonElement hash) && !text.Contains('\uFFFD', StringComparison.Ordinal) && File.Exists(tree.Combine(text)))
                Assert.Equal(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(tree.Combine(text), TestContext.Current.CancellationToken))));
        }
    }

    [Theory]
    [InlineData("small")]
    [InlineData("excl")]
    public async Task SplitArchive_OfRestoredGoldenArchive_IsTheSameBytes(string name)
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        (byte[] metadata, byte[] payload) = (Golden.Read($"split/pxar/{name}.mpxar"), Golden.Read($"split/pxar/{name}.ppxar"));
        await Archives.ExtractAsync(metadata, tree.Path, payload: payload);
        if (name == "excl")
            tree.Write("sub/left-out.bin", "x");
        DirectoryArchiveOptions options = new() { Excludes = name == "excl" ? [PathPattern.Parse("*.bin")] : [] };
        if (name == "excl")
            Directory.SetLastWriteTimeUtc(tree.Combine("sub"), DateTime.UnixEpoch.AddSeconds(1700000000));
        await AssertSplitAsync(tree.Path, metadata, Archives.Hash(payload), options);
    }

    [Fact]
    public async Task SplitArchive_OfTheWholeTree_IsTheSameBytes()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Tree, tree.Path);
        File.Delete(tree.Combine("sock"));
        Directory.SetLastWriteTimeUtc(tree.Path, DateTime.UnixEpoch.AddSeconds(1700000000));
        string hash = System.Text.Encoding.ASCII.GetString(Golden.Read("split/pxar/tree.ppxar.sha256"))[..64];
        // The source came out of a tar archive, which keeps no file attributes.
        await AssertSplitAsync(tree.Path, Golden.Read("split/pxar/tree.mpxar"), hash, new() { KeepFlags = false });
    }

    [Theory]
    [InlineData("many", 17)]
    [InlineData("many", 18)]
    [InlineData("many", 19)]
    [InlineData("hole", 17)]
    public async Task MetadataMode_GoldenRuns_AreTheSameBytes(string group, int last)
    {
        TempTree.RequireAll();
        (byte[] archive, byte[] payload) = (Archive(group, 16), []);
        for (int hour = 16; hour <= last; hour++)
        {
            using TempTree tree = new();
            int run = hour;
            await Archives.ExtractAsync(Archives.Rebuild(Archive(group, hour), path => Content(path, run)), tree.Path);
            using MemoryStream metadata = new();
            MemoryPayload sink = new(payload);
            PreviousArchive? previous = hour == 16 ? null : new(Archives.Open(archive), Archives.Index(ChunkEnds(group, hour - 1)));
            DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteSplitAsync(metadata, sink, previous, TestContext.Current.CancellationToken);
            (archive, payload) = (metadata.ToArray(), sink.Bytes);
            Assert.Equal(Archive(group, hour), archive);
            Assert.Equal(Golden.Json("split/payload-contents.json").GetProperty(Key(group, hour)).GetProperty("sha256").GetString(), Archives.Hash(payload));
            Assert.Equal(hour > 16, result.ReusedFiles > 0);
            Assert.Equal(result.Files - result.ReusedFiles, sink.Boundaries.Count);
        }
    }

    private static async Task AssertSplitAsync(string path, byte[] expected, string payloadHash, DirectoryArchiveOptions? options)
    {
        using MemoryStream metadata = new();
        MemoryPayload sink = new();
        await new DirectoryArchiver(path, options).WriteSplitAsync(metadata, sink, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected, metadata.ToArray());
        Assert.Equal(payloadHash, Archives.Hash(sink.Bytes));
    }

    private static void AssertMatches(JsonElement expected, PxarMetadata metadata)
    {
        Assert.Equal(Convert.ToUInt32(expected.GetProperty("mode").GetString()![2..], 8), metadata.Mode);
        Assert.Equal(expected.GetProperty("uid").GetUInt32(), metadata.UserId);
        Assert.Equal(expected.GetProperty("gid").GetUInt32(), metadata.GroupId);
        Int128 nanoseconds = ((Int128)metadata.ModificationTime.Seconds * 1_000_000_000) + metadata.ModificationTime.Nanoseconds;
        Assert.Equal(expected.GetProperty("mtime_ns").GetInt64(), (long)nanoseconds);
        if (!expected.TryGetProperty("xattrs_hex", out JsonElement xattrs))
            return;
        foreach (JsonProperty xattr in xattrs.EnumerateObject().Where(x => x.Name.StartsWith("user.", false, CultureInfo.InvariantCulture)))
            Assert.Contains(metadata.Xattrs, x => PxarName.Text(x.Name.Span) == xattr.Name && Convert.ToHexStringLower(x.Value.Span) == xattr.Value.GetString());
    }

    private static byte[] Content(string path, int hour) => hour >= 18 && path == "small.txt"
        ? "hello again, world\n"u8.ToArray()
        : ManyTree.Content(path);

    private static byte[] Archive(string group, int hour) => Golden.Read($"split/decoded/split-{group}_2024-03-09T{hour}0000Z/root.mpxar");

    private static string Key(string group, int hour) => $"split-{group}/2024-03-09T{hour}:00:00Z/root.ppxar.didx";

    private static long[] ChunkEnds(string group, int hour) =>
        [.. Golden.Json("split/payload-chunk-ends.json").GetProperty(Key(group, hour)).EnumerateArray().Select(end => end.GetInt64())];
}
