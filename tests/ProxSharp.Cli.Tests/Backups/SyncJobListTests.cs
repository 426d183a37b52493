using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Servers list sync jobs of one direction unless they are told otherwise.</summary>
public sealed class SyncJobListTests
{
    [Theory]
    [InlineData("pbs sync-job list", "down,up")]
    [InlineData("pbs sync-job list --sync-direction push", "up")]
    [InlineData("pbs sync-job list --sync-direction pull", "down")]
    public async Task List_NoDirection_ShowsBoth(string line, string expected)
    {
        using CliHarness cli = new();
        await using PbsSimulator server = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false });
        cli.With("SECRET", DefaultBackupServer.TokenSecret);
        (await cli.LineAsync(
            $"context add sim {server.Endpoint} --token-id demo@pbs!ci --secret env:SECRET --product pbs --fingerprint {server.Fingerprint} --use")).Succeeded();
        foreach (string call in (string[])
        [
            "/config/remote name=away host=127.0.0.1 auth-id=push@pbs password=secret",
            "/config/sync id=down-1 store=store1 remote=away remote-store=mirror",
            "/config/sync id=up-1 store=store1 remote=away remote-store=mirror sync-direction=push",
        ])
        {
            (await cli.LineAsync($"api create {call}")).Succeeded();
        }

        JsonElement jobs = await cli.JsonAsync(line);

        Assert.Equal(
            expected.Split(',').Select(static name => $"{name}-1"),
            jobs.EnumerateArray().Select(static job => job.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
    }
}
