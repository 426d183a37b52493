using System.Text;
using ProxSharp.Cli.Consoles;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Secrets;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Consoles in the terminal, files for viewers, and the keyring.</summary>
public sealed class ConsoleVerbTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("console web-1", "root@web-1:~# ")]
    [InlineData("vm console 100", "root@web-1:~# ")]
    [InlineData("ct console dns", "root@dns:~# ")]
    [InlineData("console pve1", "demo@pve1:~$ ")]
    public async Task Console_InAPipe_SendsTheInputAndEndsWithTheShell(string line, string prompt)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = "echo hello\rexit\r";

        CliRun run = await cli.LineAsync(line);

        Assert.Contains($"{prompt}echo hello\r\nhello\r\n", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("has ended", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo hello\n")]
    [InlineData("echo hello")]
    public async Task Console_ScriptWithoutExit_EndsWithItsInput(string script)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = script;

        CliRun run = await cli.LineAsync("ct console dns");

        Assert.Contains("root@dns:~# echo hello\r\nhello\r\n", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("logout", run.Output, StringComparison.Ordinal);
        Assert.Contains("has ended", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ls\n", "ls\n\u0004\u0004")]
    [InlineData("ls", "ls\n\u0004\u0004")]
    [InlineData("", "\u0004\u0004")]
    public async Task Pump_ConsoleThatNeverEnds_IsLeftWhenNothingComesAnyMore(string script, string expected)
    {
        using TestConsole console = new() { In = new StringReader(script) };
        using MemoryStream typed = new();
        await using SilentSession session = new(typed);
        ConsolePump pump = new(TimeProvider.System, TimeSpan.FromMilliseconds(20));

        Assert.Equal(ConsoleEnd.Silent, await pump.RunAsync(session, console, TestContext.Current.CancellationToken));
        Assert.Equal(expected, Encoding.ASCII.GetString(typed.ToArray()));
    }

    [Fact]
    public async Task Console_UnknownName_EndsWithCode5()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("neither a guest nor a node 'nothing'", (await cli.LineAsync("console nothing")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("console staging", 6, "VM 106 (staging) is stopped", "prox vm start 106")]
    [InlineData("ct console wiki", 6, "container 203 (wiki) is stopped", "prox ct start 203")]
    [InlineData("vm console mute", 1, "VM 300 (mute) has no serial port", "prox vm set 300 --serial0 socket")]
    public async Task Console_GuestWithoutOne_IsAnErrorWithTheNextStep(string line, int exitCode, string reason, string step)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = static cluster =>
                {
                    DefaultCluster.Build(cluster);
                    cluster.AddVm("pve1", 300, "mute", static vm => vm.IsRunning = true);
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();

        string error = (await cli.LineAsync(line)).FailedWith(exitCode);

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains(step, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pump_DetachKey_LeavesAtOnce()
    {
        using TestConsole console = new() { IsInputTerminal = true, Keys = new MemoryStream(Encoding.ASCII.GetBytes("ls\r\u001dnever")) };
        using MemoryStream typed = new();
        await using SilentSession session = new(typed);

        ConsolePump pump = new(TimeProvider.System, TimeSpan.FromDays(1));
        Assert.Equal(ConsoleEnd.Left, await pump.RunAsync(session, console, TestContext.Current.CancellationToken));
        Assert.Equal("ls\r", Encoding.ASCII.GetString(typed.ToArray()));
    }

    [Fact]
    public async Task Pump_Signal_IsNoEndOfTheConsole()
    {
        using TestConsole console = new() { IsInputTerminal = true, Keys = new EndlessStream() };
        using MemoryStream typed = new();
        await using SilentSession session = new(typed);
        using CancellationTokenSource signal = new();

        Task<ConsoleEnd> pump = new ConsolePump(TimeProvider.System, TimeSpan.FromDays(1)).RunAsync(session, console, signal.Token);
        await signal.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pump);
    }

    // A keyboard on which nobody types; a read of it does not hear that it is to end.
    private sealed class EndlessStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await new TaskCompletionSource().Task;
            return 0;
        }
    }

    [Fact]
    public async Task Spice_Machine_WritesTheFileOfTheViewer()
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync("spice dns --output-file web.vv")).Succeeded();

        Assert.StartsWith(
            "[virt-viewer]", await File.ReadAllTextAsync(Path.Combine(cli.Home, "web.vv"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "secret-tool")]
    [InlineData(true, "security")]
    public async Task Keyring_StoreReadDelete_NeverPutsTheSecretIntoArguments(bool isMac, string program)
    {
        Dictionary<string, string> entries = [];
        List<string> arguments = [];
        Keyring keyring = new(
            (name, words, input, _) =>
            {
                Assert.Equal(program, name);
                arguments.AddRange(words);
                if (input.Length > 0)
                {
                    entries["lab"] = isMac ? input.Split("-w \"")[1].TrimEnd('\n', '"') : input;
                }

                bool reads = words[0] is "lookup" or "find-generic-password";
                return Task.FromResult<ProgramResult?>(
                    new ProgramResult(reads && !entries.ContainsKey("lab") ? 1 : 0, reads ? entries.GetValueOrDefault("lab", "") + "\n" : "", ""));
            },
            isMac);

        await Assert.ThrowsAsync<InvalidOperationException>(() => keyring.ReadAsync("lab", TestContext.Current.CancellationToken));
        await keyring.StoreAsync("lab", "s3cret", TestContext.Current.CancellationToken);

        Assert.Equal("s3cret", await keyring.ReadAsync("lab", TestContext.Current.CancellationToken));
        await keyring.DeleteAsync("lab", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("s3cret", arguments);
    }

    [Fact]
    public async Task Keyring_WithoutItsProgram_SaysWhatToDo()
    {
        Keyring keyring = new(static (_, _, _, _) => Task.FromResult<ProgramResult?>(null), isMac: false);

        InvalidOperationException missing = await Assert.ThrowsAsync<InvalidOperationException>(
            () => keyring.ReadAsync("lab", TestContext.Current.CancellationToken));

        Assert.Contains("libsecret-tools", missing.Message, StringComparison.Ordinal);
        Assert.Equal("keyring:lab", SecretReference.Parse("keyring:lab", new CliHarness().Environment).ToString());
    }

    /// <summary>A console on the server that says nothing and never ends.</summary>
    private sealed class SilentSession(Stream typed) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            typed.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
