using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>What backup commands say about slips and odd files.</summary>
public sealed class BackupMessageTests
{
    [Theory]
    [InlineData("null.conf:/dev/null", "is a device or a socket")]
    [InlineData("zero.img:/dev/zero", "is a pipe or the like")]
    [InlineData("root.pxar:tree/etc/hosts", "is no directory")]
    [InlineData("disk.img:empty", "it is empty")]
    public async Task Create_SourceOfAnotherKind_IsRefusedBeforeAnythingIsSent(string source, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This is for Linux.");
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "empty"), "", TestContext.Current.CancellationToken);
        long before = server.Traffic.RequestCount;

        foreach (string option in (string[])["", " --dry-run"])
        {
            string error = (await cli.LineAsync($"backup create {source} --backup-id web{option}")).FailedWith(2);
            Assert.Contains(reason, error, StringComparison.Ordinal);
            Assert.Contains("name.pxar takes a directory", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, server.Traffic.RequestCount);
    }

    [Fact]
    public async Task Create_TimeIsNotAfterTheLastBackup_SaysWhatToDo()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();
        const string Line = "backup create root.pxar:tree --backup-id web --backup-time";
        (await cli.LineAsync($"{Line} 2026-02-02T00:00:00Z")).Succeeded();

        string error = (await cli.LineAsync($"{Line} 2026-02-01T00:00:00Z")).FailedWith(6);

        Assert.Contains("newest snapshot of host/web", error, StringComparison.Ordinal);
        Assert.Contains("prox backup list host/web", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1970-01-01")]
    [InlineData("1969-07-20T20:17:40Z")]
    public async Task Create_TimeThatNoSnapshotHas_IsASlipInThatOption(string time)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();

        string error = (await cli.LineAsync($"backup create root.pxar:tree --backup-id web --backup-time {time}")).FailedWith(2);

        Assert.Contains($"--backup-time '{time}'", error, StringComparison.Ordinal);
        Assert.Contains("Leave it out for now", error, StringComparison.Ordinal);
        Assert.DoesNotContain("crypt mode", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ls_FilesOfTimesBefore1970_ShowsThem()
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        cli.MakeTree();
        File.SetLastWriteTimeUtc(Path.Combine(cli.Home, "tree", "scratch.tmp"), new(1965, 3, 4, 5, 6, 7, DateTimeKind.Utc));
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "tree", "epoch"), "old", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(Path.Combine(cli.Home, "tree", "epoch"), DateTime.UnixEpoch);
        (await cli.LineAsync("backup create root.pxar:tree --backup-id web")).Succeeded();

        string table = (await cli.LineAsync("backup ls host/web root.pxar -o table")).Succeeded();

        Assert.Contains("1965-03-04 05:06:07Z", table, StringComparison.Ordinal);
        Assert.Contains("1970-01-01 00:00:00Z", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordFile_ThatOthersMayRead_IsTakenWithAWarning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Modes are for Unix.");
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.Uses(server);
        string file = Path.Combine(cli.Home, "secret");
        await File.WriteAllTextAsync(file, DefaultBackupServer.TokenSecret, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        cli.With("PBS_PASSWORD", "").With("PBS_PASSWORD_FILE", file);
        CliRun listed = await cli.LineAsync("backup list");

        listed.Succeeded();
        Assert.Contains("has mode 0444", listed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangePassphrase_NewFileCannotBeWritten_NamesTheKeyAndSaysThatItIsUnchanged()
    {
        using CliHarness cli = new();
        // The name of a file beside it would be too long.
        string name = $"{new string('k', 245)}.json";
        (await cli.LineAsync($"backup key create {name} --kdf none")).Succeeded();
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(cli.Home, name), TestContext.Current.CancellationToken);

        string error = (await cli.LineAsync($"backup key change-passphrase {name} --kdf none")).FailedWith(1);

        Assert.Contains($"{name} cannot be changed", error, StringComparison.Ordinal);
        Assert.Contains("as it was", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(cli.Home, name), TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(cli.Home, "kkk*"));
    }
}
