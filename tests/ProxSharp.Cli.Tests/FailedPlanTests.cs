using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A plan that fails while it is applied ends as the command alone does: with the same exit code, and with what is missing.</summary>
public sealed class FailedPlanTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}""";
    private const string Config = "/nodes/pve1/qemu/106/config";

    [Fact]
    public async Task Apply_WithoutAPrivilege_EndsWithFour_AndNamesIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", "admin", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint,
            "--use")).Succeeded();
        (await cli.LineAsync("agent token create --role reader --store file --name lab")).Succeeded();
        (await cli.LineAsync("context use lab")).Succeeded();
        cli.Guard("lab", Policy);
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm set staging --memory 3072");

        CliRun run = await cli.LineAsync($"plan apply {plan} -o json");

        JsonElement error = Error(run, 4);
        Assert.Equal("permission", error.GetProperty("code").GetString());
        Assert.Matches(@"VM\.Config\.Memory\b.* on /vms/106$", error.GetProperty("need")[0].GetString()!);
        Assert.StartsWith("POST /nodes/pve1/qemu/106/config memory=3072", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "no such thing", 5, "not_found")]
    [InlineData(500, "VM is locked (backup)", 6, "conflict")]
    [InlineData(500, "detected modified configuration - file changed by other user? Try again.", 6, "conflict")]
    [InlineData(403, "Permission check failed (/vms/106, VM.Config.Memory)", 4, "permission")]
    [InlineData(400, "only this one was wrong", 1, "api_error")]
    public async Task Apply_ThatTheServerRefuses_EndsAsTheCommandAlone(int status, string reason, int exitCode, string code)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm set staging --memory 3072");
        cluster.Simulator.Faults.When(IsChange, Fault.Status(status, reason), 100);

        JsonElement error = Error(await cli.LineAsync($"plan apply {plan} -o json"), exitCode);

        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.False(error.TryGetProperty("retryable", out JsonElement again) && again.GetBoolean());
        Assert.NotEqual("", error.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task Apply_WhoseAnswerIsLost_EndsAsTheCommandAlone_AndSaysThatNobodyKnows()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm set staging --memory 3072");
        cluster.Simulator.Faults.When(IsChange, Fault.DropAfterExecution, 100);

        JsonElement error = Error(await cli.LineAsync($"plan apply {plan} -o json"), 3);

        Assert.True(error.GetProperty("outcomeUnknown").GetBoolean());
        Assert.Contains("look before you repeat it", error.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_WhoseTaskFails_EndsWithNine_AndHasTheEndOfItsLog()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm start staging");
        cluster.Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Text = "no space left on device" });

        JsonElement error = Error(await cli.LineAsync($"plan apply {plan} -o json"), 9);

        Assert.Equal("task_failed", error.GetProperty("code").GetString());
        Assert.StartsWith("UPID:pve1:", error.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, error.GetProperty("logTail").GetArrayLength());
    }

    [Fact]
    public async Task Apply_WhoseOutcomeHasNoRoomInTheLedger_TellsWhatWasMadeAndWhatWasNot()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlannedAsync(cli, (Config, "cores", 2), (Config, "memory", 3072), (Config, "memory", 2560));
        int changes = 0;
        cluster.Simulator.Faults.When(
            request =>
            {
                if (IsChange(request) && ++changes == 2)
                {
                    // As on a disk that is full from here on.
                    Directory.CreateDirectory(Path.Combine(cli.StateOf("lab"), "ledger.head.new"));
                }

                return false;
            },
            Fault.ConnectionRefused);

        CliRun run = await cli.LineAsync($"plan apply {plan} -o json");

        JsonElement error = Error(run, 7);
        Assert.Equal("refused_ledger", error.GetProperty("code").GetString());
        Assert.Contains("memory=3072 was sent (succeeded: OK), and that is not on record. ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(", so this was not done: POST /nodes/pve1/qemu/106/config memory=2560", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        using JsonDocument steps = JsonDocument.Parse(run.Output);
        Assert.Equal([(2, true), (0, true)], steps.RootElement.GetProperty("data").EnumerateArray()
            .Select(static step => (step.GetProperty("number").GetInt32(), step.GetProperty("succeeded").GetBoolean())));
    }

    [Theory]
    [InlineData("-o json")]
    [InlineData("")]
    public async Task Apply_OfACloneThatCannotBeSeen_IsASuccessWithANote(string format)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlannedAsync(cli, ("/nodes/pve1/qemu/106/clone", "newid", 800), (Config, "memory", 3072));
        cluster.Simulator.Faults.When(
            static request => request.Path.EndsWith("/800/config", StringComparison.Ordinal), Fault.Status(403, "Permission check failed (/vms/800, VM.Audit)"), 100);

        CliRun run = await cli.LineAsync($"plan apply {plan} {format}");

        Assert.Contains("what it has left could not be read, or put on record", format.Length == 0 ? run.Errors : run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("memory=3072", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("VM.Audit", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"method":"POST","path":"/nodes/pve1/qemu/106/config","parameters":{"vmid":107,"memory":3072}}]""", "'vmid' is '106' in the path and '107' in the parameters")]
    [InlineData("""[{"method":"POST","path":"/nodes/pve1/qemu/106/config?memory=1","parameters":{}}]""", "has a query")]
    [InlineData("""[{"method":"DELETE","path":"/nodes/pve1/qemu/../qemu/106"}]""", "has a step '..'")]
    public async Task Create_OfACallThatContradictsItself_IsAUsageErrorThatNamesIt(string calls, string expected)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        cli.Write("calls.json", calls);
        string error = (await cli.LineAsync("plan create --calls calls.json")).FailedWith(2);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api set /nodes/pve1/qemu/106/config vmid=107 memory=3072")]
    [InlineData("api get /nodes/pve1/qemu/106/config vmid=107")]
    public async Task RawCall_ThatContradictsItself_IsAUsageErrorThatNamesIt(string line)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains("'vmid' is '106' in the path and '107' in the parameters", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    private static async Task<CliHarness> GuardedAsync(SimulatedCluster cluster)
    {
        CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", Policy);
        return cli;
    }

    private static async Task<string> PlannedAsync(CliHarness cli, params (string Path, string Name, int Value)[] calls)
    {
        string file = cli.Write("calls.json", $"[{string.Join(',', calls.Select(static call => $$$"""
            {"method":"POST","path":"{{{call.Path}}}","parameters":{"{{{call.Name}}}":"{{{call.Value}}}"}}
            """))}]");
        return (await cli.LineAsync($"plan create --calls {file} -o name")).Succeeded().Trim();
    }

    private static bool IsChange(ProxSharp.Simulator.SimulatedRequest request) =>
        request.Method != "GET" && request.Path.EndsWith(Config, StringComparison.Ordinal);

    private static JsonElement Error(CliRun run, int exitCode)
    {
        run.FailedWithCode(exitCode);
        using JsonDocument document = JsonDocument.Parse(run.Errors);
        return document.RootElement.TryGetProperty("error", out JsonElement error) ? error.Clone() : document.RootElement.Clone();
    }
}
