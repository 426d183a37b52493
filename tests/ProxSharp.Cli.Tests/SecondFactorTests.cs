using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Logins of a user who has time-based codes and recovery keys.</summary>
public sealed class SecondFactorTests : IAsyncLifetime
{
    private const string RecoveryKey = "1111-2222-3333-abcd";

    // The secret, the time and the code are a test vector of RFC 6238.
    private const string Code = "279037";
    private static readonly byte[] s_secret = "12345678901234567890"u8.ToArray();

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(2_000_000_000));
    private PveSimulator _simulator = null!;

    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
    {
        TimeProvider = _time,
        Delays = false,
        Scenario = static cluster =>
        {
            DefaultCluster.Build(cluster);
            cluster.AddUser("careful@pve", "careful-password").AddTotp("careful@pve", s_secret).AddRecoveryKeys("careful@pve", RecoveryKey);
        },
    });

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    [Theory]
    [InlineData(Code)]
    [InlineData("279 037")]
    [InlineData("totp:" + Code)]
    [InlineData(RecoveryKey)]
    [InlineData("1111-2222-3333-ABCD")]
    public async Task Login_WhateverOfTheUsersFactorsIsTyped_IsRecognised(string typed)
    {
        using CliHarness cli = await UserAsync(120);
        cli.Input = typed + "\n";

        CliRun run = await cli.LineAsync("api get /version");

        run.Succeeded();
        Assert.Contains("time-based code of 6 digits", run.Errors, StringComparison.Ordinal);
        Assert.Contains("recovery key xxxx-xxxx-xxxx-xxxx", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "none was typed")]
    [InlineData("\n", "none was typed")]
    [InlineData("12345\n", "no second factor")]
    [InlineData("cccccccccccccccccccccccccccccccccccccccccccc\n", "does not accept a YubiKey code")]
    [InlineData("000000\n", "The second factor was not accepted")]
    public async Task Login_NothingOrSomethingElseTyped_IsOneLineAndNotLoggedIn(string input, string expected)
    {
        using CliHarness cli = await UserAsync(120);
        cli.Input = input;

        CliRun run = await cli.LineAsync("api get /version --no-color");

        Assert.Equal(ExitCodes.Authentication, run.ExitCode);
        string[] lines = run.Errors[run.Errors.IndexOf("error: ", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(expected, Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_WithoutATerminal_SaysWhatUsersOfTheToolCanDo()
    {
        using CliHarness cli = await UserAsync(null);

        string line = (await cli.LineAsync("api get /version")).FailedWith(ExitCodes.Authentication);

        Assert.EndsWith(SecondFactorPrompt.Advice, line, StringComparison.Ordinal);
        Assert.DoesNotContain("ProxmoxCredentials", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_InterruptedAtTheQuestion_EndsAtOnce()
    {
        using CliHarness cli = await UserAsync(120);
        using SilentReader nobody = new();
        using TestConsole console = new() { In = nobody, IsInputTerminal = true, IsErrorTerminal = true };
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int> run = new CliApp(console, cli.Environment, cli.Time).RunAsync(["api", "get", "/version"], interrupt.Token);
        await nobody.Asked.WaitAsync(TestContext.Current.CancellationToken);

        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await run);
        nobody.Leave();
    }

    [Theory]
    [InlineData("123456", "totp")]
    [InlineData("1a2b-3c4d-5e6f-7a8b", "recovery")]
    [InlineData("cccccbdefghijklnrtuvcccccbdefghijklnrtuvcbde", "yubico")]
    [InlineData("webauthn:{}", "webauthn")]
    public void Read_EachForm_IsItsKind(string typed, string kind)
        => Assert.Equal(kind, SecondFactorPrompt.Read("careful@pve", ["totp", "recovery", "yubico", "webauthn"], typed).Kind);

    private async Task<CliHarness> UserAsync(int? terminalWidth)
    {
        CliHarness cli = new CliHarness { TerminalWidth = terminalWidth }.With("CAREFUL_PASSWORD", "careful-password");
        (await cli.RunAsync(
            "context", "add", "lab", _simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--user", "careful@pve", "--secret", "env:CAREFUL_PASSWORD",
            "--fingerprint", _simulator.Fingerprint, "--use")).Succeeded();
        return cli;
    }
}
