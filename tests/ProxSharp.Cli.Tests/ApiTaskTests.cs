using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class ApiTaskTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Create_StartsATask_PrintsItsUpid()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api create /nodes/pve3/qemu/105/status/start");

        Assert.StartsWith("UPID:pve3:", run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithWait_FollowsTheLogOnStandardError()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api create /nodes/pve1/qemu/9000/clone newid=400 name=copy full=1 --wait");

        Assert.Matches("^UPID:pve1:[^\n]+:\n$", run.Succeeded());
        Assert.Contains("TASK OK", run.Errors, StringComparison.Ordinal);
        Assert.Contains("copy", (await cli.LineAsync("api get /nodes/pve1/qemu/400/config")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_TaskFails_EndsWithCode9()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api create /nodes/pve1/qemu/100/status/start --wait");
        CliRun json = await cli.LineAsync("api create /nodes/pve1/qemu/100/status/start --wait -o json");

        Assert.Equal(9, run.ExitCode);
        Assert.Contains("error: The task qmstart of 100 on pve1 failed: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal(9, json.ExitCode);
        using JsonDocument envelope = JsonDocument.Parse(json.Errors);
        JsonElement error = envelope.RootElement.GetProperty("error");
        Assert.Equal("task_failed", error.GetProperty("code").GetString());
        Assert.StartsWith("UPID:pve1:", error.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, error.GetProperty("logTail").GetArrayLength());
    }
}
