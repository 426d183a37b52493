using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Verbs that read the directory of a datastore without its server.</summary>
public sealed class StoreDirectoryTests
{
    [Fact]
    public async Task Verbs_OnADirectory_ReadWhatTheServerHasWritten()
    {
        using CliHarness cli = new();
        string folder = Path.Combine(cli.Home, "stores");
        await using (PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false, DatastoreDirectory = folder }))
        {
            cli.Uses(server);
            cli.MakeTree();
            (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id plain --ns customers --backup-time 2026-02-01T00:00:00Z")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id secret --keyfile key.json --backup-time 2026-02-01T00:00:00Z")).Succeeded();
        }

        // The server is gone.
        const string Store = "--store-directory stores/store1";
        JsonElement[] groups = [.. (await cli.JsonAsync($"backup list {Store}")).EnumerateArray()];
        JsonElement secret = groups.Single(static group => group.GetProperty("group").GetString() == "host/secret");
        JsonElement plain = Assert.Single((await cli.JsonAsync($"backup list host/plain {Store} --ns customers")).EnumerateArray());

        Assert.Equal((1, "demo@pbs!ci"), (secret.GetProperty("backup-count").GetInt32(), secret.GetProperty("owner").GetString()));
        Assert.Equal(
            ["root.pxar.didx", "catalog.pcat1.didx"], plain.GetProperty("files").EnumerateArray().Select(static file => file.GetString()));
        Assert.Equal("127.0.0.1 localhost\n", (await cli.LineAsync($"backup cat host/plain root.pxar etc/hosts {Store} --ns customers")).Succeeded());
        Assert.Equal("127.0.0.1 localhost\n", (await cli.LineAsync($"backup cat host/secret root.pxar etc/hosts {Store} --keyfile key.json")).Succeeded());
        Assert.Equal("/etc/fstab\n", (await cli.LineAsync($"backup find host/plain root.pxar fstab -o name {Store} --ns customers")).Succeeded());
        (await cli.LineAsync($"backup restore host/secret root.pxar out --ignore-ownership {Store} --keyfile key.json --verify")).Succeeded();
        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
        (await cli.LineAsync($"backup verify host/secret {Store} --keyfile key.json")).Succeeded();
        (await cli.LineAsync($"backup diff host/plain host/plain root.pxar {Store} --ns customers")).Succeeded();
        (await cli.LineAsync($"backup ls host/secret {Store}")).Succeeded();
        (await cli.LineAsync($"backup ls host/secret root.pxar {Store}")).FailedWith(4);
        (await cli.LineAsync($"backup ls host/nobody {Store}")).FailedWith(5);
        (await cli.LineAsync($"backup list host/nobody {Store}")).FailedWith(5);
        (await cli.LineAsync("backup list --store-directory tree")).FailedWith(5);
        (await cli.LineAsync($"backup list {Store} --datastore store1")).FailedWith(2);
    }

    [Fact]
    public async Task Verify_OfADamagedDirectory_NamesTheFile()
    {
        using CliHarness cli = new();
        await using (PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") }))
        {
            cli.Uses(server);
            cli.MakeTree();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id web --ns customers")).Succeeded();
        }

        string store = Path.Combine(cli.Home, "stores", "store1");
        JsonElement[] before = [.. (await cli.JsonAsync("backup verify host/web --store-directory stores/store1 --ns customers")).EnumerateArray()];
        string digest = DigestOfArchive(store);
        File.Delete(Path.Combine(store, ".chunks", digest[..4], digest));

        CliRun damaged = await cli.LineAsync("backup verify host/web --store-directory stores/store1 --ns customers -o json");

        Assert.All(before, static file => Assert.Equal("ok", file.GetProperty("status").GetString()));
        damaged.FailedWithCode(1);
        Assert.Contains(digest, damaged.Output, StringComparison.Ordinal);
    }

    private static string DigestOfArchive(string store)
    {
        string index = Directory.EnumerateFiles(Path.Combine(store, "ns", "customers", "host", "web"), "root.pxar.didx", SearchOption.AllDirectories).Single();
        return ProxSharp.Backup.Formats.Indexes.DynamicIndex.Parse(File.ReadAllBytes(index))[0].Digest.ToString();
    }
}
