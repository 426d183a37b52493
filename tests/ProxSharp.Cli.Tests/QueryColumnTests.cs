using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Lists that a query makes, as values with separators.</summary>
public sealed class QueryColumnTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("csv", "[?vmid==`100`].[vmid, name, tags]", "100,web-1,prod;web\n")]
    [InlineData("tsv", "[?vmid==`100`].[vmid, name]", "100\tweb-1\n")]
    [InlineData("csv", "[[`1`, 'a,b'], [`2`, null]]", "1,\"a,b\"\n2,\n")]
    [InlineData("csv", "[[`1`, `2`], [`3`]]", "value\n\"[1,2]\"\n[3]\n")]
    public async Task Lists_OfOneLength_AreColumnsWithoutNames(string format, string query, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(expected, (await cli.RunAsync("vm", "list", "--query", query, "-o", format)).Succeeded());
    }
}
