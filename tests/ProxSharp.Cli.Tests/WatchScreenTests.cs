using ProxSharp.Cli.Live;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>What <c>--watch</c> shows at a terminal fits it.</summary>
public sealed class WatchScreenTests
{
    private const string Enter = "\e[?1049h\e[?25l\e[H";
    private static readonly Ansi s_plain = new(enabled: false);

    [Fact]
    public void Cut_LongerThanTheScreen_KeepsTheHeaderAndCounts()
    {
        string text = "HEAD\n" + string.Concat(Enumerable.Range(1, 20_000).Select(static i => $"row {i}\n"));

        IReadOnlyList<string> frame = WatchFrame.Cut(text, 80, 15, null, s_plain, plain: false);
        IReadOnlyList<string> stale = WatchFrame.Cut(text, 80, 15, "Stale", s_plain, plain: true);

        Assert.Equal(15, frame.Count);
        Assert.Equal(("HEAD", "row 13", "\u2026 and 19987 more lines"), (frame[0], frame[13], frame[14]));
        Assert.Equal(15, stale.Count);
        Assert.Equal(("HEAD", "... and 19988 more lines", "Stale"), (stale[0], stale[13], stale[14]));
    }

    [Fact]
    public void Cut_ShortEnough_IsWhole()
    {
        Assert.Equal(["a", "", "b"], WatchFrame.Cut("a\n\nb\n", 10, 3, null, s_plain, plain: false));
        Assert.Equal(["a", "Stale"], WatchFrame.Cut("a\n", 10, 2, "Stale", s_plain, plain: false));
    }

    [Fact]
    public void Cut_WideLines_TakeAsManyLinesAsTheyNeed()
    {
        Assert.Equal(["abcd", "efgh", "i"], WatchFrame.Cut("abcdefghi\n", 4, 3, null, s_plain, plain: false));
        Assert.Equal(["デー", "タ"], WatchFrame.Cut("データ\n", 5, 9, null, s_plain, plain: false));
        Assert.Equal(["\e[32mabcd", "e\e[0m"], WatchFrame.Cut("\e[32mabcde\e[0m\n", 4, 9, null, s_plain, plain: false));
    }

    [Fact]
    public void Cut_AnySize_Fits()
    {
        string text = "HEAD\n" + string.Concat(Enumerable.Range(1, 50).Select(static i => $"\e[32mrow {i} データ\e[0m and more of it\n"));
        foreach (int width in new[] { 2, 7, 20, 40 })
        {
            for (int height = 1; height <= 60; height++)
            {
                string? stale = height % 2 == 0 ? "Stale since 00:00:00" : null;
                IReadOnlyList<string> frame = WatchFrame.Cut(text, width, height, stale, new Ansi(enabled: true), plain: false);
                Assert.InRange(frame.Count, 1, height);
                Assert.All(frame, line => Assert.InRange(TextCells.Width(System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9]*m", "")), 0, width));
            }
        }
    }

    [Fact]
    public async Task Watch_LowTerminal_ShowsTheHeaderAndFollowsTheSize()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new() { IsOutputTerminal = true, Width = 40, Height = 5 };
        console.Painted = () => console.Height = 7;
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        (int calls, string atFirstRead) = (0, "not asked");
        own.Simulator.Faults.When(
            request =>
            {
                if (++calls == 1)
                {
                    atFirstRead = console.Output;
                }
                else
                {
                    // What came before is shown in the new size without asking the server.
                    _ = interrupt.CancelAsync();
                }

                return false;
            },
            Fault.DropBeforeExecution);

        int exitCode = await new CliApp(console, cli.Environment, new HurriedTime()).RunAsync(["vm", "list", "--watch", "20"], interrupt.Token);

        Assert.Equal((130, "", ""), (exitCode, atFirstRead, console.Errors));
        Assert.StartsWith(Enter, console.Output, StringComparison.Ordinal);
        Assert.EndsWith("\e[0m\e[?25h\e[?1049l", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", console.Output, StringComparison.Ordinal);
        string[] frames = console.Output.Split("\e[H")[1..];
        // The interruption may come after the second answer was shown, too.
        Assert.InRange(frames.Length, 2, 3);
        Assert.All(frames, (frame, i) => Assert.Equal(i == 0 ? 5 : 7, frame.Split("\r\n").Length));
        Assert.All(frames, static frame => Assert.Matches("^\e\\[2K(\e\\[1m)?vmid", frame.Replace(" ", "", StringComparison.Ordinal)));
        Assert.All(frames, static frame => Assert.Matches("\u2026 and \\d+ more lines", frame.Split("\r\n")[^1]));
    }

    [Fact]
    public async Task Watch_TerminalThatCannot_PrintsOneAfterTheOther()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = (await own.UserAsync()).With("TERM", "dumb");
        using TestConsole console = new() { IsOutputTerminal = true, Width = 40, Height = 5 };
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        int calls = 0;
        own.Simulator.Faults.When(
            request =>
            {
                if (++calls == 3)
                {
                    _ = interrupt.CancelAsync();
                }

                return false;
            },
            Fault.DropBeforeExecution);

        Assert.Equal(130, await new CliApp(console, cli.Environment, new HurriedTime()).RunAsync(["vm", "list", "--watch"], interrupt.Token));

        Assert.DoesNotContain('\e', console.Output);
        Assert.InRange(console.Output.Split("\n\n").Length, 2, 3);
    }

    [Fact]
    public void OtherScreen_InTheBackground_DrawsWhenItIsInFrontAgain()
    {
        using TestConsole console = new() { IsOutputTerminal = true };
        using (OtherScreen screen = new(console))
        {
            (Action stop, Action goOn) = console.Stops!.Value;
            screen.Show("one");
            stop();
            string before = console.Output;
            console.IsInBackground = true;
            goOn();
            screen.Show("two");
            Assert.Equal(before, console.Output);

            console.IsInBackground = false;
            screen.Show("three");
            Assert.Equal($"{before}\e[?1049h\e[?25lthree", console.Output);
            Assert.Equal(1, console.Returns);
            console.IsInBackground = true;
        }

        Assert.EndsWith("three", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherScreen_Stopped_GivesTheTerminalBackAndComesAgain()
    {
        const string Enter = "\e[?1049h\e[?25l";
        const string Leave = "\e[0m\e[?25h\e[?1049l";
        using TestConsole console = new() { IsOutputTerminal = true };
        using (OtherScreen screen = new(console))
        {
            (Action stop, Action goOn) = console.Stops!.Value;
            stop();
            goOn();
            Assert.Equal("", console.Output);
            screen.Show("one");
            Assert.Equal($"{Enter}one", console.Output);

            stop();
            stop();
            Assert.Equal($"{Enter}one{Leave}", console.Output);

            // What is drawn meanwhile is not for the shell's screen.
            screen.Show("two");
            Assert.Equal($"{Enter}one{Leave}", console.Output);
            goOn();
            Assert.Equal($"{Enter}one{Leave}{Enter}two", console.Output);
        }

        Assert.Equal($"{Enter}one{Leave}{Enter}two{Leave}", console.Output);
    }

    [Theory]
    [InlineData("top")]
    [InlineData("vm list --watch")]
    public async Task Live_Stopped_GivesTheTerminalBack(string line)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using TestConsole console = new() { IsInputTerminal = true, IsOutputTerminal = true, Width = 90, Height = 40 };
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bool isStopped = false;
        console.Painted = () =>
        {
            if (!isStopped && console.Output.Contains("web-1", StringComparison.Ordinal))
            {
                isStopped = true;
                console.Stops!.Value.Stop();
                _ = interrupt.CancelAsync();
            }
        };

        int exitCode = await new CliApp(console, cli.Environment, new HurriedTime()).RunAsync([.. line.Split(' ')], interrupt.Token);

        Assert.Equal(130, exitCode);
        Assert.EndsWith("\e[?25h\e[?1049l", console.Output, StringComparison.Ordinal);
        Assert.Equal(2, console.Output.Split("\e[?1049l").Length);
    }
}
