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

    [Fact]
    public async Task Verify_DirectoryWithoutASnapshot_VerifiesAllOfThem()
    {
        using CliHarness cli = new();
        await using (PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") }))
        {
            cli.Uses(server);
            cli.MakeTree();
            (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id web --ns customers --backup-time 2026-02-01T00:00:00Z")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id a --backup-time 2026-02-01T00:00:00Z")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id a --backup-time 2026-02-02T00:00:00Z")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id secret --keyfile key.json --backup-time 2026-02-01T00:00:00Z")).Succeeded();
        }

        const string Verify = "backup verify --store-directory stores/store1";
        JsonElement[] all = [.. (await cli.JsonAsync(Verify)).EnumerateArray()];
        JsonElement[] below = [.. (await cli.JsonAsync($"{Verify} --ns customers")).EnumerateArray()];
        string manifest = Path.Combine(cli.Home, "stores", "store1", "host", "a", "2026-02-01T00:00:00Z", "index.json.blob");
        File.WriteAllBytes(manifest, File.ReadAllBytes(manifest)[..^3]);
        CliRun damaged = await cli.LineAsync($"{Verify} -o json");
        CliRun table = await cli.LineAsync(Verify);

        Assert.Equal(
            [":host/a/2026-02-01T00:00:00Z", ":host/a/2026-02-02T00:00:00Z", ":host/secret/2026-02-01T00:00:00Z", "customers:host/web/2026-02-01T00:00:00Z"],
            all.Select(Name).Distinct().Where(IsOurs).Order(StringComparer.Ordinal));
        Assert.All(all, static row => Assert.StartsWith("ok", row.GetProperty("status").GetString(), StringComparison.Ordinal));
        Assert.Equal(["customers:host/web/2026-02-01T00:00:00Z"], below.Select(Name).Distinct().Where(IsOurs));
        Assert.All(below, static row => Assert.StartsWith("customers", row.GetProperty("ns").GetString(), StringComparison.Ordinal));
        damaged.FailedWithCode(1);
        using JsonDocument result = JsonDocument.Parse(damaged.Output);
        JsonElement[] rows = [.. result.RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal(all.Select(Name).Distinct(), rows.Select(Name).Distinct());
        Assert.Equal("not read", Assert.Single(rows, static row => Name(row) == ":host/a/2026-02-01T00:00:00Z").GetProperty("status").GetString());
        Assert.Contains("host/a/2026-02-01T00:00:00Z", damaged.Errors, StringComparison.Ordinal);
        table.FailedWithCode(1);
        Assert.Contains($"{all.Select(Name).Distinct().Count()} snapshots, 1 of them damaged or unreadable", table.Errors, StringComparison.Ordinal);
        (await cli.LineAsync($"{Verify} --ns nowhere")).FailedWith(5);
        Assert.Contains("one snapshot", (await cli.LineAsync("backup verify --local")).FailedWith(2), StringComparison.Ordinal);

        static bool IsOurs(string name) => name.Contains("host/a/", StringComparison.Ordinal) || name.Contains("2026-02", StringComparison.Ordinal);
        static string Name(JsonElement row) => $"{row.GetProperty("ns").GetString()}:{row.GetProperty("snapshot").GetString()}";
    }

    [Fact]
    public async Task Verify_EncryptedWithoutTheKey_SaysWhatWasNotChecked()
    {
        using CliHarness cli = new();
        await using (PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") }))
        {
            cli.Uses(server);
            cli.MakeTree();
            (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id secret --ns customers --keyfile key.json")).Succeeded();
        }

        const string Verify = "backup verify --store-directory stores/store1 --ns customers";
        CliRun table = await cli.LineAsync(Verify);
        JsonElement[] without = [.. (await cli.JsonAsync(Verify)).EnumerateArray().Where(IsSecret)];
        JsonElement[] with = [.. (await cli.JsonAsync($"{Verify} --keyfile key.json")).EnumerateArray().Where(IsSecret)];
        CliRun right = await cli.LineAsync($"{Verify} --keyfile key.json");

        CliRun named = await cli.LineAsync(Verify.Replace("verify", "verify host/secret", StringComparison.Ordinal));
        Assert.Contains("digest, contents, signature", named.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("1 encrypted snapshot only what is stored was checked", named.Errors, StringComparison.Ordinal);
        Assert.Contains("--keyfile FILE", named.Errors, StringComparison.Ordinal);
        Assert.Contains("what is stored is there, contents not decrypted", named.Errors, StringComparison.Ordinal);

        Assert.Contains("digest, contents, signature", table.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("1 encrypted snapshot only what is stored was checked", table.Errors, StringComparison.Ordinal);
        Assert.Contains("--keyfile FILE", table.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("snapshots: all is right", table.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("missingkey", table.Errors, StringComparison.Ordinal);
        Assert.All(without, static row =>
        {
            Assert.Equal(["index", "presence", "crc"], Words(row, "checked"));
            Assert.Equal(["digest", "contents", "signature"], Words(row, "not-checked"));
        });
        Assert.All(with, static row =>
        {
            Assert.Equal(["index", "presence", "crc", "digest", "contents", "signature"], Words(row, "checked"));
            Assert.False(row.TryGetProperty("not-checked", out _));
        });
        Assert.Contains("snapshots: all is right", right.Errors, StringComparison.Ordinal);

        static bool IsSecret(JsonElement row) => row.GetProperty("snapshot").GetString()!.StartsWith("host/secret", StringComparison.Ordinal);
        static IEnumerable<string?> Words(JsonElement row, string member) => row.GetProperty(member).EnumerateArray().Select(static word => word.GetString());

        foreach (string chunk in Directory.EnumerateFiles(Path.Combine(cli.Home, "stores/store1/.chunks"), "*", SearchOption.AllDirectories))
        {
            byte[] whole = await File.ReadAllBytesAsync(chunk, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(chunk, [.. whole[..^1], (byte)(whole[^1] ^ 1)], TestContext.Current.CancellationToken);
        }

        CliRun damaged = await cli.LineAsync(Verify.Replace("verify", "verify host/secret", StringComparison.Ordinal));
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("damaged", damaged.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("right CRCs", damaged.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OneSnapshotCannotBeRead_ShowsItAndSaysSo()
    {
        using CliHarness cli = new();
        await using (PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") }))
        {
            cli.Uses(server);
            cli.MakeTree();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id web --backup-time 2026-02-01T00:00:00Z")).Succeeded();
            (await cli.LineAsync("backup create root.pxar:tree --backup-id web --backup-time 2026-02-02T00:00:00Z")).Succeeded();
        }

        string group = Path.Combine(cli.Home, "stores", "store1", "host", "web");
        string manifest = Path.Combine(group, "2026-02-01T00:00:00Z", "index.json.blob");
        File.WriteAllBytes(manifest, File.ReadAllBytes(manifest)[..^3]);
        CliRun list = await cli.LineAsync("backup list host/web --store-directory stores/store1/ -o name");
        File.Delete(Path.Combine(group, "2026-02-02T00:00:00Z", "root.pxar.didx"));
        CliRun restore = await cli.LineAsync("backup restore host/web root.pxar out --store-directory stores/store1/");

        list.FailedWithCode(1);
        Assert.Equal("host/web/2026-02-01T00:00:00Z\nhost/web/2026-02-02T00:00:00Z\n", list.Output);
        Assert.Contains("host/web/2026-02-01T00:00:00Z is there, but cannot be read: ", list.Errors, StringComparison.Ordinal);
        string missing = restore.FailedWith(5);
        Assert.Contains("has no root.pxar.didx", missing, StringComparison.Ordinal);
        Assert.Contains("prox backup ls host/web/2026-02-02T00:00:00Z --store-directory ", missing, StringComparison.Ordinal);
        Assert.DoesNotContain("//", missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--store-directory stores/store1")]
    public async Task Restore_NewestIsUnfinished_TellsWhatIsTaken(string place)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") });
        cli.Uses(server);
        cli.MakeTree();
        (await cli.LineAsync("backup create root.pxar:tree --backup-id web --backup-time 2026-02-01T00:00:00Z")).Succeeded();
        (await cli.LineAsync("backup create root.pxar:tree --backup-id web --backup-time 2026-02-02T00:00:00Z")).Succeeded();
        CliRun newest = await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership {place}");
        File.Delete(Path.Combine(cli.Home, "stores", "store1", "host", "web", "2026-02-02T00:00:00Z", "index.json.blob"));

        CliRun older = await cli.LineAsync($"backup restore host/web root.pxar again --ignore-ownership {place} -o json");

        newest.Succeeded();
        Assert.DoesNotContain("no manifest", newest.Errors, StringComparison.Ordinal);
        using JsonDocument result = JsonDocument.Parse(older.Succeeded());
        Assert.Equal("host/web/2026-02-01T00:00:00Z", result.RootElement.GetProperty("data").GetProperty("snapshot").GetString());
        Assert.Contains("host/web/2026-02-02T00:00:00Z has no manifest", older.Errors, StringComparison.Ordinal);
        Assert.Contains("host/web/2026-02-01T00:00:00Z is taken instead", older.Errors, StringComparison.Ordinal);
        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("again"));
    }

    private static string DigestOfArchive(string store)
    {
        string index = Directory.EnumerateFiles(Path.Combine(store, "ns", "customers", "host", "web"), "root.pxar.didx", SearchOption.AllDirectories).Single();
        return ProxSharp.Backup.Formats.Indexes.DynamicIndex.Parse(File.ReadAllBytes(index))[0].Digest.ToString();
    }
}
