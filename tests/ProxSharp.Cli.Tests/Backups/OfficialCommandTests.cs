using System.Text.Json;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Commands of the official client: those that are understood, and those that are refused with what to use instead.</summary>
public sealed class OfficialCommandTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("mount host/web root.pxar /mnt", "prox backup restore")]
    [InlineData("map host/web disk.img", "prox backup restore")]
    [InlineData("unmap", "prox backup restore")]
    [InlineData("login", "PBS_PASSWORD")]
    [InlineData("logout", "PBS_PASSWORD")]
    [InlineData("catalog shell host/web root.pxar", "prox backup ls")]
    [InlineData("namespace list", "prox datastore namespace list")]
    [InlineData("namespace create customers/acme", "prox datastore namespace create")]
    [InlineData("namespace delete customers/acme --delete-groups", "prox datastore namespace delete")]
    [InlineData("task list --limit 5", "prox task list")]
    [InlineData("task log UPID:x", "prox task log")]
    [InlineData("task stop UPID:x", "prox task stop")]
    [InlineData("group list", "prox backup list")]
    [InlineData("key show-master-pubkey", "openssl")]
    public async Task Command_WithoutACounterpart_NamesWhatToUse(string line, string hint)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        Assert.Contains(hint, (await cli.LineAsync($"backup {line}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup list --output-format json-pretty", "backup list -o json")]
    [InlineData("backup list --output-format=json", "backup list -o json")]
    [InlineData("backup snapshot list --output-format text host/web", "backup snapshot list -o table host/web")]
    [InlineData("backup root.pxar:/ --output-format json", "backup create root.pxar:/ -o json")]
    [InlineData("backup find host/web root.pxar -- --output-format", "backup find host/web root.pxar -- --output-format")]
    [InlineData("backup group forget host/web", "backup forget host/web")]
    [InlineData("backup prune host/web --dry-run 1 --keep-last 2", "backup prune host/web --dry-run --keep-last 2")]
    [InlineData("backup prune host/web --dry-run yes", "backup prune host/web --dry-run")]
    [InlineData("backup prune host/web --dry-run on", "backup prune host/web --dry-run")]
    [InlineData("backup prune host/web --dry-run 0", "backup prune host/web --dry-run=false")]
    [InlineData("backup prune host/web --dry-run=no", "backup prune host/web --dry-run=false")]
    [InlineData("backup prune --quiet off host/web", "backup prune --quiet=false host/web")]
    [InlineData("backup prune --dry-run host/web", "backup prune --dry-run host/web")]
    [InlineData("backup restore --ignore-permissions 1 host/web root.pxar out", "backup restore --ignore-permissions host/web root.pxar out")]
    [InlineData("backup restore host/web root.pxar -- --overwrite 1", "backup restore host/web root.pxar -- --overwrite 1")]
    public void Complete_WordsOfTheOfficialClient_BecomeThoseOfProx(string line, string expected) =>
        Assert.Equal(expected, string.Join(' ', OfficialSpelling.Complete(line.Split(' '))));

    [Theory]
    [InlineData("backup list", "backup list --no-header")]
    [InlineData("backup list --no-header", "backup list --no-header")]
    [InlineData("backup find a b -- c", "backup find a b --no-header -- c")]
    [InlineData("vm list", "vm list")]
    public void Complete_VariableWithoutHeaders_IsHonoured(string line, string expected) =>
        Assert.Equal(expected, string.Join(' ', OfficialSpelling.Complete(line.Split(' '), withoutHeader: true)));

    [Fact]
    public async Task Help_OfACommandThatThereIsNot_IsAnError()
    {
        using CliHarness cli = new();

        Assert.Contains("frobnicate", (await cli.LineAsync("frobnicate --help")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup list", "json", "backup list -o json")]
    [InlineData("backup list", "json-pretty", "backup list -o json")]
    [InlineData("backup list", "text", "backup list")]
    [InlineData("backup list -o yaml", "json", "backup list -o yaml")]
    [InlineData("backup list --output=csv", "json", "backup list --output=csv")]
    [InlineData("backup list --output-format text", "json", "backup list -o table")]
    [InlineData("backup list --help", "json", "backup list --help")]
    [InlineData("backup root.pxar:/ -- x", "json", "backup create root.pxar:/ -o json -- x")]
    [InlineData("vm list", "json", "vm list")]
    public void Complete_FormatOfTheVariable_IsTakenWhereNoneIsTyped(string line, string format, string expected) =>
        Assert.Equal(expected, string.Join(' ', OfficialSpelling.Complete(line.Split(' '), format)));

    [Fact]
    public async Task List_FormatOfTheVariable_IsThatOfResultsAndErrors()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator).With("PROXMOX_OUTPUT_FORMAT", "json");
        using CliHarness other = new CliHarness().Uses(backup.Simulator).With("PROXMOX_OUTPUT_FORMAT", "xml");

        Assert.StartsWith("{", (await cli.LineAsync("backup list")).Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("{", (await cli.LineAsync("backup list --repository x")).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("{", (await cli.LineAsync("backup list -o table")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("'xml' is none of text, json and json-pretty", (await other.LineAsync("backup list")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10M", 10_000_000)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("500k", 500_000)]
    [InlineData("500kB", 500_000)]
    [InlineData("1.5 MB", 1_500_000)]
    [InlineData("2Mi", 2 << 20)]
    [InlineData("512KiB", 512 << 10)]
    [InlineData("100b", 100)]
    [InlineData("100", 100)]
    public void Rate_WithAnyUnitOfTheOfficialClient_IsRead(string text, long expected) => Assert.Equal(expected, BackupRate.Parse("--rate", text));

    [Theory]
    [InlineData("10X")]
    [InlineData("Mi")]
    [InlineData("0")]
    [InlineData("-1M")]
    [InlineData("10Bi")]
    public void Rate_OtherWords_AreRefused(string text) => Assert.Equal(2, Assert.Throws<CliException>(() => BackupRate.Parse("--rate", text)).Error.ExitCode);

    [Fact]
    public async Task Prune_DryRunWithATruthValue_RemovesNothing()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id} --backup-time 2026-02-01T00:00:00Z --rate 10M --skip-lost-and-found 1")).Succeeded();
        (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id} --backup-time 2026-02-02T00:00:00Z")).Succeeded();

        (await cli.LineAsync($"backup prune host/{id} --keep-last 1 --dry-run yes")).Succeeded();
        Assert.Equal(2, (await cli.LineAsync($"backup snapshots host/{id} -o name")).Succeeded().Count(static letter => letter == '\n'));

        (await cli.LineAsync($"backup prune host/{id} --keep-last 1 --dry-run 0")).Succeeded();
        Assert.Equal(1, (await cli.LineAsync($"backup snapshots host/{id} -o name")).Succeeded().Count(static letter => letter == '\n'));
    }

    [Fact]
    public async Task KeyDescriptor_OfAFileWithoutAKey_SaysSo()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("note.txt", "a note\n");
        using FileStream other = File.OpenRead(Path.Combine(cli.Home, "note.txt"));

        string line = (await cli.LineAsync($"backup note.conf:note.txt --keyfd {other.SafeFileHandle.DangerousGetHandle()}")).FailedWith(1);

        Assert.Contains("What --keyfd names holds no key", line, StringComparison.Ordinal);
        Assert.DoesNotContain("URL", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputFormat_OfResultsAndErrors_IsFollowed()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        using JsonDocument listed = JsonDocument.Parse((await cli.LineAsync("backup list --output-format json-pretty")).Succeeded());
        CliRun failed = await cli.LineAsync("backup list host/nobody --output-format=json");

        Assert.Equal(JsonValueKind.Array, listed.RootElement.GetProperty("data").ValueKind);
        Assert.Equal(5, failed.ExitCode);
        using JsonDocument error = JsonDocument.Parse(failed.Errors);
        Assert.Equal(JsonValueKind.Object, error.RootElement.ValueKind);
        Assert.Contains("json-pretty", (await cli.LineAsync("backup list --output-format xml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfTheDatastore_ShowsItsUse()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        JsonElement status = await cli.JsonAsync("backup status");

        Assert.Equal("store1", status.GetProperty("store").GetString());
        Assert.True(status.GetProperty("total").GetInt64() >= status.GetProperty("used").GetInt64() + status.GetProperty("avail").GetInt64() / 2);
        Assert.True(status.GetProperty("avail").GetInt64() > 0);
    }

    [Fact]
    public async Task GarbageCollect_OfTheDatastore_WaitsForItsTask()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        Assert.Contains("/gc", (await cli.LineAsync("backup garbage-collect --dry-run -o json")).Succeeded(), StringComparison.Ordinal);
        JsonElement task = await cli.JsonAsync("backup garbage-collect");

        Assert.Contains("garbage_collection", task.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.Equal("OK", task.GetProperty("exitstatus").GetString());
        using CliHarness reader = new CliHarness().Uses(backup.Simulator).With("PROX_READ_ONLY", "1");
        (await reader.LineAsync("backup garbage-collect")).FailedWith(7);
    }

    [Fact]
    public async Task Version_WithAndWithoutAServer_IsShown()
    {
        using CliHarness alone = new();
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);

        JsonElement own = await alone.JsonAsync("backup version");
        JsonElement both = await cli.JsonAsync("backup version");

        Assert.Equal(ToolVersion.Text, own.GetProperty("client").GetString());
        Assert.False(own.TryGetProperty("server", out _));
        Assert.Matches(@"^\d+\.\d+", both.GetProperty("server").GetString());
    }

    [Fact]
    public async Task CatalogDump_OfASnapshot_ListsAllItsTrees()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        string id = BackupUser.NewId();
        (await cli.LineAsync($"backup root.pxar:tree etc.pxar:tree/etc --backup-id {id}")).Succeeded();

        JsonElement[] rows = [.. (await cli.JsonAsync($"backup catalog dump host/{id}")).EnumerateArray()];
        string[] paths = [.. rows.Select(static row => $"{row.GetProperty("archive").GetString()}{row.GetProperty("path").GetString()}")];

        Assert.Contains("root.pxar/etc/hosts", paths);
        Assert.Contains("root.pxar/empty", paths);
        Assert.Contains("etc.pxar/fstab", paths);
    }

    [Theory]
    [InlineData("encrypt")]
    [InlineData("sign-only")]
    public async Task SnapshotFiles_WithoutTheKey_AreListed(string mode)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator).With("NEW", "a passphrase");
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id} --keyfile key.json --crypt-mode {mode}")).Succeeded();

        Assert.Equal("note.conf.blob\nindex.json.blob\n", (await cli.LineAsync($"backup snapshot files host/{id} -o name")).Succeeded());
        Assert.Equal("note.conf.blob\nindex.json.blob\n", (await cli.LineAsync($"backup files host/{id} -o name")).Succeeded());
        Assert.Equal(mode, (await cli.JsonAsync($"backup ls host/{id}"))[0].GetProperty("crypt-mode").GetString());
        Assert.Equal("note.conf\n", (await cli.LineAsync($"backup ls host/{id} --keyfile key.json -o name")).Succeeded());
    }

    [Fact]
    public async Task GroupForget_OfAGroup_RemovesIt()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("note.txt", "a note\n");
        string id = BackupUser.NewId();
        (await cli.LineAsync($"backup note.conf:note.txt --backup-id {id}")).Succeeded();

        (await cli.LineAsync($"backup group forget host/{id}")).FailedWith(8);
        (await cli.LineAsync($"backup group forget host/{id} --yes")).Succeeded();

        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }
}
