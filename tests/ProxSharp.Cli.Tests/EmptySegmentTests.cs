using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Nothing in the place of a name is a mistake, never a call on what holds the named things.</summary>
public sealed class EmptySegmentTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("storage delete '' --yes", "storage")]
    [InlineData("storage delete '' --dry-run", "storage")]
    [InlineData("access user delete '' --dry-run", "userid")]
    [InlineData("vm firewall ipset entry delete 100 blk '' --yes", "cidr")]
    [InlineData("firewall group rule delete grp '' --yes", "pos")]
    [InlineData("ceph pool create p1 --node= --dry-run", "node")]
    public async Task Change_OfNothing_IsAMistake(string line, string name)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains($"The value for '{name}' is empty", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("firewall group rule delete .. 0 --yes", "group")]
    [InlineData("firewall group rule delete . 0 --dry-run", "group")]
    [InlineData("storage delete 'a\tb' --dry-run", "storage")]
    public async Task Change_OfAStep_IsAMistake(string line, string name)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains($"The value for '{name}'", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }
}
