using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Tests;

/// <summary>How verbs wait for tasks: with limits, until Ctrl-C, and with bars at a terminal.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task Start_LongerThanTheUserWaits_EndsWithCode11AndGoesOn()
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);

        CliRun one = await cli.LineAsync("vm start windows --wait-timeout 1");
        CliRun call = await cli.LineAsync("vm clone debian-13-template copy --wait-timeout 1 -o json");

        Assert.Equal(11, one.ExitCode);
        Assert.Contains("Wait on with: prox task wait 'UPID:pve3:", one.Errors, StringComparison.Ordinal);
        Assert.Equal(11, call.ExitCode);
        Assert.Contains("\"still_running\"", call.Errors, StringComparison.Ordinal);
        Assert.Contains("qmstart", (await cli.LineAsync("task list --running -o csv")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SeveralWithATimeLimit_ReportsThatTheyRun()
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);

        CliRun run = await cli.LineAsync("vm start web-1,windows,staging --wait-timeout 1 -o json");

        run.FailedWithCode(11);
        using JsonDocument rows = JsonDocument.Parse(run.Output);
        using JsonDocument errors = JsonDocument.Parse(run.Errors);
        JsonElement error = errors.RootElement.GetProperty("error");
        Assert.Equal(["skipped", "started", "started"], rows.RootElement.GetProperty("data").EnumerateArray().Select(static row => row.GetProperty("outcome").GetString()));
        Assert.Equal(("still_running", false), (error.GetProperty("code").GetString(), error.GetProperty("retryable").GetBoolean()));
        Assert.Matches("^Wait on with: prox task wait 'UPID:pve3:[^ ]* 'UPID:pve1:[^ ]*$", error.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task Start_Interrupted_DetachesAndSaysHowToGoOn()
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);
        using CancellationTokenSource interrupt = new();
        using TestConsole console = new();
        // A task is asked about once its UPID has come back; that the server lists it does not say that yet.
        ConcurrentDictionary<string, bool> asked = new();
        TaskCompletionSource bothAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Watch(simulator, request => IsOfTask(request) && asked.TryAdd(request.Path, true) && asked.Count == 2, bothAsked);

        Task<int> start = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["vm", "start", "windows,staging"], interrupt.Token);
        await Task.WhenAny(bothAsked.Task, start);
        await interrupt.CancelAsync();

        int exitCode = await start;
        Assert.True(exitCode == 130, $"Exit code {exitCode}: {console.Errors}{console.Output}");
        Assert.Contains("The tasks go on. Wait on with: prox task wait 'UPID:", console.Errors, StringComparison.Ordinal);
        Assert.Contains("VM 105 (windows): still running, UPID:pve3:", console.Errors, StringComparison.Ordinal);
        Assert.Contains("VM 106 (staging): still running, UPID:pve1:", console.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", console.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SeveralInterrupted_ReportsStartedSkippedAndNotStarted()
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);
        TaskCompletionSource polled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Watch(simulator, IsOfTask, polled);

        (JsonElement[] rows, JsonElement error) = await InterruptedAsync(cli, polled.Task, "vm", "start", "web-1,windows,staging", "--parallel", "1", "-o", "json");

        Assert.Equal(["skipped", "started", "not-started"], rows.Select(static row => row.GetProperty("outcome").GetString()));
        Assert.StartsWith("UPID:", rows[1].GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.False(rows[2].TryGetProperty("upid", out _));
        string upid = rows[1].GetProperty("upid").GetString()!;
        Assert.Equal(upid, error.GetProperty("upid").GetString());
        Assert.Equal($"Wait on with: prox task wait '{upid}'", error.GetProperty("hint").GetString());
        Assert.False(error.TryGetProperty("outcomeUnknown", out _));
    }

    [Fact]
    public async Task Start_InterruptedWithoutWaiting_ReportsWhatIsUncertain()
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        simulator.Faults.When(
            request =>
            {
                bool isMeant = request.Path.EndsWith("/106/status/start", StringComparison.Ordinal);
                _ = isMeant && sent.TrySetResult();
                return isMeant;
            },
            Fault.SlowReply(TimeSpan.FromHours(1)));

        (JsonElement[] rows, JsonElement error) = await InterruptedAsync(cli, sent.Task, "vm", "start", "windows,staging", "--no-wait", "--parallel", "1", "-o", "json");

        Assert.Equal(["started", "failed"], rows.Select(static row => row.GetProperty("outcome").GetString()));
        Assert.StartsWith("UPID:", rows[0].GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.Contains("may have been carried out", rows[1].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("The answer of 106 had not come, so it may have been carried out. The task goes on", error.GetProperty("message").GetString());
        Assert.True(error.GetProperty("outcomeUnknown").GetBoolean());
    }

    [Theory]
    [InlineData("vm set web-1,windows,staging --cores 1")]
    [InlineData("vm reboot web-1,web-2,db-1 --per-node 3")]
    public async Task Change_OfSeveralGuests_RunsSideBySideAndListsTheClusterOnce(string line)
    {
        await using PveSimulator simulator = await SlowAsync();
        using CliHarness cli = await UserAsync(simulator);
        using CancellationTokenSource interrupt = new();
        using TestConsole console = new();

        // The tasks take minutes: three run at a time only if none waits for another.
        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(line.Split(' '), interrupt.Token);
        while (Running(simulator) < 3 && !running.IsCompleted)
        {
            await Task.Yield();
        }

        await interrupt.CancelAsync();
        Assert.Equal(130, await running);
        Assert.Equal(3, Running(simulator));
        Assert.InRange(simulator.Traffic.Requests.Count(static request => request.Path.EndsWith("/cluster/resources", StringComparison.Ordinal)), 1, 2);
        Assert.DoesNotContain(simulator.Traffic.Requests, static request => request.Path.EndsWith("/log", StringComparison.Ordinal));
    }

    private static int Running(PveSimulator simulator) => simulator.Traffic.Requests.Count(static request => request.Method == "POST");

    [Theory]
    [InlineData("vm start staging", "staging", 1)]
    [InlineData("vm start staging,windows", "106", 2)]
    public async Task Start_AnswerThatIsLost_FindsTheTaskAndSendsNothingTwice(string line, string expected, int calls)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(5) });
        using CliHarness cli = await UserAsync(simulator);
        simulator.Faults.When(static request => request.Path.EndsWith("/106/status/start", StringComparison.Ordinal), Fault.DropAfterExecution, times: 1);

        Assert.Contains(expected, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(calls, Running(simulator));
    }

    [Fact]
    public async Task Exec_Interrupted_SaysWhichProcessGoesOnAndKeepsWhatTheFirstSaid()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false });
        using CliHarness cli = await UserAsync(simulator);
        using CancellationTokenSource interrupt = new();
        using TestConsole console = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        simulator.Faults.When(
            request =>
            {
                bool isMeant = request.Path.EndsWith("/101/agent/exec-status", StringComparison.Ordinal);
                _ = isMeant && asked.TrySetResult();
                return isMeant;
            },
            Fault.SlowReply(TimeSpan.FromHours(1)));

        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(
            ["vm", "agent", "exec", "web-1,web-2,db-1", "-o", "csv", "--", "echo", "hello"], interrupt.Token);
        await Task.WhenAny(asked.Task, running);
        await interrupt.CancelAsync();

        Assert.Equal(130, await running);
        Assert.Matches(
            @"The program goes on in VM 101 \(web-2\) as process (\d+)\. Read its result later with: prox api get /nodes/pve\d/qemu/101/agent/exec-status pid=\1\n",
            console.Errors);
        Assert.Contains("Not started: VM 102 (db-1)", console.Errors, StringComparison.Ordinal);
        Assert.Contains("100,web-1,0,", console.Output, StringComparison.Ordinal);
    }

    private static bool IsOfTask(SimulatedRequest request) => request.Method == "GET" && request.Path.Contains("/tasks/UPID", StringComparison.Ordinal)
        && request.Path.EndsWith("/status", StringComparison.Ordinal);

    private static void Watch(PveSimulator simulator, Func<SimulatedRequest, bool> predicate, TaskCompletionSource seen) => simulator.Faults.When(
        request =>
        {
            _ = predicate(request) && seen.TrySetResult();
            return false;
        },
        Fault.DropBeforeExecution);

    private static async Task<(JsonElement[] Rows, JsonElement Error)> InterruptedAsync(CliHarness cli, Task moment, params string[] line)
    {
        using CancellationTokenSource interrupt = new();
        using TestConsole console = new();
        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(line, interrupt.Token);
        await Task.WhenAny(moment, running);
        await interrupt.CancelAsync();

        int exitCode = await running;
        Assert.True(exitCode == 130, $"Exit code {exitCode}: {console.Errors}{console.Output}");
        using JsonDocument document = JsonDocument.Parse(console.Output);
        using JsonDocument errors = JsonDocument.Parse(console.Errors);
        JsonElement error = errors.RootElement.GetProperty("error").Clone();
        Assert.Equal(("interrupted", 130), (error.GetProperty("code").GetString(), error.GetProperty("exitCode").GetInt32()));
        return ([.. document.RootElement.GetProperty("data").EnumerateArray().Select(static row => row.Clone())], error);
    }

    [Fact]
    public void Board_SeveralGuests_DrawsABarForEachAndOneForAll()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        StringWriter terminal = new() { NewLine = "\n" };
        using BoardProgress board = new(terminal, 3, static () => 100, time);

        board.Started(Guest(100, "web-1"), "UPID:a");
        board.Started(Guest(101, "データ"), "UPID:b");
        time.Advance(TimeSpan.FromSeconds(65));
        board.Moved(Guest(100, "web-1"), new TaskProgress { Fraction = 0.5, LastLine = "transferred 4 GiB" });
        board.Ended(Guest(101, "データ"), "failed, no space\u001b[31m");
        board.Ended(Guest(100, "web-1"), "ok");

        Snapshot.Match("board", terminal.ToString().Replace("\u001b", "<ESC>", StringComparison.Ordinal));
    }

    [Fact]
    public void Board_NarrowTerminal_TellsTheGuestsApart()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        StringWriter terminal = new() { NewLine = "\n" };
        using BoardProgress board = new(terminal, 30, static () => 40, time);

        board.Started(Guest(100, "a-rather-long-name-of-a-machine"), "UPID:a");
        board.Started(Guest(101, "a-rather-long-name-of-another-one"), "UPID:b");
        time.Advance(TimeSpan.FromSeconds(5));
        board.Moved(Guest(100, "a-rather-long-name-of-a-machine"), new TaskProgress { Fraction = 0.5, LastLine = "transferred 4 GiB" });
        board.Ended(Guest(101, "a-rather-long-name-of-another-one"), "still running, UPID:b");

        string[] lines = terminal.ToString().Split('\n');
        Assert.All(lines, static line => Assert.True(line.Split("\e[J")[^1].Length <= 40, line));
        Assert.Contains(lines, static line => line.StartsWith("100 [####....]  50 % 5s  a-rather", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.EndsWith("[........] 0/30 done, 1 running", StringComparison.Ordinal));
    }

    [Fact]
    public void Board_TerminalThatBecomesNarrower_FitsAndLeavesNothing()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        StringWriter terminal = new() { NewLine = "\n" };
        int width = 100;
        using BoardProgress board = new(terminal, 2, () => width, time);
        board.Started(Guest(100, "web-1"), "UPID:a");
        time.Advance(TimeSpan.FromSeconds(5));
        board.Moved(Guest(100, "web-1"), new TaskProgress { Fraction = 0.5, LastLine = new string('x', 100) });
        terminal.GetStringBuilder().Clear();

        width = 40;
        time.Advance(TimeSpan.FromSeconds(5));
        board.Moved(Guest(100, "web-1"), new TaskProgress { Fraction = 0.6, LastLine = new string('x', 100) });

        // The bar for all had 43 cells and the one of the guest 99: they have become two and three lines of the terminal.
        string drawn = terminal.ToString();
        Assert.StartsWith("\r\e[5A\e[J", drawn, StringComparison.Ordinal);
        Assert.All(drawn.Split("\e[J")[1].Split('\n'), static line => Assert.True(line.Length < 40, line));
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("staging,windows")]
    public async Task Wait_ServerThatDoesNotAnswer_IsToldOnce(string guests)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.When(
            static request => request.Method == "GET" && request.Path.Contains("/tasks", StringComparison.Ordinal), Fault.ConnectionRefused, times: 12);

        CliRun run = await cli.LineAsync($"vm start {guests}");

        run.Succeeded();
        Assert.Single(Regex.Matches(run.Errors, "warning: the server does not answer .*waiting goes on"));
    }

    [Theory]
    [InlineData("vm start staging", "qmstart", "VM is locked (backup)")]
    [InlineData("vm stop web-1", "qmstop", "VM is locked (migrate)")]
    [InlineData("ct start wiki", "vzstart", "CT is locked (snapshot)")]
    [InlineData("vm start staging", "qmstart", "can't lock file '/var/lock/qemu-server/lock-106.conf' - got timeout")]
    [InlineData("vm stop web-1,web-2", "qmstop", "VM is locked (backup)")]
    [InlineData("api create /nodes/pve1/qemu/106/status/start --wait", "qmstart", "VM is locked (backup)")]
    public async Task Failure_TaskOfAGuestThatIsLocked_IsAConflictThatMayPass(string line, string type, string end)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = type, Text = end });

        CliRun run = await cli.LineAsync($"{line} -o json");

        Assert.Equal(6, run.ExitCode);
        if (!line.Contains(',', StringComparison.Ordinal))
        {
            using JsonDocument errors = JsonDocument.Parse(run.Errors);
            JsonElement error = errors.RootElement.GetProperty("error");
            Assert.Equal("conflict", error.GetProperty("code").GetString());
            Assert.True(error.GetProperty("retryable").GetBoolean());
            Assert.Matches("holds the lock: wait for its end|try again when it has ended$", error.GetProperty("hint").GetString());
        }
    }

    [Theory]
    [InlineData("vm start staging")]
    [InlineData("api create /nodes/pve1/qemu/106/status/start --wait")]
    public async Task Failure_TaskWhoseLogWasShown_TellsItsLastLinesOnce(string line)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Text = "no\troom" });

        CliRun run = await cli.LineAsync(line);

        run.FailedWithCode(9);
        Assert.Single(Regex.Matches(run.Errors, "TASK ERROR: no room"));
    }

    private static GuestSummary Guest(int id, string name) => new() { Id = new VmId(id), Name = name, Node = "pve1", Type = GuestType.Qemu };

    private static async Task<PveSimulator> SlowAsync() =>
        await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMinutes(5) });

    private static async Task<CliHarness> UserAsync(PveSimulator simulator)
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", Simulator.Scenarios.DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", Simulator.Scenarios.DefaultCluster.TokenId,
            "--secret", "env:LAB_SECRET", "--fingerprint", simulator.Fingerprint)).Succeeded();
        return cli;
    }
}
