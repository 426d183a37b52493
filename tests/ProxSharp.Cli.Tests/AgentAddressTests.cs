using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary><c>vm agent ip</c>: the addresses of machines, of which some do not answer.</summary>
public sealed class AgentAddressTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Ip_OneOfSeveralIsOff_ShowsTheOthersAndFails()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm agent ip web-1,windows,web-2 --parallel 2 -o json");

        run.FailedWithCode(1);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement[] rows = [.. document.RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal([100, 101, 105], rows.Select(static row => row.GetProperty("vmid").GetInt32()).Distinct());
        JsonElement failed = Assert.Single(rows, static row => row.TryGetProperty("outcome", out _));
        Assert.Equal(("windows", "failed"), (failed.GetProperty("name").GetString(), failed.GetProperty("outcome").GetString()));
        Assert.Contains("the machine is not running", failed.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"bulk_failed\"", run.Errors.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\"retryable\":true", run.Errors.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ip_NamesOfSeveral_AreAddressesOnly()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm agent ip web-1,windows -o name");

        Assert.Contains("1 of 2 guests failed: 105", run.FailedWith(1), StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => Assert.True(System.Net.IPAddress.TryParse(line, out _), line));
        Assert.NotEqual("", run.Output);
    }

    [Fact]
    public async Task Ip_TheOnlyOneIsOff_IsNotRetryable()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm agent ip windows -o json");

        run.FailedWithCode(1);
        Assert.Equal("", run.Output);
        Assert.Contains("start it first", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\"retryable\":true", run.Errors.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ip_AgentsThatAreStillStarting_AreRetryable()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.StopAgent(100);

        CliRun run = await cli.LineAsync("vm agent ip web-1 -o json");

        run.FailedWithCode(1);
        Assert.Contains("\"retryable\":true", run.Errors.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
