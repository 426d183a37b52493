using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Guests that high availability looks after: the task of a call only asks for what is wanted, and its manager does it later.</summary>
public sealed class HighAvailabilityTests : IAsyncLifetime
{
    private readonly SimulatedClock _clock = new();
    private PveSimulator? _simulator;
    private CliHarness? _cli;

    private PveSimulator Simulator => _simulator!;

    private CliHarness Cli => _cli!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(200), TimeProvider = _clock });
        _cli = new CliHarness { Time = new SteppedTime(_simulator, _clock) }.With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await _cli.RunAsync(
            "context", "add", "lab", _simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", _simulator.Fingerprint)).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        _cli?.Dispose();
        await Simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("vm", "staging", "start", "106", "stopped", "running", "starts it: waiting until it runs")]
    [InlineData("vm", "web-1", "stop", "100", "started", "stopped", "stops it: waiting until it is stopped")]
    [InlineData("ct", "dns", "shutdown", "200", "started", "stopped", "stops it: waiting until it is stopped")]
    public async Task Power_WaitsUntilTheGuestIsInTheWantedState(
        string noun, string guest, string verb, string id, string before, string after, string told)
    {
        await ManageAsync($"{noun}:{id}", before);

        CliRun run = await Cli.LineAsync($"{noun} {verb} {guest}");

        Assert.Contains("ok", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains($"High availability {told}", run.Errors, StringComparison.Ordinal);
        Assert.Equal(after, await MemberAsync(noun, guest, "status"));
    }

    [Fact]
    public async Task Groups_OfNewServers_AreLookedForAmongTheRules() =>
        Assert.Contains("prox ha rule list", (await Cli.LineAsync("ha group list")).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task Group_OnANewServer_IsRefusedWithTheRuleToMake() => Assert.Contains(
        "ha rule create RULE --type node-affinity", (await Cli.LineAsync("ha group create prefer-pve1 --nodes pve1")).FailedWith(2), StringComparison.Ordinal);

    [Theory]
    [InlineData("ha resource migrate vm:106 pve2")]
    [InlineData("ha resource migrate vm:106 --node pve2")]
    [InlineData("ha resource relocate staging pve2")]
    public async Task Move_TakesTheNodeBehindTheGuest(string line)
    {
        await ManageAsync("vm:106", "stopped");

        Assert.Contains("node=pve2", (await Cli.LineAsync($"{line} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Move_NodeTwiceOrNot_IsUsageError()
    {
        await ManageAsync("vm:106", "stopped");

        Assert.Contains("Leave out --node", (await Cli.LineAsync("ha resource migrate vm:106 pve2 --node pve3")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("node", (await Cli.LineAsync("ha resource migrate vm:106")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutWaiting_OnlyAsks()
    {
        await ManageAsync("vm:106", "stopped");

        Assert.Contains(":hastart:106:", (await Cli.LineAsync("vm start staging --no-wait")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("stopped", await MemberAsync("vm", "staging", "status"));
    }

    [Fact]
    public async Task Start_OfWhatIsAboutToBeStopped_GoesToHighAvailability()
    {
        await ManageAsync("vm:101", "started");
        (await Cli.LineAsync("vm shutdown web-2 --no-wait")).Succeeded();

        Assert.Contains(":hastart:101:", (await Cli.LineAsync("vm start web-2 --no-wait")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LongerThanTheUserWaits_EndsWithCode11AndTaskWaitGoesOn()
    {
        await ManageAsync("vm:106", "stopped");

        CliRun run = await Cli.LineAsync("vm start staging --wait-timeout 5");

        run.FailedWithCode(11);
        Assert.Contains("high availability is not through with VM 106 (staging) yet", run.Errors, StringComparison.Ordinal);
        string command = run.Errors.Split("Wait on with: prox ")[1].Trim();
        Assert.Equal("stopped", await MemberAsync("vm", "staging", "status"));
        (await Cli.LineAsync(command)).Succeeded();
        Assert.Equal("running", await MemberAsync("vm", "staging", "status"));
    }

    [Theory]
    [InlineData("vm", "db-1", "102", "")]
    [InlineData("ct", "dns", "200", " --restart")]
    public async Task Migrate_WaitsUntilTheGuestIsThere(string noun, string guest, string id, string more)
    {
        await ManageAsync($"{noun}:{id}", "started");
        string target = await MemberAsync(noun, guest, "node") == "pve1" ? "pve2" : "pve1";

        CliRun run = await Cli.LineAsync($"{noun} migrate {guest} {target}{more}");

        run.Succeeded();
        Assert.Contains($"High availability moves it to {target}: waiting until it is there", run.Errors, StringComparison.Ordinal);
        Assert.Equal(target, await MemberAsync(noun, guest, "node"));
    }

    [Fact]
    public async Task Apply_WithAMove_WaitsUntilTheGuestIsThere()
    {
        await ManageAsync("vm:102", "started");
        Cli.Write("move.yaml", "prox: 1\nguests: [{vmid: 102, node: pve2}]\n");

        CliRun run = await Cli.LineAsync("apply -f move.yaml --migrate --yes");

        run.Succeeded();
        Assert.Contains("High availability moves it to pve2: waiting until it is there", run.Errors, StringComparison.Ordinal);
        Assert.Equal("pve2", await MemberAsync("vm", "db-1", "node"));
        Assert.Equal("running", await MemberAsync("vm", "db-1", "status"));
    }

    [Fact]
    public async Task Migrate_TimeIsOver_TaskWaitKnowsTheTarget()
    {
        await ManageAsync("vm:106", "stopped");

        CliRun run = await Cli.LineAsync("vm migrate staging pve3 --wait-timeout 5");

        run.FailedWithCode(11);
        (await Cli.LineAsync(run.Errors.Split("Wait on with: prox ")[1].Trim())).Succeeded();
        Assert.Equal("pve3", await MemberAsync("vm", "staging", "node"));
    }

    [Fact]
    public async Task Migrate_OfSeveral_KeepsTheLimitOfTheNodeUntilEachIsThere()
    {
        await ManageAsync("vm:100", "started");
        await ManageAsync("vm:106", "stopped");

        (await Cli.LineAsync("vm migrate web-1,staging pve2 --per-node 1")).Succeeded();

        string[] steps = [.. Simulator.Traffic.Requests.Select(static request => request.Path).Where(
            static path => path.EndsWith("/migrate", StringComparison.Ordinal) || path.EndsWith("/nodes/pve2/qemu/100/status/current", StringComparison.Ordinal))];
        Assert.EndsWith("/100/migrate", steps[0], StringComparison.Ordinal);
        Assert.EndsWith("/pve2/qemu/100/status/current", steps[1], StringComparison.Ordinal);
        Assert.EndsWith("/106/migrate", steps[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ManagerThatGivesUp_IsAFailure()
    {
        await ManageAsync("vm:106", "stopped");
        Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Text = "start failed" });

        CliRun run = await Cli.LineAsync("vm start staging");

        run.FailedWithCode(9);
        Assert.Contains("'error'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("prox ha resource set vm:106 --state disabled", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ServerThatIsOutOfReachMeanwhile_WaitsOn()
    {
        await ManageAsync("vm:106", "stopped");
        Simulator.Faults.When(static request => request.Path.EndsWith("/106/status/current", StringComparison.Ordinal), Fault.ConnectionRefused, times: 3);

        // By its number: who is named otherwise is asked for the name first.
        CliRun run = await Cli.LineAsync("vm start 106");

        run.Succeeded();
        Assert.Contains("waiting goes on", run.Errors, StringComparison.Ordinal);
        Assert.Equal("running", await MemberAsync("vm", "staging", "status"));
    }

    [Fact]
    public async Task Start_InterruptedAfterTheTask_SaysWhatGoesOnAndTaskWaitGoesOnWithIt()
    {
        const string Said = "The task is over, and high availability goes on with it. Wait on with: prox ";
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        await ManageAsync("vm:106", "stopped");

        string started = await InterruptedAsync(first, "vm start 106");

        Assert.Contains($"{Said}task wait 'UPID:", started, StringComparison.Ordinal);
        string command = started.Split(Said)[1].Trim();
        Assert.Contains($"{Said}{command}", await InterruptedAsync(second, command), StringComparison.Ordinal);
        (await Cli.LineAsync(command)).Succeeded();
        Assert.Equal("running", await MemberAsync("vm", "staging", "status"));
    }

    // The guest itself is asked only when the task is over.
    private async Task<string> InterruptedAsync(CancellationTokenSource interrupt, string line)
    {
        Simulator.Faults.When(
            request =>
            {
                _ = request.Path.EndsWith("/106/status/current", StringComparison.Ordinal) ? interrupt.CancelAsync() : Task.CompletedTask;
                return false;
            },
            Fault.DropBeforeExecution);
        using TestConsole console = new();
        Assert.Equal(130, await new CliApp(console, Cli.Environment, Cli.Time).RunAsync([.. ShellWords.Split(line)], interrupt.Token));
        return console.Errors;
    }

    private async Task ManageAsync(string sid, string state)
    {
        (await Cli.LineAsync($"ha resource create {sid} --state {state}")).Succeeded();
        Simulator.Advance(TimeSpan.FromSeconds(30));
    }

    private async Task<string?> MemberAsync(string noun, string guest, string member)
    {
        using JsonDocument shown = JsonDocument.Parse((await Cli.LineAsync($"{noun} show {guest} -o json")).Succeeded());
        return shown.RootElement.GetProperty("data").GetProperty(member).GetString();
    }
}
