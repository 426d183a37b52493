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
}
