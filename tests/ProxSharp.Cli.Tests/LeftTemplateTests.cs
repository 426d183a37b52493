using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Whoever empties a node by a selection hears of the templates that a selection does not take.</summary>
public sealed class LeftTemplateTests
{
    private const string Remark = "1 template is left out, for a selection takes none: 9000. To move one: prox vm migrate 9000 pve3; all that fit: add template=any";

    [Theory]
    [InlineData("vm migrate @node-pve1 pve3 --with-local-disks", true)]
    [InlineData("vm migrate @node-pve1 pve3 --with-local-disks --dry-run", true)]
    [InlineData("vm migrate 9000,web-1 pve3 --with-local-disks --dry-run", false)]
    [InlineData("vm migrate web-1 pve3 --with-local-disks --dry-run", false)]
    [InlineData("vm migrate '@node-pve1 template=any' pve3 --dry-run", false)]
    [InlineData("vm migrate '@node-pve1 template=no' pve3 --dry-run", false)]
    [InlineData("vm migrate @node-pve1,-9000 pve3 --dry-run", false)]
    [InlineData("vm migrate @node-pve1 pve1 --dry-run", false)]
    public async Task Migrate_TemplatesOfASelection_AreTold(string line, bool isTold)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(isTold, run.Errors.Contains(Remark, StringComparison.Ordinal));
        Assert.Equal(isTold, run.Errors.Contains("left out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Migrate_CommandOfTheRemark_MovesTheTemplate()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync("vm migrate 9000 pve3")).Succeeded();

        Assert.Equal("pve3\n", (await cli.LineAsync("vm list 9000 --query '[0].node' -o yaml")).Succeeded());
    }
}
