using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A slash in the place of a name is a mistake that is told before anything is asked; where names are paths, it belongs to them.</summary>
public sealed class SlashInNameTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("storage show x/y", "storage")]
    [InlineData("storage content list x/y", "storage")]
    [InlineData("storage delete x/y --dry-run", "storage")]
    [InlineData("node show a/b", "node")]
    [InlineData("backup-job show a/b", "id")]
    [InlineData("ha resource show vm:1/2", "sid")]
    [InlineData("vm snapshot show web-1 a/b", "snapname")]
    [InlineData("access user show a/b@pve", "userid")]
    public async Task Name_WithASlash_IsAMistake_AndTheArgumentIsNamed(string line, string argument)
    {
        using CliHarness cli = await cluster.UserAsync();
        int before = cluster.Simulator.Traffic.Requests.Count(static request => request.Path.Contains("%2F", StringComparison.OrdinalIgnoreCase));

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains($"The value for '{argument}' is", error, StringComparison.Ordinal);
        Assert.Contains("has a slash", error, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count(static request => request.Path.Contains("%2F", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Pool_InAPool_IsNamedByItsPath()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("pool create outer")).Succeeded();
        (await cli.LineAsync("pool create outer/inner")).Succeeded();

        Assert.Contains("outer/inner", (await cli.LineAsync("pool show outer/inner -o json")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("pool delete outer/inner --yes")).Succeeded();
    }

    [Fact]
    public async Task Volume_WithItsStorage_HasASlash()
    {
        using CliHarness cli = await cluster.UserAsync();
        string volume = (await cli.LineAsync("storage content list local --node pve1 -o name")).Succeeded().Split('\n')[0];

        Assert.Contains('/', volume);
        (await cli.LineAsync($"storage content show {volume} --node pve1")).Succeeded();
    }

    [Fact]
    public async Task Argument_OfAnotherForm_IsNamedAsAnArgument() => Assert.Contains(
        "Correct 'userid';", (await (await cluster.UserAsync()).LineAsync("access user show nobody")).FailedWith(2), StringComparison.Ordinal);
}
