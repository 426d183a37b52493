using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Plans whose tasks take longer than somebody waits.</summary>
public sealed class PlannedTaskTests
{
    [Fact]
    public async Task Apply_Interrupted_NamesTheTaskThatGoesOn()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMinutes(10) });
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible"]}]}""");
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm start staging");
        using CancellationTokenSource interrupt = new();
        simulator.Faults.When(
            request =>
            {
                bool isMeant = request.Path.EndsWith("/106/status/start", StringComparison.Ordinal);
                if (isMeant)
                {
                    interrupt.CancelAfter(TimeSpan.FromMilliseconds(100));
                }

                return isMeant;
            },
            Fault.SlowReply(TimeSpan.FromMilliseconds(10)));
        using TestConsole console = new();

        int exitCode = await new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["plan", "apply", plan], interrupt.Token);

        Assert.Equal(130, exitCode);
        Assert.Matches(@"The task goes on at the server\. Wait for its end with: prox task wait '?UPID:pve1:[^ ]*:qmstart:106:", console.Errors);
        Assert.Contains("\"result\": \"running\"", (await cli.LineAsync("audit show 2 -o json")).Succeeded(), StringComparison.Ordinal);
    }
}
