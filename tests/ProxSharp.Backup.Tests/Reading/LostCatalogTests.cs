using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Backup.Reading.Tars;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A catalog that is missing or damaged: all that it has stands in the archive as well.</summary>
public sealed class LostCatalogTests
{
    private const string Golden = "host/golden/2023-11-14T22:13:20Z";
    private const string Catalog = "catalog.pcat1.didx";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("missing")]
    [InlineData("index")]
    [InlineData("chunk")]
    [InlineData("chunk missing")]
    public async Task Archive_WithoutItsCatalog_IsReadWithOneWarning(string what)
    {
        List<string> warnings = [];
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(
            await DamageAsync(what), SnapshotOpenOptions.Default with { Warned = warnings.Add }, Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        string[] expected = await archive.WalkAsync("", true, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop);
        Assert.Empty(warnings);
        Assert.True(archive.HasCatalog);

        string[] names = await archive.WalkAsync("", false, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop);
        string[] below = await archive.ListAsync("/a/", false, Stop).Select(static entry => entry.Name.ToString()).ToArrayAsync(Stop);
        string[] found = await archive.SearchAsync([PathPattern.Parse("deep.*")], "", false, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop);
        await archive.WriteTarAsync(Stream.Null, new TarOptions { Patterns = [PathPattern.Parse("deep.*")] }, Stop);

        Assert.Equal(expected, names);
        Assert.Equal([".hidden", "b", "link-loop", "three"], below);
        Assert.Equal(["a/b/c/d/e/deep.txt"], found);
        Assert.Contains("root.pxar", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.False(archive.HasCatalog);
        Assert.Empty(await archive.CompareWithAsync(archive, new CompareOptions(), Stop).ToListAsync(Stop));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("index")]
    [InlineData("chunk")]
    public async Task Restore_WithoutItsCatalog_NeedsNone(string what)
    {
        using TestFolder folder = new();
        List<string> warnings = [];
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(
            await DamageAsync(what), SnapshotOpenOptions.Default with { Warned = warnings.Add }, Stop);
        TreeExtractOptions options = TreeExtractOptions.Default with { RestoreOwnership = false };

        TreeExtractResult all = await reader.RestoreAsync("root", Path.Combine(folder.Root, "all"), options, null, Stop);
        TreeExtractResult some = await reader.RestoreAsync(
            "root", Path.Combine(folder.Root, "some"), options with { Includes = [PathPattern.Parse("deep.txt")] }, null, Stop);

        Assert.True(all.Files > 1);
        Assert.Equal(1, some.Files);
        Assert.True(File.Exists(Path.Combine(folder.Root, "some", "a", "b", "c", "d", "e", "deep.txt")));

        // Only patterns that have to be tried ask for names.
        Assert.Contains("root.pxar", Assert.Single(warnings), StringComparison.Ordinal);
    }

    /// <summary>Names come from the catalog until its damage is met, and then from the archive.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Walk_DamageSomewhereInTheCatalog_LosesAndRepeatsNothing(int chunk)
    {
        await using SnapshotReader golden = await GoldenStore.OpenAsync(Golden);
        byte[] catalog = await ReadAsync(golden, "catalog");
        MadeSnapshot made = new(256, ("root.pxar.didx", await ReadAsync(golden, "root")), (Catalog, catalog));
        TamperedSource source = new(made);
        DynamicIndex index = await IndexAsync(made);
        Assert.True(index.Count > 1);
        Sha256Digest lost = index[chunk < 0 ? index.Count - 1 : chunk].Digest;
        source.Chunks = (digest, bytes) => digest == lost ? null : bytes;
        List<string> warnings = [];
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, SnapshotOpenOptions.Default with { Warned = warnings.Add }, Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);

        string[] names = await archive.WalkAsync("", false, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop);

        Assert.Equal(await archive.WalkAsync("", true, Stop).Select(static entry => entry.Path).ToArrayAsync(Stop), names);
        Assert.Single(warnings);
    }

    private static async Task<TamperedSource> DamageAsync(string what)
    {
        TamperedSource source = TamperedSource.Over(Golden);
        Sha256Digest chunk = (await IndexAsync(source))[0].Digest;
        switch (what)
        {
            case "missing":
                source.Files = static (name, bytes) => name == Catalog ? throw new SnapshotFileNotFoundException($"There is no {name}.") : bytes;
                break;
            case "index":
                source.Files = static (name, bytes) => name == Catalog ? bytes[..^20] : bytes;
                break;
            case "chunk":
                source.Chunks = (digest, bytes) => digest == chunk ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes;
                break;
            default:
                source.Chunks = (digest, bytes) => digest == chunk ? null : bytes;
                break;
        }

        return source;
    }

    private static async Task<DynamicIndex> IndexAsync(Backup.Reading.Snapshots.ISnapshotSource source)
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        await source.DownloadAsync(Catalog, bytes, Stop);
        return DynamicIndex.Parse(bytes.WrittenSpan);
    }

    private static async Task<byte[]> ReadAsync(SnapshotReader reader, string name)
    {
        MemoryStream content = new();
        await reader.CopyToAsync(name, content, null, Stop);
        return content.ToArray();
    }
}
