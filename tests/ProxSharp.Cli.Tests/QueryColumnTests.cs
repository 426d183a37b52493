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

    [Fact]
    public async Task Backslash_InTsv_IsEscapedAsBreaksAre()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("a\\\\nb\tc\n", (await cli.RunAsync("vm", "list", "--query", "[['a\\nb', 'c']]", "-o", "tsv")).Succeeded());
        Assert.Equal("a\\nb,c\n", (await cli.RunAsync("vm", "list", "--query", "[['a\\nb', 'c']]", "-o", "csv")).Succeeded());
    }

    [Theory]
    [InlineData("[?vmid==`100`].{a: name, b: vmid}", "a", "a\nweb-1\n")]
    [InlineData("[?vmid==`100`].{a: name, b: vmid} | [0]", "b,a", "b,a\n100,web-1\n")]
    [InlineData("[?vmid==`100`]", "name,lock", "name,lock\nweb-1,\n")]
    [InlineData("[?vmid==`1`].{a: name}", "a", "a\n")]
    public async Task Fields_BehindAQuery_AreThoseOfItsResult(string query, string fields, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(expected, (await cli.RunAsync("vm", "list", "--query", query, "--fields", fields, "-o", "csv")).Succeeded());
    }

    [Theory]
    [InlineData("vm list", "[].{a: name, b: vmid}", "--fields", "name", "The result has no field 'name'. It has: a, b")]
    [InlineData("vm list -o name", "[].{a: name, b: vmid}", "--fields", "name", "The result has no field 'name'. It has: a, b")]
    [InlineData("storage list", "sort_by([].{a: storage}, &a)", "--fields", "storage", "The result has no field 'storage'. It has: a")]
    [InlineData("vm list", "[].name", "--fields", "name", "what --query returns has no fields")]
    [InlineData("vm list", "length(@)", "--fields", "name", "what --query returns has no fields")]
    [InlineData("vm list", "[].name", "--sort", "name", "--sort: what --query returns has no fields. Sort in the query")]
    [InlineData("vm list", "[].{a: name}", "--sort", "name", "--sort: the result has no field 'name'")]
    public async Task Choice_OfWhatTheQueryDoesNotReturn_IsRefused(string line, string query, string option, string field, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(message, (await cli.RunAsync([.. line.Split(' '), "--query", query, option, field])).FailedWith(2), StringComparison.Ordinal);
    }
}
