using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

[Trait("Acceptance", "18")]
public sealed class BackupVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private static int s_id;

    private string Repository => $"{DefaultBackupServer.TokenId}@{backup.Simulator.Endpoint.Host}:{backup.Simulator.Endpoint.Port}:store1";

    [Theory]
    [InlineData("legacy")]
    [InlineData("data")]
    [InlineData("metadata")]
    public async Task CreateAndRestore_Directory_IsTheSourceAgain(string mode)
    {
        using CliHarness cli = User();
        MakeTree(cli);
        string id = NewId();

        (await cli.LineAsync($"backup create root.pxar:tree fstab.conf:tree/etc/fstab --backup-id {id} --change-detection-mode {mode}")).Succeeded();
        (await cli.LineAsync($"backup restore host/{id} root.pxar out --verify --ignore-ownership")).Succeeded();

        Assert.Equal(ReadTree(cli, "tree"), ReadTree(cli, "out"));
        Assert.Equal("/dev/sda / ext4\n", (await cli.LineAsync($"backup cat host/{id} fstab.conf")).Succeeded());
    }

    [Fact]
    public async Task Create_SecondRun_SendsOnlyWhatChanged()
    {
        using CliHarness cli = User();
        MakeImage(cli);
        string id = NewId();

        JsonElement first = await JsonAsync(cli, $"backup create disk.img:disk.raw --backup-id {id} --backup-time 2026-02-01T00:00:00Z -o json");
        JsonElement second = await JsonAsync(cli, $"backup create disk.img:disk.raw --backup-id {id} --backup-time 2026-02-02T00:00:00Z -o json");

        Assert.Equal(JsonValueKind.Null, first.GetProperty("previous").ValueKind);
        Assert.Equal($"host/{id}/2026-02-01T00:00:00Z", second.GetProperty("previous").GetString());
        Assert.Equal(0, second.GetProperty("bytes-uploaded").GetInt64());
        Assert.Equal(first.GetProperty("size").GetInt64(), second.GetProperty("bytes-reused").GetInt64());
    }

    [Fact]
    public async Task Restore_Image_IsTheSourceAgainInFileAndStream()
    {
        using CliHarness cli = User();
        byte[] source = MakeImage(cli);
        string id = NewId();
        (await cli.LineAsync($"backup create disk.img:disk.raw --backup-id {id}")).Succeeded();

        (await cli.LineAsync($"backup restore host/{id} disk.img copy.raw")).Succeeded();

        Assert.Equal(source, await File.ReadAllBytesAsync(Path.Combine(cli.Home, "copy.raw"), TestContext.Current.CancellationToken));
        (await cli.LineAsync($"backup restore host/{id} disk.img copy.raw")).FailedWith(6);
        (await cli.LineAsync($"backup restore host/{id} disk.img copy.raw --resume")).Succeeded();
        Assert.Contains("\"files\"", (await cli.LineAsync($"backup restore host/{id} index.json -")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_WithTheKey_IsReadable_AndWithoutIsNot()
    {
        using CliHarness cli = User();
        MakeTree(cli);
        string id = NewId();
        cli.With("SECRET", "a passphrase").With("PBS_ENCRYPTION_PASSWORD", "a passphrase");
        (await cli.LineAsync("backup key create key.json --new-passphrase env:SECRET --hint usual")).Succeeded();
        (await cli.LineAsync("backup key create other.json --kdf none")).Succeeded();

        JsonElement made = await JsonAsync(cli, $"backup create root.pxar:tree --backup-id {id} --keyfile key.json -o json");

        Assert.Equal((await cli.LineAsync("backup key show-fingerprint key.json")).Succeeded().Trim(), made.GetProperty("key-fingerprint").GetString());
        Assert.Equal("127.0.0.1 localhost\n", (await cli.LineAsync($"backup cat host/{id} root.pxar etc/hosts --keyfile key.json")).Succeeded());
        Assert.Contains("key", (await cli.LineAsync($"backup cat host/{id} root.pxar etc/hosts")).FailedWith(4), StringComparison.Ordinal);
        Assert.Contains("key", (await cli.LineAsync($"backup ls host/{id} --keyfile other.json")).FailedWith(4), StringComparison.Ordinal);
        cli.With("PBS_ENCRYPTION_PASSWORD", "something else");
        Assert.Contains("passphrase", (await cli.LineAsync($"backup ls host/{id} --keyfile key.json")).FailedWith(4), StringComparison.Ordinal);
        cli.With("PBS_ENCRYPTION_PASSWORD", "a passphrase");
        Assert.Contains("all is right", (await cli.LineAsync($"backup verify host/{id} --local --keyfile key.json")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Browse_Snapshot_ListsFindsAndPrints()
    {
        using CliHarness cli = User();
        MakeTree(cli);
        string id = NewId();
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --exclude '*.tmp'")).Succeeded();

        Assert.Equal("root.pxar\ncatalog.pcat1\n".Split('\n').Order(), (await cli.LineAsync($"backup ls host/{id} -o name")).Succeeded().Split('\n').Order());
        Assert.Equal("/etc/fstab\n/etc/hosts\n", (await cli.LineAsync($"backup ls host/{id} root.pxar etc -o name")).Succeeded());
        Assert.Equal("/etc/hosts\n", (await cli.LineAsync($"backup find host/{id} root.pxar hosts -o name")).Succeeded());
        (await cli.LineAsync($"backup find host/{id} root.pxar scratch.tmp -o name")).FailedWithCode(5);
        Assert.Equal("127.0.0.1 localhost\n", (await cli.LineAsync($"backup cat host/{id} root.pxar /etc/hosts")).Succeeded());
        Assert.Contains("/etc/nothing", (await cli.LineAsync($"backup cat host/{id} root.pxar /etc/nothing")).FailedWith(5), StringComparison.Ordinal);
        (await cli.LineAsync($"backup restore host/{id} root.pxar part --pattern /etc/hosts --ignore-ownership")).Succeeded();
        Assert.Equal(["etc/hosts"], ReadTree(cli, "part").Keys);
    }

    [Fact]
    public async Task Diff_TwoSnapshots_TellsWhatChanged()
    {
        using CliHarness cli = User();
        MakeTree(cli);
        string id = NewId();
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --backup-time 2026-02-01T00:00:00Z")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "tree", "etc", "hosts"), "changed, and longer than before\n", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(cli.Home, "tree", "scratch.tmp"));
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --backup-time 2026-02-02T00:00:00Z")).Succeeded();

        CliRun run = await cli.LineAsync(
            $"backup diff host/{id}/2026-02-01T00:00:00Z host/{id} root.pxar -o csv --fields change,path --sort path --no-header --query \"[?kind=='file']\"");

        run.FailedWithCode(1);
        Assert.Equal("changed,/etc/hosts\nremoved,/scratch.tmp\n", run.Output);
        (await cli.LineAsync($"backup diff host/{id} host/{id} root.pxar")).Succeeded();
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("data")]
    public async Task Diff_WithoutMetadata_ShowsNone(string mode)
    {
        using CliHarness cli = User();
        MakeTree(cli);
        string id = NewId();
        (await cli.LineAsync(
            $"backup create root.pxar:tree --backup-id {id} --change-detection-mode {mode} --backup-time 2026-02-01T00:00:00Z")).Succeeded();
        File.Delete(Path.Combine(cli.Home, "tree", "scratch.tmp"));
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "hosts"), "another length");
        File.SetLastWriteTimeUtc(Path.Combine(cli.Home, "tree", "etc", "hosts"), DateTime.UnixEpoch.AddDays(1));
        (await cli.LineAsync(
            $"backup create root.pxar:tree --backup-id {id} --change-detection-mode {mode} --backup-time 2026-02-02T00:00:00Z")).Succeeded();

        CliRun plain = await cli.LineAsync($"backup diff host/{id}/2026-02-01T00:00:00Z host/{id} root.pxar -o json");
        CliRun full = await cli.LineAsync($"backup diff host/{id}/2026-02-01T00:00:00Z host/{id} root.pxar --metadata -o json");

        plain.FailedWithCode(1);
        full.FailedWithCode(1);
        Assert.Contains("/scratch.tmp", plain.Output, StringComparison.Ordinal);
        Assert.Contains("\"parts\": \"length, modification-time\"", plain.Output, StringComparison.Ordinal);
        Assert.All((string[])["\"mode\"", "\"uid\"", "\"gid\""], name =>
        {
            Assert.DoesNotContain(name, plain.Output, StringComparison.Ordinal);
            Assert.Contains(name, full.Output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task PruneAndForget_AskFirst_AndRemove()
    {
        using CliHarness cli = User();
        cli.Write("note.txt", "a note\n");
        string id = NewId();
        for (int day = 1; day <= 3; day++)
        {
            (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {id} --backup-time 2026-03-0{day}T00:00:00Z")).Succeeded();
        }

        Assert.Equal(
            "remove\nremove\nkeep\n".Split('\n').Order(),
            (await cli.LineAsync($"backup prune host/{id} --keep-last 1 --dry-run --fields action -o csv --no-header")).Succeeded().Split('\n').Order());
        (await cli.LineAsync($"backup prune host/{id}")).FailedWith(2);
        (await cli.LineAsync($"backup prune host/{id} --keep-last 1")).Succeeded();
        Assert.Equal($"host/{id}/2026-03-03T00:00:00Z\n", (await cli.LineAsync($"backup list host/{id} -o name")).Succeeded());
        (await cli.LineAsync($"backup forget host/{id}/2026-03-03T00:00:00Z")).FailedWith(8);
        (await cli.LineAsync($"backup forget host/{id}/2026-03-03T00:00:00Z --yes")).Succeeded();
        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }

    [Fact]
    public async Task Verify_OnTheServer_WaitsForItsTask()
    {
        using CliHarness cli = User();
        cli.Write("note.txt", "a note\n");
        string id = NewId();
        (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {id}")).Succeeded();

        JsonElement task = await JsonAsync(cli, $"backup verify host/{id} -o json");

        Assert.StartsWith("UPID:", task.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.Equal("OK", task.GetProperty("exitstatus").GetString());
    }

    [Fact]
    public async Task Create_WithContextAndDatastore_NeedsNoRepository()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        cli.Write("note.txt", "a note\n");
        string id = NewId();

        Assert.Equal(
            $"host/{id}/2026-02-01T00:00:00Z\n",
            (await cli.LineAsync(
                $"backup create note.conf:note.txt --datastore store1 --ns customers --backup-id {id} --backup-time 2026-02-01T00:00:00Z -o name")).Succeeded());
        Assert.Contains(id, (await cli.LineAsync("backup list --datastore store1 --ns customers")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ReadOnly_IsRefused()
    {
        using CliHarness cli = User().With("PROX_READ_ONLY", "1");
        cli.Write("note.txt", "a note\n");

        (await cli.LineAsync("backup create note.conf:note.txt")).FailedWith(7);
    }

    [Theory]
    [InlineData("backup list --repository not:a:repository:at:all", 2, "repository")]
    [InlineData("backup list --repository x@pbs@host:store1 --datastore store1", 2, "--datastore")]
    [InlineData("backup create root.pxar", 2, "root.pxar")]
    [InlineData("backup create root.zip:/tmp", 2, "root.zip")]
    [InlineData("backup create a.conf:/etc/hostname --rate fast", 2, "fast")]
    [InlineData("backup create root.pxar:/nonexistent/path --backup-id bad", 5, "/nonexistent/path")]
    [InlineData("backup ls host/nobody", 5, "host/nobody")]
    [InlineData("backup ls host/laptop/2020-01-01T00:00:00Z", 5, "host/laptop/2020-01-01T00:00:00Z")]
    [InlineData("backup ls laptop", 2, "laptop")]
    [InlineData("backup ls host/laptop --keyfile nowhere.json", 5, "nowhere.json")]
    [InlineData("backup list --ns no/such/place", 5, "namespace")]
    [InlineData("backup prune host/laptop --keep-last 0", 2, "--keep-last")]
    [InlineData("backup key info nowhere.json", 5, "nowhere.json")]
    [InlineData("backup key create k.json", 4, "passphrase")]
    [InlineData("backup list --repository x@pbs@127.0.0.1:1:store1", 3, "127.0.0.1")]
    public async Task Verb_BadInput_IsOneLineWithItsExitCode(string line, int exitCode, string expected)
    {
        using CliHarness cli = User();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WrongSecret_IsAnAuthenticationError()
    {
        using CliHarness cli = User().With("PBS_PASSWORD", "wrong");

        (await cli.LineAsync("backup list")).FailedWith(4);
    }

    [Fact]
    public async Task Key_PassphraseAndMasterKey_GoRound()
    {
        using CliHarness cli = User().With("OLD", "old passphrase").With("NEW", "new passphrase");
        cli.Write("note.txt", "a note\n");
        string id = NewId();
        (await cli.LineAsync("backup key create key.json --new-passphrase env:OLD --kdf pbkdf2")).Succeeded();
        string fingerprint = (await cli.LineAsync("backup key show-fingerprint key.json")).Succeeded();
        (await cli.LineAsync("backup key create key.json --kdf none")).FailedWith(6);

        (await cli.LineAsync("backup key change-passphrase key.json --key-passphrase env:OLD --new-passphrase env:NEW")).Succeeded();
        (await cli.LineAsync("backup key change-passphrase key.json --key-passphrase env:OLD --kdf none")).FailedWith(4);
        Assert.Contains("BEGIN PROXMOX BACKUP KEY", (await cli.LineAsync("backup key paper key.json")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("backup key create-master . --new-passphrase env:NEW")).Succeeded();
        (await cli.LineAsync(
            $"backup create note.conf:note.txt --backup-id {id} --keyfile key.json --key-passphrase env:NEW --master-pubkey-file master-public.pem")).Succeeded();
        (await cli.LineAsync($"backup restore host/{id} rsa-encrypted.key rsa.key --keyfile key.json --key-passphrase env:NEW")).Succeeded();
        (await cli.LineAsync("backup key recover rsa.key master-private.pem again.json --key-passphrase env:NEW --kdf none")).Succeeded();

        Assert.Equal(fingerprint, (await cli.LineAsync("backup key show-fingerprint again.json")).Succeeded());
    }

    [Fact]
    public async Task Create_DryRun_SendsNothing()
    {
        using CliHarness cli = User();
        cli.Write("note.txt", "a note\n");
        string id = NewId();

        Assert.Contains("note.txt", (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {id} --dry-run -o json")).Succeeded(), StringComparison.Ordinal);

        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }

    [Fact]
    public async Task Benchmark_WithRepository_MeasuresAllSteps()
    {
        using CliHarness cli = User();

        string steps = (await cli.LineAsync("backup benchmark --seconds 1 -o csv --fields step --no-header")).Succeeded();

        Assert.Equal("tls\nsha256\ncompress\ndecompress\nverify\naes256_gcm\nchunker\n", steps);
    }

    private static string NewId() => $"test-{Interlocked.Increment(ref s_id)}";

    private static void MakeTree(CliHarness cli)
    {
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", "etc"));
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", "empty"));
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "hosts"), "127.0.0.1 localhost\n");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "etc", "fstab"), "/dev/sda / ext4\n");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "scratch.tmp"), "scratch");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "grüße"), "");
    }

    private static byte[] MakeImage(CliHarness cli)
    {
        byte[] image = new byte[9 << 20];
        new Random(7).NextBytes(image.AsSpan(0, 5 << 20));
        File.WriteAllBytes(Path.Combine(cli.Home, "disk.raw"), image);
        return image;
    }

    private static Dictionary<string, string> ReadTree(CliHarness cli, string folder)
    {
        string root = Path.Combine(cli.Home, folder);
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToDictionary(
            path => Path.GetRelativePath(root, path), static path => $"{File.ReadAllText(path)} {File.GetLastWriteTimeUtc(path):O}");
    }

    private static async Task<JsonElement> JsonAsync(CliHarness cli, string line)
    {
        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync(line)).Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }

    private CliHarness User() => new CliHarness()
        .With("PBS_REPOSITORY", Repository)
        .With("PBS_PASSWORD", DefaultBackupServer.TokenSecret)
        .With("PBS_FINGERPRINT", backup.Simulator.Fingerprint);
}
