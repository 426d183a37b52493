using System.Net;
using System.Net.Sockets;
using System.Globalization;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What the doctor says of certificates.</summary>
public sealed class DoctorTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private const string Other = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

    [Fact]
    public async Task Doctor_BackupServer_ShowsTheFingerprintOfItsCertificate()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");

        CliRun run = await cli.LineAsync("doctor");

        Assert.Contains(backup.Simulator.Fingerprint, Joined(run.Output), StringComparison.Ordinal);
        Assert.Contains("good until ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "ok    certificate", "good until")]
    [InlineData(695, "ok    certificate", "good until")]
    [InlineData(705, "warn  certificate", "ends on")]
    [InlineData(735, "FAIL  certificate", "ended on")]
    public async Task Doctor_Server_ShowsTheSubjectAndEndOfItsCertificate(int days, string mark, string period)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness { Time = new LaterTime(TimeSpan.FromDays(days)) }.With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync("doctor");

        // The simulator's certificates are good for two years. The clock is wrong then as well, which is another finding.
        run.FailedWithCode(days == 0 ? 0 : 1);
        Assert.Contains(mark, run.Output, StringComparison.Ordinal);
        Assert.Contains("O=ProxSharp Simulator", run.Output, StringComparison.Ordinal);
        Assert.Matches($@"{period}\s+20\d\d-\d\d-\d\d", run.Output);
        Assert.Equal(days > 700, run.Output.Contains("-> On the node: pvecm updatecerts --force", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "ok    certificate")]
    [InlineData(705, "warn  certificate")]
    [InlineData(735, "FAIL  certificate")]
    public async Task Doctor_BackupServer_JudgesTheEndOfItsCertificate(int days, string mark)
    {
        using CliHarness cli = new() { Time = new LaterTime(TimeSpan.FromDays(days)) };
        await backup.UseAsync(cli, "backup");

        Assert.Contains(mark, (await cli.LineAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Guests_InNoBackupJob_AreCountedWithoutTemplates()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        string[] all = (await cli.LineAsync("api get /cluster/backup-info/not-backed-up --query [].vmid -o jsonl")).Succeeded()
            .Split(['\n', '[', ']', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Contains("9000", all);

        CliRun run = await cli.LineAsync("doctor");

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{all.Length - 1} guests are in no backup job"), run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 0, "")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"]}]}""", 0, "warn  policy      the token may also do what is exec (")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged","exec"]}],"exec":{"enabled":true}}""", 0, "ok    policy      allows read, ")]
    [InlineData("""{"version":1,"alow":[]}""", 1, "FAIL  policy ")]
    public async Task Doctor_WherePolicyGuards_SaysWhatTheTokenMayDoBeyondIt(string? policy, int exitCode, string expected)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        if (policy is not null)
        {
            cli.Guard("backup", policy);
        }

        CliRun run = await cli.LineAsync("doctor");

        run.FailedWithCode(exitCode);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.Equal(policy is not null, run.Output.Contains(" policy ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_FirstOfTwoServersShowsAnotherCertificate_ReportsOnTheOther()
    {
        await using PveSimulator good = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, TestContext.Current.CancellationToken);
        await using PveSimulator bad = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", bad.Endpoint.GetLeftPart(UriPartial.Authority), good.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id",
            DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", good.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync("doctor");

        run.FailedWithCode(1);
        Assert.Contains("FAIL  server", run.Output, StringComparison.Ordinal);
        Assert.Contains("ok    server", run.Output, StringComparison.Ordinal);
        Assert.Contains(" change permissions", run.Output, StringComparison.Ordinal);
        Assert.Contains("has its quorum", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_TokenNameThatTheServerWouldNotTake_IsAFinding()
    {
        await using StubServer server = StubServer.Start(static request => StubReply.Json(request.Target.Split('?')[0] switch
        {
            "/api2/json/version" => """{"data":{"version":"9.2","release":"9.2","repoid":"0123456789abcdef"}}""",
            "/api2/json/nodes" => """{"data":[{"node":"pve1","status":"online","type":"node","id":"node/pve1"}]}""",
            "/api2/json/access/permissions" => """{"data":{"/":{"Permissions.Modify":1}}}""",
            "/api2/json/nodes/pve1/time" => """{"data":{"time":1790000000,"localtime":1790000000,"timezone":"UTC"}}""",
            "/api2/json/cluster/resources" => """{"data":[{"type":"node","id":"node/pve1","node":"pve1","status":"online"}]}""",
            _ => """{"data":[]}""",
        }));
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", server.Address.GetLeftPart(UriPartial.Authority), "--product", "pve", "--token-id", "root@pam!x",
            "--secret", "env:LAB_SECRET", "--fingerprint", server.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync("doctor");

        Assert.True(run.Output.Contains("warn  token", StringComparison.Ordinal), run.Output + run.Errors);
        Assert.Contains(" change permissions", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor", "FAIL  server")]
    [InlineData("export", "was answered with something else than the object")]
    [InlineData("export guests --guests 100", "There is no guest '100'")]
    public async Task Answers_ThatAreNull_AreNoFaultOfTheProgram(string line, string expected)
    {
        await using StubServer server = StubServer.Start(static _ => StubReply.Json("""{"data":null}"""));
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", server.Address.GetLeftPart(UriPartial.Authority), "--product", "pve", "--token-id", "root@pam!x",
            "--secret", "env:LAB_SECRET", "--fingerprint", server.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync(line);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, 3)]
    [InlineData(false, true, 4)]
    public async Task Doctor_NothingWorks_EndsWithTheCodeOfTheReason(bool isOtherCertificate, bool isOtherSecret, int exitCode)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", isOtherSecret ? "00000000-0000-0000-0000-000000000000" : DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", isOtherCertificate ? Other : simulator.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync("doctor");

        run.FailedWithCode(exitCode);
        Assert.Contains("FAIL  server", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithTheServersFingerprint_IsWell()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, backup.Simulator.Fingerprint, 0);

        Assert.Contains("ok    fingerprint", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithAnotherFingerprint_FailsAndSaysHowToMendIt()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, Other, 1);

        Assert.Contains("FAIL  fingerprint", text, StringComparison.Ordinal);
        Assert.Contains($"pvesm set offsite --fingerprint {backup.Simulator.Fingerprint}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithoutAFingerprint_IsWarnedOf()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, null, 0);

        Assert.Contains("warn  fingerprint", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_BackupServerThatCannotBeReached_IsOnlyNoted()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        string text = await ExamineAsync(port, Other, 0);

        Assert.Contains("note  fingerprint", text, StringComparison.Ordinal);
    }

    private static async Task<string> ExamineAsync(int port, string? fingerprint, int exitCode)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = cluster =>
                {
                    DefaultCluster.Build(cluster);
                    cluster.AddStorage("offsite", "pbs", storage =>
                    {
                        storage.Set("server", "127.0.0.1").Set("port", port.ToString(CultureInfo.InvariantCulture)).Set("datastore", "main").Set("username", "a@pbs");
                        if (fingerprint is not null)
                        {
                            storage.Set("fingerprint", fingerprint);
                        }
                    });
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        CliRun run = await cli.LineAsync("doctor");
        run.FailedWithCode(exitCode);
        return run.Output;
    }

    private static string Joined(string text) => text.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    // Timers are those of the system: only the date is another.
    private sealed class LaterTime(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + later;
    }
}
