using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is read about guests has a shape that depends on what was typed, and not on how many guests fit today.</summary>
public sealed class SelectionShapeTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm config staging -o json", JsonValueKind.Object)]
    [InlineData("vm config 106 -o json", JsonValueKind.Object)]
    [InlineData("vm config stag* -o json", JsonValueKind.Array)]
    [InlineData("vm config staging web-1 -o json", JsonValueKind.Array)]
    public async Task Read_OneGuestOrASelection_IsAnObjectOrAList(string line, JsonValueKind expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        using JsonDocument result = JsonDocument.Parse((await cli.LineAsync(line)).Succeeded());

        JsonElement data = result.RootElement.GetProperty("data");
        Assert.Equal(expected, data.ValueKind);
        Assert.All(data.ValueKind == JsonValueKind.Array ? data.EnumerateArray() : [], static item => Assert.True(item.TryGetProperty("vmid", out _)));
    }

    [Fact]
    public async Task Read_Config_HasColumnsOfWhatAGuestHasAndMayHave()
    {
        using CliHarness cli = await cluster.UserAsync();

        string[] columns = (await cli.LineAsync("vm config staging -o csv")).Succeeded().Split('\n')[0].Split(',');

        Assert.Equal("vmid", columns[0]);
        Assert.Contains("balloon", columns);
        Assert.Contains("net0", columns);
        Assert.DoesNotContain("value", columns);
        Assert.DoesNotContain(columns, static column => column.Contains('[', StringComparison.Ordinal));
        Assert.Equal("name,net7\nstaging,\n", (await cli.LineAsync("vm config staging -o csv --fields name,net7")).Succeeded());
        (await cli.LineAsync("vm config staging -o csv --fields name,nat7")).FailedWith(2);
    }

    [Theory]
    [InlineData("vm config staging -o csv --fields vmid,name", "106,staging")]
    [InlineData("vm config staging -o tsv --fields vmid,name", "106\tstaging")]
    [InlineData("vm config staging -o json --fields vmid,name", "\"data\": {\n    \"vmid\": 106,")]
    [InlineData("vm show staging -o json --fields vmid,name", "\"data\": {\n    \"vmid\": 106,")]
    public async Task Read_OneGuest_TellsItsNumberToPrograms(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }
}
