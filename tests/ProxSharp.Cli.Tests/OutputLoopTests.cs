using System.IO.Pipes;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What writes again and again ends with the reader of its output: <c>| head</c>.</summary>
public sealed class OutputLoopTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm list --watch=3600")]
    [InlineData("vm show web-1 --watch=3600 -o json")]
    [InlineData("events --interval 3600")]
    public async Task Loop_ReaderGoesAway_EndsWithSuccess(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();

        Assert.Equal(0, await cli.RunUntilClosedAsync(console, line));
        Assert.Equal("", console.Errors);
    }

    [Fact]
    public async Task Loop_Interrupted_EndsAsBefore()
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = new();
        Task<int> running = new CliApp(console, cli.Environment, cli.Time).RunAsync(["vm", "list", "--watch"], interrupt.Token);
        await Task.WhenAny(console.Flushed, running);

        await interrupt.CancelAsync();

        Assert.Equal(130, await running);
    }

    [Fact]
    public async Task FollowedLog_ReaderGoesAway_EndsWithSuccess()
    {
        await using Simulator.PveSimulator slow = await Simulator.PveSimulator.StartAsync(
            new Simulator.PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromHours(1) }, TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", Simulator.Scenarios.DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", slow.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", Simulator.Scenarios.DefaultCluster.TokenId, "--secret",
            "env:LAB_SECRET", "--fingerprint", slow.Fingerprint, "--use")).Succeeded();
        string upid = (await cli.LineAsync("vm start staging --no-wait -o name")).Succeeded().Trim();
        using TestConsole console = new();
        Task<int> running = new CliApp(console, cli.Environment, cli.Time).RunAsync(["task", "log", upid, "--follow"], TestContext.Current.CancellationToken);
        await Task.WhenAny(console.Watched, running);

        console.CloseOutput();

        Assert.Equal(0, await running);
    }

    [Fact]
    public void Pipe_ReaderGoesAway_IsSeenWithoutWriting()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to ask.");
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        int file = (int)pipe.SafePipeHandle.DangerousGetHandle();

        bool before = ClosedPipe.IsClosed(file);
        pipe.ClientSafePipeHandle.Dispose();

        Assert.False(before);
        Assert.True(ClosedPipe.IsClosed(file));
    }

    [Fact]
    public void File_NobodyReads_IsNotClosed()
    {
        using CliHarness cli = new();
        using FileStream file = new(Path.Combine(cli.Home, "out"), FileMode.Create);

        Assert.False(ClosedPipe.IsClosed((int)file.SafeFileHandle.DangerousGetHandle()));
    }
}
