using System.Text.Json;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What servers verify, what they pass over, and how damage is told.</summary>
public sealed class ServerVerificationTests
{
    private const string Snapshot = "host/web/2026-02-01T00:00:00Z";

    [Theory]
    [InlineData("host/web")]
    [InlineData(Snapshot)]
    [InlineData("")]
    public async Task Verify_WhatFailedBefore_IsNeverTakenForIntact(string what)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "");
        Damage(cli);
        (await cli.LineAsync($"backup verify {what}")).FailedWithCode(9);

        (await cli.LineAsync($"backup verify {what}")).FailedWithCode(9);
        CliRun passed = await cli.LineAsync($"backup verify {what} --ignore-verified -o json");
        (await cli.LineAsync($"backup verify {what} --outdated-after 7")).FailedWithCode(1);
        Damage(cli);

        passed.FailedWithCode(1);
        Assert.Contains($"failed its last verification: {Snapshot}\",\"hint\":\"Verify again without --ignore-verified", passed.Errors, StringComparison.Ordinal);
        using JsonDocument result = JsonDocument.Parse(passed.Output);
        Assert.Equal(Snapshot, result.RootElement.GetProperty("data").GetProperty("failed-before")[0].GetString());
        Assert.DoesNotContain("SKIPPED", Notes(await cli.LineAsync($"backup verify {what}")), StringComparison.Ordinal);
        CliRun good = await cli.LineAsync($"backup verify {what} --ignore-verified");
        Assert.Contains("SKIPPED", Notes(good), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_FailedInANamespaceBelow_IsNamedWithIt()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "--ns customers");
        Damage(cli);
        (await cli.LineAsync("backup verify")).FailedWithCode(9);

        CliRun passed = await cli.LineAsync("backup verify --ignore-verified");
        (await cli.LineAsync("backup verify host/nobody --ns customers")).FailedWith(5);
        (await cli.LineAsync("backup verify host/web --dry-run --ns nowhere")).FailedWith(5);

        passed.FailedWithCode(1);
        Assert.Contains($"customers:{Snapshot}", passed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--dry-run")]
    [InlineData("--local")]
    [InlineData("--store-directory stores/store1")]
    public async Task Verify_SnapshotThatIsNotThere_IsNotFound(string options)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "");

        string error = (await cli.LineAsync($"backup verify host/web/2020-01-01T00:00:00Z {options}")).FailedWith(5);
        string nobody = (await cli.LineAsync($"backup verify host/nobody/2020-01-01T00:00:00Z {options}")).FailedWith(5);

        Assert.Contains("host/web/2020-01-01T00:00:00Z", error, StringComparison.Ordinal);
        Assert.Contains("host/nobody/2020-01-01T00:00:00Z", nobody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ignore-verified false --outdated-after 3", "contradict each other")]
    [InlineData("--outdated-after -1", "0 or more")]
    [InlineData("--ignore-verified --local", "read as a whole")]
    public async Task Verify_OptionsThatMakeNoSense_AreRefused(string options, string expected)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);

        Assert.Contains(expected, (await cli.LineAsync($"backup verify host/web {options}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_HereInATable_NamesThePathsThatLoseBytes()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "");
        Damage(cli);

        CliRun table = await cli.LineAsync("backup verify host/web --local");
        CliRun json = await cli.LineAsync("backup verify host/web --local -o json");

        table.FailedWithCode(1);
        Assert.Contains("/big", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"problem\"", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("{", table.Output, StringComparison.Ordinal);
        Assert.Contains("\"problem\"", json.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat {0} root.pxar /big")]
    [InlineData("ls {0}")]
    [InlineData("restore {0} root.pxar out")]
    public async Task Read_DamagedManifestOnTheServer_BlamesNoProxy(string line)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "");
        string manifest = Find(cli, "index.json.blob");
        File.WriteAllBytes(manifest, File.ReadAllBytes(manifest)[..^3]);

        string error = (await cli.LineAsync("backup " + string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Snapshot))).FailedWith(1);

        Assert.Contains("A file of the datastore is damaged, and this snapshot cannot be read without it", error, StringComparison.Ordinal);
        Assert.EndsWith("prox backup verify SNAPSHOT --local", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxmox API", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--store-directory stores/store1")]
    [InlineData("")]
    public async Task Restore_DamagedListOfChunks_AdvisesAnotherSnapshot(string place)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await StartAsync(cli);
        await BackUpAsync(cli, "");
        string index = Find(cli, "root.pxar.didx");
        File.WriteAllBytes(index, File.ReadAllBytes(index)[..^7]);

        string error = (await cli.LineAsync($"backup restore host/web root.pxar out {place}")).FailedWith(1);

        Assert.Contains("Nothing of root.pxar can be read without it: take another snapshot of host/web", error, StringComparison.Ordinal);

        // A server says itself that it cannot read the list.
        Assert.Equal(place.Length == 0, error.Contains("cannot be opened by the server", StringComparison.Ordinal));
        Assert.DoesNotContain("--pattern", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxmox API", error, StringComparison.Ordinal);
    }

    private static async Task<PbsSimulator> StartAsync(CliHarness cli)
    {
        PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        return server;
    }

    private static async Task BackUpAsync(CliHarness cli, string options)
    {
        cli.MakeTree();
        byte[] content = new byte[1 << 20];
        new Random(7).NextBytes(content);
        File.WriteAllBytes(Path.Combine(cli.Home, "tree", "big"), content);
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id web --backup-time 2026-02-01T00:00:00Z --chunk-size 64 {options}")).Succeeded();
    }

    // Done twice it is undone.
    private static void Damage(CliHarness cli)
    {
        DynamicIndex chunks = DynamicIndex.Parse(File.ReadAllBytes(Find(cli, "root.pxar.didx")));
        string digest = chunks[chunks.Count / 2].Digest.ToString();
        string folder = Path.Combine(cli.Home, "stores", "store1", ".chunks", digest[..4]);
        string path = Directory.EnumerateFiles(folder, $"{digest}*").Single();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        string intact = Path.Combine(folder, digest);
        File.Delete(path);
        File.WriteAllBytes(intact, bytes);
    }

    private static string Notes(CliRun run)
    {
        run.Succeeded();
        return run.Errors;
    }

    private static string Find(CliHarness cli, string name) =>
        Directory.EnumerateFiles(Path.Combine(cli.Home, "stores", "store1"), name, SearchOption.AllDirectories)
            .Single(static path => path.Contains(Path.Combine("host", "web", "2026-02-01T"), StringComparison.Ordinal));
}
