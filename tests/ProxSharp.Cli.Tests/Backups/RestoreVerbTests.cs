using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What restores and dry runs tell and leave behind.</summary>
public sealed class RestoreVerbTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("legacy")]
    [InlineData("metadata")]
    public async Task Restore_PatternThatMatchesNothing_LeavesNothingAndNamesIt(string mode)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli, $"--change-detection-mode {mode}");

        string error = (await cli.LineAsync($"backup restore {snapshot} root.pxar deep/out --pattern '*.nothing' --pattern /etc/passwd")).FailedWith(5);

        Assert.Contains("'*.nothing', '/etc/passwd'", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, "deep")));
        (await cli.LineAsync($"backup restore {snapshot} root.pxar deep/out --pattern empty --ignore-ownership")).Succeeded();
        Assert.True(Directory.Exists(Path.Combine(cli.Home, "deep", "out", "empty")));
    }

    [Fact]
    public async Task Restore_IntoDirectoriesThatExist_NeedsToBeAllowed()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);
        Directory.CreateDirectory(Path.Combine(cli.Home, "out", "etc"));

        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership")).FailedWith(6);
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --pattern etc")).Succeeded();
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --pattern etc")).FailedWith(6);
        (await cli.LineAsync($"backup restore {snapshot} root.pxar out --ignore-ownership --allow-existing-dirs --overwrite")).Succeeded();

        Assert.Equal(cli.ReadTree("tree"), cli.ReadTree("out"));
    }

    [Fact]
    public async Task List_Long_ShowsLinkTargets()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        string snapshot = await MakeAsync(cli);

        string table = (await cli.LineAsync($"backup ls {snapshot} root.pxar --long")).Succeeded();

        Assert.Contains("etc/hosts", table.Split('\n').Single(static line => line.Contains("/link", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("etc/hosts", (await cli.LineAsync($"backup ls {snapshot} root.pxar")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithoutTheKey_SaysOnceWhatToDo()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        (await cli.LineAsync("backup key create key.json --kdf none")).Succeeded();
        string snapshot = await MakeAsync(cli, "--keyfile key.json");

        string error = (await cli.LineAsync($"backup ls {snapshot} root.pxar")).FailedWith(4);

        Assert.DoesNotContain("SnapshotOpenOptions", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Split("--keyfile").Length);
    }

    [Fact]
    public async Task Create_DryRun_CountsFilesAndBytes()
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        cli.Write("disk.raw", new string('x', 5000));
        string id = BackupUser.NewId();

        JsonElement[] plan = [.. (await cli.JsonAsync(
            $"backup create root.pxar:tree disk.img:disk.raw hosts.conf:tree/etc/hosts --exclude '*.tmp' --backup-id {id} --dry-run")).EnumerateArray()];

        // The root, empty, etc, hosts, fstab, and the file with the patterns.
        Assert.Equal((6, 2, 36), (Number(plan[0], "entries"), Number(plan[0], "files"), Number(plan[0], "size")));
        Assert.Equal((1, 5000), (Number(plan[1], "files"), Number(plan[1], "size")));
        Assert.Equal((1, 20), (Number(plan[2], "files"), Number(plan[2], "size")));
        (await cli.LineAsync($"backup list host/{id}")).FailedWith(5);
    }

    [Theory]
    [InlineData("backup create root.pxar:nosuch")]
    [InlineData("backup create root.pxar:tree disk.img:nosuch --dry-run")]
    [InlineData("backup create a.conf:nosuch --keyfile nowhere.json")]
    public async Task Create_OfWhatIsNotThere_IsNotFound(string line)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();

        Assert.Contains("nosuch", (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_WhenAskedFor_EndWithTheirOwnExitCode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes bits of Linux.");
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        cli.MakeTree();
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree", ".pxarexclude"));
        string program = Path.Combine(cli.Home, "tree", "program");
        File.WriteAllText(program, "");
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.SetUser);
        }

        string id = BackupUser.NewId();

        CliRun made = await cli.LineAsync($"backup create root.pxar:tree --backup-id {id} --fail-on-warnings");
        CliRun restored = await cli.LineAsync($"backup restore host/{id} root.pxar out --ignore-ownership --fail-on-warnings");

        made.FailedWithCode(10);
        Assert.Contains("warning: root.pxar.didx: /.pxarexclude", made.Errors, StringComparison.Ordinal);
        restored.FailedWithCode(10);
        Assert.Contains("warning: /program", restored.Errors, StringComparison.Ordinal);
        (await cli.LineAsync($"backup restore host/{id} root.pxar again --ignore-ownership")).Succeeded();
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static async Task<string> MakeAsync(CliHarness cli, string options = "")
    {
        cli.MakeTree();
        File.CreateSymbolicLink(Path.Combine(cli.Home, "tree", "link"), "etc/hosts");
        return (await cli.LineAsync($"backup create root.pxar:tree --backup-id {BackupUser.NewId()} {options} -o name")).Succeeded().Trim();
    }
}
