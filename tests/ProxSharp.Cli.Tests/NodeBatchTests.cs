using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Several calls of a node in one: asked about, failed and waited for as each of them would be.</summary>
public sealed class NodeBatchTests
{
    private const string Destroy = """[{"method":"DELETE","path":"qemu/106"}]""";

    [Theory]
    [InlineData(Destroy, "DELETE qemu/106: There is no way back")]
    [InlineData("""[{"method":"GET","path":"version"},{"method":"POST","path":"stopall"}]""", "POST stopall: All guests on the node are shut down")]
    [InlineData("""[{"method":"POST","path":"status","args":{"command":"reboot"}}]""", "All guests on the node stop")]
    [InlineData("""[{"method":"POST","path":"nosuch"}]""", "POST nosuch: There is no way back")]
    public async Task Calls_ThatWouldBeAskedAbout_NeedAnAnswer(string commands, string effect)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();

        string verb = (await cli.RunAsync("node", "execute", "pve1", "--commands", commands)).FailedWith(8);
        string call = (await cli.RunAsync("api", "create", "/nodes/pve1/execute", $"commands={commands}")).FailedWith(8);

        Assert.All(new[] { verb, call }, error => Assert.Contains(effect, error, StringComparison.Ordinal));
        Assert.Contains("106", (await cli.LineAsync("vm list -o name --fields vmid")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"method":"GET","path":"version"}]""")]
    [InlineData("""[{"method":"PUT","path":"qemu/106/config","args":{"cores":2}}]""")]
    public async Task Calls_ThatWouldNotBeAskedAbout_GoThrough(string commands)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();

        Assert.Contains("200", (await cli.RunAsync("node", "execute", "pve1", "--commands", commands)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_AreWaitedFor()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();

        (await cli.RunAsync("node", "execute", "pve1", "--commands", Destroy, "--yes")).Succeeded();

        Assert.DoesNotContain("106", (await cli.LineAsync("vm list -o name --fields vmid")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node execute pve1 --yes --commands")]
    [InlineData("api create /nodes/pve1/execute --yes --wait --data")]
    public async Task Calls_OfWhichOneFails_Fail(string line)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        const string Commands = """[{"method":"GET","path":"version"},{"method":"DELETE","path":"qemu/100"}]""";
        string value = line.EndsWith("--data", StringComparison.Ordinal) ? $$"""{"commands":"{{Commands.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""" : Commands;

        CliRun run = await cli.RunAsync([.. line.Split(' '), value]);

        Assert.Contains("1 of 2 commands failed: 2: 500 VM 100 is running - destroy failed", run.FailedWith(1), StringComparison.Ordinal);
        Assert.Contains("200", run.Output, StringComparison.Ordinal);
    }
}
