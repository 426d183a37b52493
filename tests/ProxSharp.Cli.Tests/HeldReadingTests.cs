using System.Diagnostics;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A command that reads what another program keeps open ends at Ctrl-C all the same.</summary>
public sealed class HeldReadingTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("diff -f -")]
    [InlineData("api set /nodes/pve1/config description=@-")]
    [InlineData("vm agent exec web-1 --input @- -- cat")]
    public async Task Interrupted_WhileStandardInputIsHeld_EndsAtOnce(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        using HeldInput input = new();
        using TestConsole console = new() { In = input };
        using CancellationTokenSource interrupt = new();

        Task<int> running = RunAsync(cli, console, [.. ShellWords.Split(line)], interrupt.Token);
        await Task.WhenAny(input.Reading, running).WaitAsync(s_hang, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted, console.Errors);
        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await running.WaitAsync(s_hang, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("diff -f PIPE")]
    [InlineData("api set /nodes/pve1/config description=@PIPE")]
    [InlineData("api get /version --url URL --fingerprint PIN --user root@pam --secret file:PIPE")]
    public async Task Interrupted_WhilePipeIsHeld_EndsAtOnce(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs named pipes of Unix.");
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = new();
        string pipe = Path.Combine(cli.Home, "pipe");
        await Process.Start("mkfifo", ["-m", "600", pipe]).WaitForExitAsync(TestContext.Current.CancellationToken);

        string[] words = [.. ShellWords.Split(line).Select(word => word
            .Replace("PIPE", pipe, StringComparison.Ordinal)
            .Replace("URL", cluster.Url, StringComparison.Ordinal)
            .Replace("PIN", cluster.Simulator.Fingerprint, StringComparison.Ordinal))];
        Task<int> running = RunAsync(cli, console, words, interrupt.Token);

        // Opened as soon as the command has opened it; then the command reads.
        Task<FileStream> opening = Task.Run(
            () => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite), TestContext.Current.CancellationToken);
        await Task.WhenAny(opening, running).WaitAsync(s_hang, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted, console.Errors);
        await using FileStream writer = await opening;
        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await running.WaitAsync(s_hang, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("schlüssel")]
    public async Task TokenSecret_WithSignsThatNoneHas_NamesItsPlace(string secret)
    {
        using CliHarness cli = new CliHarness().With("SECRET", secret);

        string error = (await cli.RunAsync(
            "api", "get", "/version", "--url", cluster.Url, "--fingerprint", cluster.Simulator.Fingerprint, "--token-id", $"{DefaultCluster.DemoUser}!x",
            "--secret", "env:SECRET")).FailedWith(ExitCodes.Authentication);

        Assert.Contains("env:SECRET", error, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list", "")]
    [InlineData("vm list -o json", "Interrupted before there was a result")]
    [InlineData("api get /cluster/resources -o json", "Interrupted before there was a result")]
    [InlineData("vm list --watch -o jsonl", "")]
    public async Task Interrupted_BeforeTheAnswer_IsAnErrorForProgramsThatWaitForOne(string line, string message)
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Simulator.Faults.When(
            request => request.Path.EndsWith("/cluster/resources", StringComparison.Ordinal) && asked.TrySetResult(), Fault.SlowReply(s_hang));

        Task<int> running = RunAsync(cli, console, [.. ShellWords.Split(line)], interrupt.Token);
        await asked.Task.WaitAsync(s_hang, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await running.WaitAsync(s_hang, TestContext.Current.CancellationToken));
        Assert.Contains(message, console.Errors, StringComparison.Ordinal);
        Assert.Equal(message.Length == 0, console.Errors.Length == 0);
    }

    private static Task<int> RunAsync(CliHarness cli, TestConsole console, string[] words, CancellationToken interrupt) =>
        Task.Run(() => new CliApp(console, cli.Environment, cli.Time).RunAsync(words, interrupt), CancellationToken.None);

    /// <summary>A pipe that nobody writes to.</summary>
    private sealed class HeldInput : TextReader
    {
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gone = new();

        public Task Reading => _reading.Task;

        public override int Read(char[] buffer, int index, int count)
        {
            _reading.TrySetResult();
            _gone.Wait(CancellationToken.None);
            return 0;
        }

        // As the runtime does for standard input: on the thread that asks.
        public override Task<string> ReadToEndAsync(CancellationToken cancellationToken) => Task.FromResult(ReadToEnd());

        public override string ReadToEnd() => Read([], 0, 0) == 0 ? "" : throw new InvalidOperationException();

        protected override void Dispose(bool disposing)
        {
            _gone.Set();
            base.Dispose(disposing);
        }
    }
}
