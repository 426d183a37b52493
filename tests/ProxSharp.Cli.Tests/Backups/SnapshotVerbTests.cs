using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Notes, protection, logs and owners of backups.</summary>
public sealed class SnapshotVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Fact]
    public async Task Notes_OfSnapshotAndGroup_AreSetAndShown()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        string group = snapshot[..snapshot.LastIndexOf('/')];

        (await cli.LineAsync($"backup notes set {snapshot} 'before the upgrade' --dry-run")).Succeeded();
        Assert.Equal("\n", (await cli.LineAsync($"backup notes show {snapshot}")).Succeeded());
        (await cli.LineAsync($"backup notes set {snapshot} 'before the upgrade'")).Succeeded();
        (await cli.LineAsync($"backup notes set {group} 'the web server'")).Succeeded();

        Assert.Equal("before the upgrade\n", (await cli.LineAsync($"backup notes show {snapshot}")).Succeeded());
        Assert.Equal("the web server", (await cli.JsonAsync($"backup notes show {group}")).GetProperty("notes").GetString());
        JsonElement listed = Assert.Single((await cli.JsonAsync($"backup list {group}")).EnumerateArray());
        Assert.Equal("before the upgrade", listed.GetProperty("comment").GetString());
        (await cli.LineAsync($"backup notes show {group}/2020-01-01T00:00:00Z")).FailedWith(5);
        (await cli.LineAsync("backup notes show nothing")).FailedWith(2);
        Assert.Contains("no group host/nobody", (await cli.LineAsync("backup notes show host/nobody")).FailedWith(5), StringComparison.Ordinal);
        Assert.Contains("no group host/nobody", (await cli.LineAsync("backup notes set host/nobody text")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\ntwo", "one\ntwo\n")]
    [InlineData("one\r\n\r\ntwo\n", "one\n\ntwo\n")]
    [InlineData("a\rb\u001b[2Jc\td\ne", "a\\rb\\u001b[2Jc\\td\ne\n")]
    public async Task Notes_OfSeveralLines_ArePrintedAsLines(string notes, string expected)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        string written = (await cli.RunAsync("backup", "notes", "set", snapshot, notes)).Succeeded();

        Assert.Equal(expected, written);
        Assert.Equal(expected, (await cli.LineAsync($"backup notes show {snapshot}")).Succeeded());
        Assert.Equal(notes, (await cli.JsonAsync($"backup notes show {snapshot}")).GetProperty("notes").GetString());
    }

    [Fact]
    public async Task UploadLog_WithAnotherKey_StoresNothing()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync("backup key create other.json --kdf none")).Succeeded();
        string snapshot = await MakeAsync(cli, "--keyfile key.json");

        string refused = (await cli.LineAsync($"backup upload-log {snapshot} note.txt --keyfile other.json")).FailedWith(4);

        Assert.Contains("was made with the key", refused, StringComparison.Ordinal);
        (await cli.LineAsync($"backup upload-log {snapshot} note.txt --keyfile other.json --dry-run")).FailedWith(4);
        (await cli.LineAsync($"backup upload-log {snapshot} note.txt --keyfile key.json --dry-run")).Succeeded();
        (await cli.LineAsync($"backup upload-log {snapshot} note.txt --keyfile key.json")).Succeeded();
        Assert.Equal("a note\n", (await cli.LineAsync($"backup cat {snapshot} client.log --keyfile key.json")).Succeeded());
    }

    [Fact]
    public async Task Key_WithoutAPassphraseThatOthersMayRead_IsAWarning()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        string snapshot = await MakeAsync(cli, "--keyfile key.json");
        Assert.DoesNotContain("chmod", (await cli.LineAsync($"backup ls {snapshot} --keyfile key.json")).Errors, StringComparison.Ordinal);

        File.SetUnixFileMode(Path.Combine(cli.Home, "key.json"), (UnixFileMode)0b110_110_110);

        Assert.Contains("chmod 600", (await cli.LineAsync($"backup ls {snapshot} --keyfile key.json")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpdateProtection_TakesTheWordsOfSwitches_AndNothingElse()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        foreach ((string word, bool expected) in new[] { ("1", true), ("off", false), ("yes", true), ("0", false), ("on", true), ("no", false), ("TRUE", true) })
        {
            (await cli.LineAsync($"backup snapshot protected update {snapshot} {word}")).Succeeded();
            Assert.Equal(expected, (await cli.JsonAsync($"backup snapshot protected show {snapshot}")).GetProperty("protected").GetBoolean());
        }

        Assert.Contains("Required argument 'protected' missing", (await cli.LineAsync($"backup snapshot protected update {snapshot}")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("'maybe' is neither", (await cli.LineAsync($"backup snapshot protected update {snapshot} maybe")).FailedWith(2), StringComparison.Ordinal);
        Assert.True((await cli.JsonAsync($"backup snapshot protected show {snapshot}")).GetProperty("protected").GetBoolean());
        (await cli.LineAsync($"backup unprotect {snapshot}")).Succeeded();
    }

    [Fact]
    public async Task Protect_Snapshot_KeepsItFromBeingForgotten()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        (await cli.LineAsync($"backup protect {snapshot} --dry-run")).Succeeded();
        Assert.False((await cli.JsonAsync($"backup snapshot protected show {snapshot}")).GetProperty("protected").GetBoolean());
        (await cli.LineAsync($"backup protect {snapshot}")).Succeeded();
        Assert.Contains("protected", (await cli.LineAsync($"backup forget {snapshot} --yes")).FailedWith(6), StringComparison.Ordinal);
        Assert.Contains("so before", (await cli.LineAsync($"backup protect {snapshot}")).Errors, StringComparison.Ordinal);

        (await cli.LineAsync($"backup unprotect {snapshot}")).Succeeded();
        (await cli.LineAsync($"backup forget {snapshot} --yes")).Succeeded();
        (await cli.LineAsync($"backup protect {snapshot}")).FailedWith(5);
    }

    [Fact]
    public async Task Forget_GroupWithAProtectedSnapshot_SaysWhatIsGoneAndWhatIsLeft()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.Write("a.conf", "a");
        foreach (string day in (string[])["01", "02", "03"])
        {
            (await cli.LineAsync($"backup create a.conf:a.conf --backup-id partly --backup-time 2026-01-{day}T00:00:00Z")).Succeeded();
        }

        (await cli.LineAsync("backup protect host/partly/2026-01-02T00:00:00Z")).Succeeded();
        CliRun dry = await cli.LineAsync("backup forget host/partly --dry-run -o name");
        Assert.DoesNotContain("2026-01-02", dry.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("2026-01-03", dry.Output, StringComparison.Ordinal);
        Assert.Contains("host/partly/2026-01-02T00:00:00Z is protected: it stays, and the removal ends with exit code 6", dry.Errors, StringComparison.Ordinal);
        CliRun errors = await cli.LineAsync("backup forget host/partly --yes -o json");
        Assert.Equal(6, errors.ExitCode);
        using JsonDocument document = JsonDocument.Parse(errors.Errors);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Contains(
            "Removed were host/partly/2026-01-03T00:00:00Z, host/partly/2026-01-01T00:00:00Z; left are host/partly/2026-01-02T00:00:00Z",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(["host/partly/2026-01-03T00:00:00Z", "host/partly/2026-01-01T00:00:00Z"], Texts(error, "removed"));
        Assert.Equal(["host/partly/2026-01-02T00:00:00Z"], Texts(error, "left"));
        Assert.Contains("prox backup unprotect host/partly/2026-01-02T00:00:00Z", error.GetProperty("hint").GetString(), StringComparison.Ordinal);

        using JsonDocument again = JsonDocument.Parse((await cli.LineAsync("backup forget host/partly --yes -o json")).Errors);
        Assert.False(again.RootElement.GetProperty("error").TryGetProperty("removed", out _));
        Assert.Equal(["host/partly/2026-01-02T00:00:00Z"], Texts(again.RootElement.GetProperty("error"), "left"));

        static IEnumerable<string?> Texts(JsonElement item, string name) => item.GetProperty(name).EnumerateArray().Select(static one => one.GetString());
    }

    [Fact]
    public async Task Cat_FileNamedLikeAnOptionOfAnotherSystem_IsAPathAndNoHelp()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree"));
        cli.Write("tree/?", "what");
        cli.Write("tree/h", "aitch");
        (await cli.LineAsync("backup create r.pxar:tree --backup-id odd")).Succeeded();
        Assert.Equal("what", (await cli.RunAsync("backup", "cat", "host/odd", "r.pxar", "/?")).Succeeded());
        Assert.Equal("aitch", (await cli.RunAsync("backup", "cat", "host/odd", "r.pxar", "/h")).Succeeded());
        Assert.Contains("prox backup cat", (await cli.RunAsync("backup", "cat", "-?")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_BlobThatIsTooLarge_SaysHowElseItIsStored()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        byte[] data = new byte[17 << 20];
        new Random(1).NextBytes(data);
        await File.WriteAllBytesAsync(Path.Combine(cli.Home, "big.bin"), data, TestContext.Current.CancellationToken);
        Assert.Contains("as an image (NAME.img:PATH)", (await cli.LineAsync("backup create big.conf:big.bin --backup-id big")).FailedWith(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup files", false)]
    [InlineData("backup snapshot files", false)]
    [InlineData("backup files", true)]
    public async Task Files_OfASnapshot_AreThoseOfTheServerWithTheirEndings(string command, bool isLocal)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions { Delays = false, DatastoreDirectory = Path.Combine(cli.Home, "stores") }, TestContext.Current.CancellationToken);
        cli.Uses(server);
        cli.MakeTree();
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        (await cli.LineAsync("backup create root.pxar:tree notes.conf:tree/etc/hosts --backup-id web --keyfile key.json")).Succeeded();
        (await cli.LineAsync("backup upload-log host/web tree/etc/hosts --keyfile key.json")).Succeeded();

        JsonElement[] files = [.. (await cli.JsonAsync($"{command} host/web{(isLocal ? " --store-directory stores/store1" : "")}")).EnumerateArray()];

        Assert.Equal(
            ["catalog.pcat1.didx encrypt", "client.log.blob ", "index.json.blob sign-only", "notes.conf.blob encrypt", "root.pxar.didx encrypt"],
            files.Select(static file => $"{file.GetProperty("filename")} {(file.TryGetProperty("crypt-mode", out JsonElement mode) ? mode : "")}").Order(StringComparer.Ordinal));
        Assert.All(files, static file => Assert.Equal(file.GetProperty("filename").GetString() != "client.log.blob", file.TryGetProperty("size", out _)));
    }

    [Fact]
    public async Task UploadLog_OnceForASnapshot_IsReadBack()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        cli.Write("run.log", "first line\nsecond line\n");

        (await cli.LineAsync($"backup upload-log {snapshot} run.log")).Succeeded();

        Assert.Equal("first line\nsecond line\n", (await cli.LineAsync($"backup cat {snapshot} client.log")).Succeeded());
        Assert.Contains("already", (await cli.LineAsync($"backup upload-log {snapshot} run.log")).FailedWith(6), StringComparison.Ordinal);
        (await cli.LineAsync($"backup upload-log {snapshot} nowhere.log")).FailedWith(5);
        (await cli.LineAsync("backup upload-log host/laptop/2020-01-01T00:00:00Z run.log")).FailedWith(5);
    }

    [Fact]
    public async Task ChangeOwner_ToAUser_IsListed()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        string group = snapshot[..snapshot.LastIndexOf('/')];

        (await cli.LineAsync($"backup change-owner {group} {DefaultBackupServer.DemoUser}")).Succeeded();

        JsonElement listed = (await cli.JsonAsync("backup list")).EnumerateArray().Single(one => one.GetProperty("group").GetString() == group);
        Assert.Equal(DefaultBackupServer.DemoUser, listed.GetProperty("owner").GetString());
        (await cli.LineAsync("backup change-owner host/nobody demo@pbs")).FailedWith(5);
        Assert.Contains("prox pbs access user list", (await cli.LineAsync($"backup change-owner {group} nobody@pbs")).FailedWith(5), StringComparison.Ordinal);
        using CliHarness reader = new CliHarness().Uses(backup.Simulator).With("PROX_READ_ONLY", "1");
        (await reader.LineAsync($"backup change-owner {group} demo@pbs")).FailedWith(7);
    }

    private static async Task<string> MakeAsync(CliHarness cli, string options = "")
    {
        cli.Write("note.txt", "a note\n");
        return (await cli.LineAsync($"backup create note.conf:note.txt --backup-id {BackupUser.NewId()} {options} -o name")).Succeeded().Trim();
    }
}
