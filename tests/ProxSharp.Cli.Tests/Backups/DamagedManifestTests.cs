using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>A group whose newest snapshot has a damaged manifest: no older one is taken in its place without a word.</summary>
public sealed class DamagedManifestTests
{
    private const string Older = "host/web/2026-02-01T00:00:00Z";
    private const string Newer = "host/web/2026-02-02T00:00:00Z";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_ManifestOfTheNewestIsDamaged_NamesItAndTheOneBefore(bool byServer)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await BackUpTwiceAsync(cli);
        string where = byServer ? "" : " --store-directory stores/store1";
        await DamageAsync(ManifestOf(cli, Newer));

        string error = (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership{where}")).FailedWith(1);

        Assert.Contains(Newer, error, StringComparison.Ordinal);
        Assert.Contains("A file of the datastore is damaged", error, StringComparison.Ordinal);
        Assert.Contains($"give {Older} instead", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, "out")));
        (await cli.LineAsync($"backup restore {Older} root.pxar out --ignore-ownership{where}")).Succeeded();
        Assert.Equal("old", cli.ReadTree("out")["scratch.tmp"]);
    }

    [Fact]
    public async Task List_GroupIsACopyOfAnother_IsNotCalledDamaged()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await BackUpTwiceAsync(cli);
        string group = Path.GetDirectoryName(Path.GetDirectoryName(ManifestOf(cli, Newer)))!;
        string copy = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(group)!, "copy", Path.GetFileName(Newer))).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(ManifestOf(cli, Newer))!))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        string error = (await cli.LineAsync("backup ls host/copy --store-directory stores/store1")).FailedWith(1);

        string name = $"host/copy/{Path.GetFileName(Newer)}";
        Assert.Contains($"The manifest of {name} is that of {Newer}: where it lies is a copy or a link", error, StringComparison.Ordinal);
        Assert.Contains("Give the snapshot that it is of", error, StringComparison.Ordinal);
        Assert.DoesNotContain("is damaged", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_AllManifestsAreDamaged_SaysSo(bool byServer)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await BackUpTwiceAsync(cli);
        await DamageAsync(ManifestOf(cli, Older));
        await DamageAsync(ManifestOf(cli, Newer));

        string error = (await cli.LineAsync($"backup ls host/web{(byServer ? "" : " --store-directory stores/store1")}")).FailedWith(1);

        Assert.Contains(Newer, error, StringComparison.Ordinal);
        Assert.Contains("No older snapshot of host/web can be read either", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_NewestHasNoManifest_TakesTheOneBefore(bool byServer)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await BackUpTwiceAsync(cli);
        File.Delete(ManifestOf(cli, Newer));

        (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership{(byServer ? "" : " --store-directory stores/store1")}")).Succeeded();

        Assert.Equal("old", cli.ReadTree("out")["scratch.tmp"]);
    }

    private static async Task<PbsSimulator> BackUpTwiceAsync(CliHarness cli)
    {
        PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        cli.MakeTree();
        foreach ((string snapshot, string content) in new[] { (Older, "old"), (Newer, "new") })
        {
            await File.WriteAllTextAsync(Path.Combine(cli.Home, "tree", "scratch.tmp"), content, TestContext.Current.CancellationToken);
            (await cli.LineAsync($"backup create root.pxar:tree --backup-id web --backup-time {snapshot.Split('/')[2]}")).Succeeded();
        }

        return server;
    }

    private static string ManifestOf(CliHarness cli, string snapshot) => Path.Combine([cli.Home, "stores", "store1", .. snapshot.Split('/'), "index.json.blob"]);

    private static async Task DamageAsync(string file)
    {
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
    }
}
