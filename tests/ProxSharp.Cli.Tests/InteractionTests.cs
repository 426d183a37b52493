using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Nouns;
using ProxSharp.Pve.Agents;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Conversations at a terminal: who is asked what, what follows from the answers, and that nobody is asked where there is no terminal.</summary>
public sealed class InteractionTests
{
    // The secret, the time and the code are a test vector of RFC 6238.
    private const string Code = "279037";
    private static readonly byte[] s_secret = "12345678901234567890"u8.ToArray();

    [Theory]
    [InlineData("\n\n", "PVEAuditor", "/")]
    [InlineData("1\n/vms\n", "PVEAuditor", "/vms")]
    [InlineData("2\n/vms/100\n", "PVEVMUser", "/vms/100")]
    [InlineData("3\n\n", "PVEVMAdmin", "/")]
    [InlineData("PVEPoolUser\n/pool/production\n", "PVEPoolUser", "/pool/production")]
    public async Task Login_AtATerminal_AsksWhatTheTokenMayDoAndGivesNoMore(string answers, string role, string path)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new() { TerminalWidth = 100, Input = $"root@pam\n{DefaultCluster.RootPassword}\n{answers}" };

        CliRun run = await cli.RunAsync("login", cluster.Url, "--store", "file", "--name", "lab", "--fingerprint", cluster.Simulator.Fingerprint);

        run.Succeeded();
        Assert.Contains("look at everything, change nothing", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"The token root@pam!prox has the role {role} on {path};", run.Errors, StringComparison.Ordinal);
        using CliHarness root = (await cluster.UserAsync()).With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        string acl = (await root.RunAsync(
            "api", "get", "/access/acl", "--url", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint,
            "--query", "[?ugid=='root@pam!prox'].[path, roleid]", "-o", "jsonl")).Succeeded();
        Assert.Equal($"[\"{path}\",\"{role}\"]\n", acl);
    }

    [Theory]
    [InlineData("PVEVMAdmn\nPVEVMAdmin\n\n", "There is no role 'PVEVMAdmn'. Did you mean PVEVMAdmin?", "PVEVMAdmin")]
    [InlineData("PVEAuditor,PVEVMBoss\n2\n\n", "There is no role 'PVEVMBoss'", "PVEVMUser")]
    [InlineData("7\n3\n\n", "7 is none of the numbers.", "PVEVMAdmin")]
    public async Task Login_RoleThatThereIsNot_IsAskedForAgain(string answers, string told, string role)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new() { TerminalWidth = 100, Input = $"root@pam\n{DefaultCluster.RootPassword}\n{answers}" };

        CliRun run = await cli.RunAsync("login", cluster.Url, "--store", "file", "--name", "lab", "--fingerprint", cluster.Simulator.Fingerprint);

        run.Succeeded();
        Assert.Contains(told, run.Errors, StringComparison.Ordinal);
        Assert.Contains($"The token root@pam!prox has the role {role} on /;", run.Errors, StringComparison.Ordinal);
        Assert.Single(cluster.Simulator.Traffic.Requests, static request => request.Method == "POST" && request.Path.Contains("/token/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("9\n", "none of the numbers")]
    [InlineData("PVEAuditr\n", "There is no role 'PVEAuditr'. Did you mean PVEAuditor?")]
    [InlineData("1\nvms\n", "no path")]
    public async Task Login_AnswerThatIsWrong_MakesNoToken(string answers, string reason)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new() { TerminalWidth = 100, Input = $"root@pam\n{DefaultCluster.RootPassword}\n{answers}" };

        CliRun run = await cli.RunAsync("login", cluster.Url, "--store", "file", "--name", "lab", "--fingerprint", cluster.Simulator.Fingerprint);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.ContextFile));
        using CliHarness root = (await cluster.UserAsync()).With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        Assert.Equal("[]\n", (await root.RunAsync(
            "api", "get", "/access/users/root@pam/token", "--url", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint",
            cluster.Simulator.Fingerprint, "-o", "json")).Succeeded());
    }

    [Fact]
    public async Task Login_UserWithASecondFactor_IsAskedForItOnce()
    {
        FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(2_000_000_000));
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
        {
            TimeProvider = time,
            Delays = false,
            Scenario = static cluster =>
            {
                DefaultCluster.Build(cluster);
                cluster.AddUser("careful@pve", "careful-password").AddTotp("careful@pve", s_secret).Grant("/", "careful@pve", "Administrator");
            },
        });
        using CliHarness cli = new() { TerminalWidth = 100, Input = $"careful@pve\ncareful-password\n{Code}\n1\n\n" };

        CliRun run = await cli.RunAsync(
            "login", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--store", "file", "--name", "lab", "--fingerprint", simulator.Fingerprint);

        run.Succeeded();
        Assert.Single(Regex.Matches(run.Errors, "time-based code"));
        Assert.Contains("The token careful@pve!prox has the role PVEAuditor on /", run.Errors, StringComparison.Ordinal);
        Assert.Contains("web-1", (await cli.LineAsync("vm list -o name --fields name")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("staging\n", 0)]
    [InlineData(" staging \n", 0)]
    [InlineData("Staging\n", 8)]
    [InlineData("106\n", 8)]
    [InlineData("yes\n", 8)]
    [InlineData("", 8)]
    public async Task Delete_AtATerminal_OnlyTheNameDestroys(string typed, int exitCode)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 100);
        cli.Input = typed;

        CliRun run = await cli.LineAsync("vm delete staging --no-color");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("About to delete VM 106 (staging) in the context lab. There is no way back.", run.Errors, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0 ? 5 : 0, (await cli.LineAsync("vm show staging")).ExitCode);
    }

    [Fact]
    public async Task FirstUse_AtATerminal_IsAskedOnceAndRemembered()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await UnknownAsync(cluster, terminalWidth: 100);
        cli.Input = "yes\n";

        CliRun first = await cli.LineAsync("api get /version");
        cli.Input = "";
        CliRun second = await cli.LineAsync("api get /version");

        first.Succeeded();
        Assert.Contains(cluster.Simulator.Fingerprint, first.Errors, StringComparison.Ordinal);
        Assert.Contains("Compare the fingerprint with what the server shows", first.Errors, StringComparison.Ordinal);
        second.Succeeded();
        Assert.DoesNotContain("trusted", second.Errors, StringComparison.Ordinal);
        Assert.Contains($"first use: {cluster.Simulator.Fingerprint[..23]}", (await cli.LineAsync("context list")).Succeeded(), StringComparison.Ordinal);
        string file = Path.Combine(cli.Home, ".config", "prox", "known-servers");
        Assert.Contains(cluster.Simulator.Fingerprint, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no\n")]
    [InlineData("y\n")]
    [InlineData("y\nno\nyes\n")]
    [InlineData("a\nb\nc\nyes\n")]
    [InlineData("")]
    public async Task FirstUse_AnyAnswerButYes_ConnectsNot(string typed)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await UnknownAsync(cluster, terminalWidth: 100);
        cli.Input = typed;

        Assert.Equal(3, (await cli.LineAsync("api get /version")).ExitCode);

        Assert.False(File.Exists(Path.Combine(cli.Home, ".config", "prox", "known-servers")));
    }

    [Fact]
    public async Task FirstUse_HalfAnAnswer_IsAskedAgain()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await UnknownAsync(cluster, terminalWidth: 100);
        cli.Input = "y\nYES\n";

        CliRun run = await cli.LineAsync("api get /version");

        run.Succeeded();
        Assert.Contains("Type the whole word, yes or no: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstUse_WithoutATerminal_IsRefusedWithTheFingerprint()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await UnknownAsync(cluster, terminalWidth: null);
        cli.Input = "yes\n";

        Assert.Contains(cluster.Simulator.Fingerprint, (await cli.LineAsync("api get /version")).FailedWith(3), StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(Path.Combine(cli.Home, ".config", "prox", "known-servers")));
    }

    [Fact]
    public async Task FirstUse_AnotherCertificateLater_IsRefusedWithoutAQuestion()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await UnknownAsync(cluster, terminalWidth: 100);
        cli.Input = "yes\n";
        (await cli.LineAsync("api get /version")).Succeeded();
        string file = Path.Combine(cli.Home, ".config", "prox", "known-servers");
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string other = string.Join(':', Enumerable.Repeat("AB", 32));
        await File.WriteAllTextAsync(file, text.Replace(cluster.Simulator.Fingerprint, other, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        CliRun run = await cli.LineAsync("api get /version");

        Assert.Equal(3, run.ExitCode);
        Assert.DoesNotContain("Type yes or no", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(3, null, 3)]
    [InlineData(255, null, 255)]
    [InlineData(null, 9, 137)]
    [InlineData(null, 15, 143)]
    [InlineData(300, null, null)]
    [InlineData(null, -1073741510, null)]
    [InlineData(null, null, null)]
    public void ExitCode_OfAProgramInAGuest_IsWhatAShellWouldGive(int? exitCode, int? signal, int? expected) =>
        Assert.Equal(expected, AgentNoun.ExitCodeOf(new AgentExecResult { ProcessId = 1, HasExited = true, ExitCode = exitCode, Signal = signal }));

    private static async Task<CliHarness> UnknownAsync(SimulatedCluster cluster, int? terminalWidth)
    {
        CliHarness cli = new CliHarness { TerminalWidth = terminalWidth }.With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync("context", "add", "lab", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--use")).Succeeded();
        return cli;
    }
}
