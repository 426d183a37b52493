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
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromMinutes(10));
        using CliHarness cli = await UserAsync(simulator);
        using TestConsole console = new();

        await InterruptAsync(simulator, cli, console);

        Assert.Matches(@"The task goes on\. Wait on with: prox task wait '?UPID:pve1:[^ ]*:qmstart:106:", console.Errors);
        Assert.Contains("\"result\": \"running\"", (await cli.LineAsync("audit show 2 -o json")).Succeeded(), StringComparison.Ordinal);
        string row = (await cli.LineAsync("audit list --query \"[?kind=='outcome']\" -o json")).Succeeded();
        Assert.Contains("\"result\": \"running\"", row, StringComparison.Ordinal);
        Assert.DoesNotContain("succeeded", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TaskWait_ForACallThatWasLeft_CompletesItsOutcome_AndUndoWorks()
    {
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromSeconds(3));
        using CliHarness cli = await UserAsync(simulator);
        using TestConsole console = new();
        await InterruptAsync(simulator, cli, console);
        string upid = (await cli.LineAsync("audit show 2 --query facts.upid -o name")).Succeeded().Trim();

        (await cli.RunAsync("task", "wait", upid, "--quiet")).Succeeded();

        string row = (await cli.LineAsync("audit list --query \"[?kind=='outcome']\" -o json")).Succeeded();
        Assert.Contains("\"result\": \"succeeded\"", row, StringComparison.Ordinal);
        Assert.Contains("\"succeeded\": true", row, StringComparison.Ordinal);
        Assert.Contains("shutdown", (await cli.LineAsync("undo 2")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("audit verify")).Succeeded();
    }

    private static Task<PveSimulator> StartAsync(TimeSpan duration) =>
        PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = duration });

    private static async Task<CliHarness> UserAsync(PveSimulator simulator)
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""");
        return cli;
    }

    private static async Task InterruptAsync(PveSimulator simulator, CliHarness cli, TestConsole console)
    {
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
        Assert.Equal(130, await new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["plan", "apply", plan], interrupt.Token));
    }
}
