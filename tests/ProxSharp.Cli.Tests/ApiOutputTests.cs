using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The output of calls in each format, on a cluster that no other test changes.</summary>
public sealed class ApiOutputTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("jsonl")]
    [InlineData("yaml")]
    [InlineData("csv")]
    public async Task Get_Guests_PrintsAsRecorded(string format)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync($"api get /cluster/resources type=vm --fields vmid,name,node,type,template,maxmem -o {format}");

        Snapshot.Match($"guests-{format}", run.Succeeded());
        Assert.Equal("", run.Errors);
    }
}
