using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What <c>-o name</c> writes can be given to other commands: one line for each thing, and nothing that no command takes.</summary>
public sealed class NameOutputTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Snapshots_StateNow_IsNoName()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        Assert.Equal("", (await cli.LineAsync("vm snapshot list staging -o name")).Succeeded());
        (await cli.LineAsync("vm snapshot create staging before-upgrade")).Succeeded();

        Assert.Equal("before-upgrade\n", (await cli.LineAsync("vm snapshot list staging -o name")).Succeeded());
        Assert.Contains("current", (await cli.LineAsync("vm snapshot list staging")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("current", (await cli.LineAsync("vm snapshot list staging -o name --fields name")).Succeeded(), StringComparison.Ordinal);
        foreach (string name in (await cli.LineAsync("vm snapshot list staging -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            (await cli.RunAsync("vm", "snapshot", "show", "staging", name)).Succeeded();
        }
    }

    [Theory]
    [InlineData("version", "")]
    [InlineData("vm show web-1", "100\n")]
    [InlineData("vm config web-1", "100\n")]
    [InlineData("node show pve1", "pve1\n")]
    [InlineData("storage show local --node pve1", "local\n")]
    [InlineData("access user show demo@pve", "demo@pve\n")]
    [InlineData("api get /nodes/pve1/status", "pve1\n")]
    [InlineData("api get /version", "")]
    [InlineData("vm config web-1 --fields name", "web-1\n")]
    public async Task OneThing_IsNamedAsItWasAskedFor(string line, string name)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(name, (await cli.LineAsync($"{line} -o name")).Succeeded());
    }

    [Fact]
    public async Task Storages_OnSeveralNodes_AreNamedOnce()
    {
        using CliHarness cli = await cluster.UserAsync();

        string[] names = (await cli.LineAsync("storage list -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("local", names);
        Assert.Equal(names.Distinct(), names);
        foreach (string name in names)
        {
            (await cli.RunAsync("storage", "show", name)).Succeeded();
        }
    }

    [Fact]
    public async Task Paths_OfTheApi_AreNamedSoThatTheyCanBeDescribed()
    {
        using CliHarness cli = await cluster.UserAsync();

        string[] paths = (await cli.LineAsync("api ls /nodes/{node}/qemu/{vmid} -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(paths.Distinct(), paths);
        Assert.NotEmpty(paths);
        foreach (string path in paths)
        {
            (await cli.RunAsync("api", "describe", path)).Succeeded();
        }
    }
}
