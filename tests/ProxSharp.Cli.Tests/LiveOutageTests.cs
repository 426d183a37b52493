using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>What is shown again and again outlives a server that does not answer for a while.</summary>
public sealed class LiveOutageTests
{
    private const string Leave = "\e[?25h\e[?1049l";

    [Fact]
    public async Task Watch_ServerAwayForAWhile_LinesGoOn()
    {
        CliRun run = await RunAsync("vm list --watch -o jsonl", Fault.DropBeforeExecution, isTerminal: false);

        Assert.Equal(130, run.ExitCode);
        string[] names = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => Member(line, "name"))];
        Assert.True(names.Count(static name => name == "web-1") >= 2, run.Output);
        AssertTold([.. run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Warning)]);
    }

    [Fact]
    public async Task Watch_ServerAwayForAWhile_TablesGoOn()
    {
        CliRun run = await RunAsync("vm list --watch", Fault.ConnectionRefused, isTerminal: false);

        Assert.Equal(130, run.ExitCode);
        string[] tables = run.Output.Split("\n\n");
        Assert.True(tables.Length >= 2, run.Output);
        Assert.All(tables, static table => Assert.StartsWith("vmid", table.TrimStart(), StringComparison.Ordinal));
        AssertTold(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Events_ServerAwayForAWhile_GoOn()
    {
        CliRun run = await RunAsync("events -o jsonl --kind guest.status", Fault.HtmlGateway, isTerminal: false);

        Assert.Equal((130, ""), (run.ExitCode, run.Output));
        AssertTold([.. run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Warning)]);
    }

    [Theory]
    [InlineData("vm list --watch --no-color")]
    [InlineData("top --no-color")]
    public async Task Screen_ServerAwayForAWhile_SaysHowOldItIs(string line)
    {
        CliRun run = await RunAsync(line, Fault.TruncatedBody, isTerminal: true);

        Assert.Equal((130, ""), (run.ExitCode, run.Errors));
        string[] frames = run.Output.Split("\e[H")[1..];
        string[] stale = [.. frames.Where(static frame => frame.Contains("Stale since ", StringComparison.Ordinal))];
        Assert.NotEmpty(stale);
        Assert.All(stale, static frame => Assert.Contains("web-1", frame, StringComparison.Ordinal));
        Assert.All(stale, static frame => Assert.Matches("Stale since \\d\\d:\\d\\d:\\d\\d: .+; trying again", frame));
        Assert.DoesNotContain("Stale", frames[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Stale", frames[^1], StringComparison.Ordinal);
        Assert.EndsWith(Leave, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list --watch", false, 403, 4)]
    [InlineData("vm list --watch", true, 401, 4)]
    [InlineData("top", true, 403, 4)]
    [InlineData("top", true, 404, 5)]
    [InlineData("events", false, 401, 4)]
    [InlineData("events", false, 501, 1)]
    public async Task Live_WhatDoesNotMend_EndsIt(string line, bool isTerminal, int status, int exitCode)
    {
        CliRun run = await RunAsync($"{line} --no-color", Fault.Status(status, "no"), isTerminal);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("error: ", run.Errors, StringComparison.Ordinal);
        Assert.True(!isTerminal || run.Output.EndsWith(Leave, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("vm list --watch")]
    [InlineData("vm list --watch -o jsonl")]
    [InlineData("top")]
    [InlineData("events")]
    public async Task Live_FirstReadRefused_FailsAtOnce(string line)
    {
        using CliHarness cli = new CliHarness { TerminalWidth = 80 }.With("NO_SECRET", "x");
        (await cli.LineAsync("context add nowhere https://127.0.0.1:1 --token-id root@pam!ci --secret env:NO_SECRET --use")).Succeeded();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal((3, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Events_WhatHappenedMeanwhile_IsToldOnce()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (int calls, int since, bool isBack) = (0, 0, false);
        own.Simulator.Faults.When(
            request =>
            {
                if (!request.Path.EndsWith("/cluster/tasks", StringComparison.Ordinal))
                {
                    return false;
                }

                int call = ++calls;
                if (call == 8)
                {
                    lost.SetResult();
                }

                if (Volatile.Read(ref isBack) && ++since == 4)
                {
                    _ = interrupt.CancelAsync();
                }

                return call > 1 && !Volatile.Read(ref isBack);
            },
            Fault.DropBeforeExecution,
            int.MaxValue);

        Task<int> running = new CliApp(console, cli.Environment, new HurriedTime()).RunAsync(["events", "-o", "jsonl"], interrupt.Token);
        await lost.Task;
        (await cli.LineAsync("vm start windows")).Succeeded();
        Volatile.Write(ref isBack, true);

        Assert.Equal(130, await running);
        string[] kinds = [.. console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line.Contains("105", StringComparison.Ordinal)).Select(static line => Member(line, "kind"))];
        Assert.Equal(["task.started", "task.ended", "guest.status"], kinds);
        AssertTold([.. console.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Warning)]);
    }

    [Fact]
    public async Task Top_ServerThatHangs_StillTakesKeys()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new() { IsInputTerminal = true, IsOutputTerminal = true, Width = 90, Height = 40 };
        int calls = 0;
        own.Simulator.Faults.When(
            request =>
            {
                if (++calls <= 2)
                {
                    return false;
                }

                console.Pressed.Enqueue(new ConsoleKeyInfo('n', ConsoleKey.N, shift: false, alt: false, control: false));
                console.Pressed.Enqueue(new ConsoleKeyInfo('q', ConsoleKey.Q, shift: false, alt: false, control: false));
                return true;
            },
            Fault.SlowReply(TimeSpan.FromHours(1)));

        int exitCode = await new CliApp(console, cli.Environment, new HurriedTime()).RunAsync(["top", "--no-color"], TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (exitCode, console.Errors));
        Assert.Contains("sorted by name", console.Output.Split("\e[H")[^1], StringComparison.Ordinal);
        Assert.EndsWith(Leave, console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("top --no-color")]
    [InlineData("vm list --watch --no-color")]
    public async Task Screen_ServerThatHangs_SaysSoWhileItWaits(string line)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new() { IsInputTerminal = true, IsOutputTerminal = true, Width = 90, Height = 40 };
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        int calls = 0;
        own.Simulator.Faults.When(_ => ++calls > 4, Fault.SlowReply(TimeSpan.FromHours(1)), int.MaxValue);
        console.Painted = () =>
        {
            if (console.Output.Contains("no answer yet", StringComparison.Ordinal))
            {
                _ = interrupt.CancelAsync();
            }
        };

        int exitCode = await new CliApp(console, cli.Environment, new HurriedTime { IsImpatient = true }).RunAsync([.. line.Split(' ')], interrupt.Token);

        Assert.Equal((130, ""), (exitCode, console.Errors));
        string frame = console.Output.Split("\e[H")[1..].First(static frame => frame.Contains("no answer yet", StringComparison.Ordinal));
        Assert.Matches("Stale since \\d\\d:\\d\\d:\\d\\d: no answer yet; waiting", frame);
        Assert.Contains("web-1", frame, StringComparison.Ordinal);
        Assert.EndsWith(Leave, console.Output, StringComparison.Ordinal);
    }

    // The first look is answered, then the server is away for a few calls, then it answers until the run is interrupted.
    private static async Task<CliRun> RunAsync(string line, Fault fault, bool isTerminal)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new()
        {
            IsInputTerminal = isTerminal,
            IsOutputTerminal = isTerminal,
            IsErrorTerminal = isTerminal,
            Width = isTerminal ? 90 : null,
            Height = isTerminal ? 40 : null,
        };
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        int calls = 0;
        own.Simulator.Faults.When(
            request =>
            {
                int call = ++calls;
                if (call == 30)
                {
                    _ = interrupt.CancelAsync();
                }

                return call is > 2 and < 14;
            },
            fault,
            int.MaxValue);
        int exitCode = await new CliApp(console, cli.Environment, new HurriedTime()).RunAsync([.. ShellWords.Split(line)], interrupt.Token);
        return new CliRun(exitCode, console.Output, console.Errors);
    }

    private static void AssertTold(string[] lines)
    {
        Assert.Equal(2, lines.Length);
        Assert.Matches("no new data since \\d\\d:\\d\\d:\\d\\d: .+; trying again$", lines[0]);
        Assert.EndsWith("the server answers again", lines[1], StringComparison.Ordinal);
    }

    private static string Warning(string line)
    {
        using JsonDocument warning = JsonDocument.Parse(line);
        return warning.RootElement.GetProperty("warning").GetProperty("message").GetString()!;
    }

    private static string Member(string line, string name)
    {
        using JsonDocument item = JsonDocument.Parse(line);
        return item.RootElement.GetProperty(name).GetString()!;
    }
}
