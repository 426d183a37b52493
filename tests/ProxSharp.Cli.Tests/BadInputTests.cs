using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

public sealed class BadInputTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string WrongPin = "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA";

    private string Pin => cluster.Simulator.Fingerprint;

    [Fact]
    public async Task Get_UnknownHost_IsOneLineWithCode3()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.LineAsync("api get /version --url nowhere.invalid --user root@pam --secret env:LAB_SECRET")).FailedWith(3);

        Assert.Contains("nowhere.invalid", line, StringComparison.Ordinal);
        Assert.Contains("Check the host name", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ClosedPort_IsOneLineWithCode3()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.LineAsync("api get /version --url 127.0.0.1:9 --user root@pam --secret env:LAB_SECRET")).FailedWith(3);

        Assert.Contains("127.0.0.1:9", line, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public async Task Get_WrongFingerprint_IsOneLineWithCode3()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.LineAsync($"api get /version --url {cluster.Url} --token-id {DefaultCluster.TokenId} --secret env:LAB_SECRET --fingerprint {WrongPin}")).FailedWith(3);

        Assert.Contains(Pin, line, StringComparison.Ordinal);
        Assert.Contains("--fingerprint", line, StringComparison.Ordinal);
        Assert.DoesNotContain("ServerTrust", line, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public async Task Get_UnknownCertificateWithoutATerminal_IsRefusedAndNotAsked()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.LineAsync($"api get /version --url {cluster.Url} --token-id {DefaultCluster.TokenId} --secret env:LAB_SECRET")).FailedWith(3);

        Assert.Contains(Pin, line, StringComparison.Ordinal);
        Assert.DoesNotContain("ServerTrust", line, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "16")]
    public async Task Get_UnknownCertificateAtATerminal_IsAskedOnceAndRemembered()
    {
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 100);
        string line = $"api get /version --url {cluster.Url} --token-id {DefaultCluster.TokenId} --secret env:LAB_SECRET";

        cli.Input = "no\n";
        CliRun refused = await cli.LineAsync(line);
        cli.Input = "yes\n";
        CliRun accepted = await cli.LineAsync(line);
        cli.Input = "";
        CliRun remembered = await cli.LineAsync(line);

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains(Pin, accepted.Errors, StringComparison.Ordinal);
        accepted.Succeeded();
        remembered.Succeeded();
        Assert.Equal("", remembered.Errors);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Get_BadToken_IsOneLineWithCode4()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.With("BAD", "99999999-2222-3333-4444-555555555555");

        string line = (await cli.LineAsync($"api get /nodes --url {cluster.Url} --token-id {DefaultCluster.TokenId} --secret env:BAD --fingerprint {Pin}")).FailedWith(4);

        Assert.DoesNotContain("99999999", line, StringComparison.Ordinal);
        Assert.Contains("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Get_BadPassword_IsOneLineWithCode4()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.With("BAD", "not-the-password");

        string line = (await cli.LineAsync($"api get /nodes --url {cluster.Url} --user {DefaultCluster.DemoUser} --secret env:BAD --fingerprint {Pin}")).FailedWith(4);

        Assert.DoesNotContain("not-the-password", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api get /nodez", 2, "Did you mean /nodes?")]
    [InlineData("api get /nodes/{node}/qemu", 2, "holds a placeholder")]
    [InlineData("api get /nodes/pve1/qemu/100/config?current=1", 2, "key=value")]
    [InlineData("api get /nodes/pve1/qemu/abc/config", 2, "vmid")]
    [InlineData("api set /version", 2, "/version has no set")]
    [InlineData("api set /nodes/pve1/qemu/100/config memroy=1", 2, "Did you mean memory?")]
    [InlineData("api set /nodes/pve1/qemu/100/config memory=lots", 2, "memory")]
    [InlineData("api set /nodes/pve1/qemu/100/config cores=2 cores=3", 2, "no list")]
    [InlineData("api set /nodes/pve1/qemu/100/config nonsense", 2, "'nonsense' is no parameter")]
    [InlineData("api set /nodes/pve1/qemu/100/config description=@missing.txt", 2, "missing.txt")]
    [InlineData("api set /nodes/pve1/qemu/100/config --data '[1]'", 2, "no JSON object")]
    [InlineData("api set /nodes/pve1/qemu/100/config --data '{\"net0\": {}}'", 2, "net0")]
    [InlineData("api set /nodes/pve1/qemu/100/config --data '{'", 2, "no valid JSON")]
    [InlineData("api create /nodes/pve1/qemu/100/status/start --file x", 2, "takes no file")]
    [InlineData("api get /version --timeout 0", 2, "--timeout 0 is no time")]
    [InlineData("api get /version --timeout 2147483647", 2, "from 1 to 604800")]
    [InlineData("api get /version --fields ''", 2, "--fields names no field")]
    [InlineData("api get /version --fields ,", 2, "--fields names no field")]
    [InlineData("api get /version --url pve1 --user root@pam --secret env:LAB_SECRET --ca-file ~/.config/prox/contexts.json", 2, "holds no certificate")]
    [InlineData("api create /", 2, "prox api ls /")]
    [InlineData("api get /version --token-id root@pam!x", 2, "belongs to a server that is named with --url")]
    [InlineData("api get /version --context lab --url pve1 --user root@pam --secret env:X", 2, "exclude each other")]
    [InlineData("api get", 2, "path")]
    [InlineData("api get /version --fields nothing", 2, "has no field 'nothing'")]
    [InlineData("api get /nodes/pve1/qemu/4711/config", 5, "4711")]
    [InlineData("api set /cluster/options keyboard=de", 4, "Sys.Modify")]
    [InlineData("api create /nodes/pve1/qemu vmid=100 memory=512", 6, "100")]
    public async Task Call_BadInput_IsOneLine(string line, int exitCode, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NoServerChosen_NamesBothWays()
    {
        using CliHarness cli = new();

        string line = (await cli.LineAsync("api get /version")).FailedWith(2);

        Assert.Contains("prox context add", line, StringComparison.Ordinal);
        Assert.Contains("--url", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SecretNotSet_IsOneLineWithCode4()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("context add x pve1 --user root@pam --secret env:ABSENT_SECRET --use")).Succeeded();

        Assert.Contains("env:ABSENT_SECRET", (await cli.LineAsync("api get /version")).FailedWith(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_UnknownParameterWithJson_IsAnEnvelopeThatNamesIt()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api set /nodes/pve1/qemu/100/config memroy=1 cores=none -o json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        using JsonDocument envelope = JsonDocument.Parse(run.Errors);
        JsonElement error = envelope.RootElement.GetProperty("error");
        Assert.Equal("invalid_parameters", error.GetProperty("code").GetString());
        Assert.Equal(["cores", "memroy"], error.GetProperty("parameterErrors").EnumerateObject().Select(static member => member.Name).Order());
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Get_WithDebug_AddsTheStackTraceButNoSecret()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api get /nodes/pve1/qemu/4711/config --debug");

        Assert.Contains("ProxmoxNotFoundException", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(DefaultCluster.TokenSecret, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NoValidate_LeavesTheCheckToTheServer()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api set /nodes/pve1/qemu/100/config memroy=1 --no-validate");

        Assert.Contains("memroy", run.FailedWith(2), StringComparison.Ordinal);
        Assert.DoesNotContain("was not sent", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Interrupted_EndsWithCode130()
    {
        using CliHarness cli = await cluster.UserAsync();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = new();
        await interrupt.CancelAsync();

        int exitCode = await new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["api", "get", "/version"], interrupt.Token);

        Assert.Equal(130, exitCode);
        Assert.Equal("", console.Errors);
    }
}
