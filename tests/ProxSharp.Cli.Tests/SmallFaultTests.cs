using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Small things that a reader of results and hints stumbles over.</summary>
public sealed class SmallFaultTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string NoTask = "UPID:pve1:000003E8:00001000:65000000:qmstart:100:root@pam:";

    [Theory]
    [InlineData("vm show web-1 -o json", "pve1")]
    [InlineData("ct show dns -o json", "pve1")]
    [InlineData("guest show web-2 -o json", "pve2")]
    public async Task Show_Guest_TellsItsNode(string line, string node)
    {
        using CliHarness cli = await cluster.UserAsync();

        using JsonDocument shown = JsonDocument.Parse((await cli.LineAsync(line)).Succeeded());

        Assert.Equal(node, shown.RootElement.GetProperty("data").GetProperty("node").GetString());
    }

    [Fact]
    public async Task Show_OtherFormats_TellTheNodeToo()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("vmid,node\n100,pve1\n101,pve2\n", (await cli.LineAsync("vm show 100,101 --fields vmid,node -o csv")).Succeeded());
        Assert.Matches(@"(?m)^node\s+pve1\s*$", (await cli.LineAsync("vm show web-1")).Succeeded());
        Assert.Contains("node: pve1", (await cli.LineAsync("vm show web-1 -o yaml")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("task show " + NoTask)]
    [InlineData("task log " + NoTask)]
    [InlineData("task wait " + NoTask)]
    [InlineData("task stop " + NoTask)]
    [InlineData("api get /nodes/pve1/tasks/" + NoTask + "/status")]
    public async Task Task_ThatThereIsNot_PointsToTheList(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("prox task list", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node show pve1 --chart")]
    [InlineData("node rrd pve1 --png")]
    public async Task Rrd_OptionOfCharts_PointsToTheChart(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("prox node chart", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_ReadOnlyWithoutAContext_NamesNone()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.With("PROX_READ_ONLY", "1").RunAsync(
            "api", "create", "/nodes/pve1/qemu/100/status/stop", "--url", cluster.Url, "--token-id", "a@pve!b", "--secret", "env:LAB_SECRET", "--fingerprint",
            cluster.Simulator.Fingerprint, "--yes");

        Assert.Equal(7, run.ExitCode);
        Assert.DoesNotContain("The context ''", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing may be changed here", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_KeyThatIsDeletedTwice_IsShownOnce()
    {
        using CliHarness cli = await cluster.UserAsync();

        string shown = (await cli.LineAsync("vm set web-1 --delete scsi0,scsi0 --dry-run")).Succeeded();

        Assert.Single(shown.Split('\n'), static line => line.StartsWith("  - scsi0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DryRun_KeyThatIsSetAndDeleted_IsRefusedAsByTheServer()
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync("vm set web-1 --delete tags,onboot --tags x --dry-run")).FailedWith(2);

        Assert.Contains("'tags' is to be set and to be deleted", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_AsAnOptionWithOthers_IsTheCommand()
    {
        using CliHarness cli = new();

        Assert.Equal((await cli.LineAsync("version -o json")).Succeeded(), (await cli.LineAsync("--version -o json")).Succeeded());
    }

    [Fact]
    public async Task DryRun_TextWithLines_IsWrittenAsShellsReadIt()
    {
        using CliHarness cli = await cluster.UserAsync();

        string shown = (await cli.RunAsync("vm", "set", "web-1", "--description", "it's\none \\ two", "--dry-run")).Succeeded();

        Assert.Contains(@"description=$'it\'s\none \\ two'", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain vm set net31", 0, "")]
    [InlineData("explain vm set net32", 2, "There is no parameter 'net32'")]
    [InlineData("context add . https://pve1 --user root@pam --secret env:X", 2, "'.' cannot be the name of a context")]
    [InlineData("context add .. https://pve1 --user root@pam --secret env:X", 2, "'..' cannot be the name of a context")]
    public async Task Names_OutOfBounds_AreRefused(string line, int exitCode, string expected)
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync(line);

        run.FailedWithCode(exitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_WhatItRemembers_IsForItsUserAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using CliHarness cli = await cluster.UserAsync();

        (await cli.RunAsync("complete", "--line", "prox vm show w")).Succeeded();

        string[] files = Directory.GetFiles(Path.Combine(cli.Home, ".cache", "prox"));
        Assert.NotEmpty(files);
        Assert.All(files, static file => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)));
    }
}
