using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What was asked for a moment ago, and is under way, counts: nobody is told that a guest which starts at this moment is stopped already.</summary>
public sealed class UnderWayTests
{
    [Theory]
    [InlineData("vm start 106", "vm stop 106", "/status/stop")]
    [InlineData("vm start 106", "guest shutdown staging", "/status/shutdown")]
    [InlineData("vm start 106", "vm reboot 106", "/status/reboot")]
    [InlineData("vm stop 104", "vm start 104", "/status/start")]
    [InlineData("vm migrate 104 pve1 --online", "vm migrate 104 pve2 --online", "/migrate")]
    [InlineData("guest stop 104,200 --max 2", "guest start 104,200", "/lxc/200/status/start")]
    public async Task Opposite_WhileTheFirstIsUnderWay_IsSent(string first, string second, string path)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.SlowAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync($"{first} --no-wait")).Succeeded();

        string shown = (await cli.LineAsync($"{second} --dry-run")).Succeeded();

        Assert.Contains($"{path}", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("skipped", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_WhileNothingIsUnderWay_IsSkipped()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.SlowAsync();
        using CliHarness cli = await cluster.UserAsync();
        CliRun shown = await cli.LineAsync("vm stop 106 --dry-run");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("it is stopped already", shown.Errors + shown.Output, StringComparison.Ordinal);
    }
}
