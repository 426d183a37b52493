using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary><c>--all</c> in place of the selection, where other arguments follow it; and numbers that others take meanwhile.</summary>
public sealed class AllWordTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm snapshot create --all nightly", "/nodes/pve3/qemu/103/snapshot", "snapname=nightly")]
    [InlineData("vm snapshot create nightly --all", "/nodes/pve3/qemu/103/snapshot", "snapname=nightly")]
    [InlineData("vm snapshot create --all create", "/nodes/pve3/qemu/103/snapshot", "snapname=create")]
    [InlineData("vm migrate --all pve2", "/nodes/pve3/qemu/103/migrate", "target=pve2")]
    [InlineData("ct resize --all rootfs +1G", "/nodes/pve3/lxc/202/resize", "size=+1G")]
    public async Task All_BeforeOtherArguments_MeansEveryGuest(string line, string path, string parameter)
    {
        using CliHarness cli = await cluster.RootAsync();

        string shown = (await cli.LineAsync($"{line} --dry-run")).Succeeded();

        Assert.Contains(path, shown, StringComparison.Ordinal);
        Assert.Contains(parameter, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_BesideANamedGuest_IsRefused()
    {
        using CliHarness cli = await cluster.RootAsync();

        Assert.Contains("--all", (await cli.LineAsync("vm migrate web-1 pve2 --all --dry-run")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_WhoseNumberSomebodyTakes_GetsAnother()
    {
        await using SimulatedCluster still = await SimulatedCluster.StillAsync();
        using CliHarness cli = await still.RootAsync();
        still.Simulator.Faults.When(
            static request => request.Path.EndsWith("/clone", StringComparison.Ordinal),
            Fault.Status(500, "unable to create VM 107: config file already exists"), times: 1);

        CliRun run = await cli.LineAsync("vm clone 9000 web-77");

        run.Succeeded();
        Assert.Contains("107 was taken meanwhile", run.Errors, StringComparison.Ordinal);
    }
}
