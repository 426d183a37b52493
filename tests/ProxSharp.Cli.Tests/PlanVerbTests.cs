using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Plans on the command line: made from commands, approved, applied once, taken back.</summary>
public sealed class PlanVerbTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"protect":{"tags":["prod"]},"limits":{"targetsPerPlan":3},
         "approval":{"disruptive":"none","destructive":"prompt"}}
        """;

    [Fact]
    public async Task Plan_OfACommand_IsAppliedOnce()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        JsonElement plan = Data(await cli.LineAsync("plan create vm set staging --memory 3072 -o json"));
        string id = plan.GetProperty("plan").GetString()!;
        Assert.Equal("reversible", plan.GetProperty("class").GetString());
        Assert.StartsWith("POST /nodes/pve1/qemu/106/config memory=3072 digest=", plan.GetProperty("calls")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(id + "\n", (await cli.LineAsync("plan list --open -o name")).Succeeded());
        Assert.Contains("memory=3072", (await cli.LineAsync($"plan show {id[..12]}")).Succeeded(), StringComparison.Ordinal);

        JsonElement steps = Data(await cli.LineAsync($"plan apply {id[..12]} -o json"));

        Assert.True(steps[0].GetProperty("succeeded").GetBoolean());
        Assert.Equal("3072\n", (await cli.LineAsync("vm config staging --query \"to_number(memory)\" -o yaml")).Succeeded());
        (await cli.LineAsync($"plan apply {id[..12]}")).FailedWith(8);
        Assert.Equal("", (await cli.LineAsync("plan list --open -o name")).Succeeded());
        Assert.Contains("\"sound\": true", (await cli.LineAsync("audit verify -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm start web-1", "all is as the command would have it")]
    [InlineData("POST /nodes/pve2/qemu/104/status/start", "guest 104 is running")]
    [InlineData("POST /nodes/pve1/qemu/106/status/stop", "guest 106 is stopped")]
    [InlineData("PUT /nodes/pve1/qemu/106/config name=staging", "guest 106 is set so")]
    public async Task Plan_OfWhatIsSoAlready_SaysThatNothingNeedsToChange(string command, string reason)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string line = (await cli.LineAsync($"plan create {command}")).Succeeded();
        Assert.StartsWith("Nothing needs to change: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        JsonElement answer = Data(await cli.LineAsync($"plan create {command} -o json"));
        Assert.Equal((JsonValueKind.Null, "unneeded"), (answer.GetProperty("plan").ValueKind, answer.GetProperty("state").GetString()));
        Assert.Equal("", (await cli.LineAsync("plan list -o name")).Succeeded());
    }

    [Fact]
    public async Task Undo_OfAnAppliedPlan_BringsTheOldValuesBack()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        await AppliedAsync(cli, "vm set staging --description changed");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();

        Assert.Contains("delete=description", (await cli.LineAsync($"undo {number}")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"undo {number} --apply")).Succeeded();

        Assert.DoesNotContain("changed", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("\"approval\": \"none needed\"", (await cli.LineAsync("audit show 1 -o json")).Succeeded(), StringComparison.Ordinal);
        foreach (string line in new[] { "audit show 99", "undo 99", "undo 99 --apply" })
        {
            string error = (await cli.LineAsync(line)).FailedWith(5);
            Assert.Contains("The ledger has no entry 99", error, StringComparison.Ordinal);
            Assert.Contains("prox audit list", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Destructive_WithoutATerminal_NeedsAnApproval_AndAtOneTheName()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string id = await PlannedAsync(cli, "vm delete staging");
        Assert.Contains("prox approve", (await cli.LineAsync($"plan apply {id}")).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("at a terminal", (await cli.LineAsync($"approve {id}")).FailedWith(8), StringComparison.Ordinal);

        using CliHarness person = await GuardedAsync(cluster, 100);
        string wrong = await PlannedAsync(person, "vm delete staging");
        person.Input = "web-1\n";
        (await person.LineAsync($"plan apply {wrong}")).FailedWithCode(8);
        person.Input = "staging\n";
        CliRun done = await person.LineAsync($"plan apply {await PlannedAsync(person, "vm delete staging")}");

        Assert.Equal(0, done.ExitCode);
        Assert.Contains("no backup of guest 106", done.Errors, StringComparison.Ordinal);
        Assert.Equal("[]\n", (await person.LineAsync("vm list --query \"[?name=='staging']\" -o json")).Succeeded());
    }

    [Theory]
    [InlineData("approve --plan-file PIPE --key alice.pem --output-file yes.json", 5)]
    [InlineData("plan apply 0123456789ab --approval PIPE", 8)]
    [InlineData("approve --plan-file plan.json --key PIPE --output-file yes.json", 1)]
    [InlineData("node list", 1)]
    public async Task Files_ThatArePipes_AreRefusedAtOnce(string line, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a file is.");
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        (await cli.LineAsync("policy new-key alice.pem")).Succeeded();
        string id = (await cli.LineAsync("plan create vm delete staging -o name")).Succeeded().Trim();
        (await cli.LineAsync($"plan show {id} --output-file plan.json")).Succeeded();
        string pipe = Path.Combine(cli.Home, "PIPE");
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        if (line == "node list")
        {
            cli.With("PROX_CONFIG", pipe);
        }

        string typed = line.Replace("0123456789ab", id, StringComparison.Ordinal);
        CliRun run = await Task.Run(() => cli.LineAsync(typed)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("a named pipe, and must be a regular file", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("approve --plan-file plan.json --key alice.pem", 2)]
    [InlineData("approve --plan-file plan.json --output-file yes.json", 2)]
    [InlineData("approve PLAN --plan-file plan.json --key alice.pem --output-file yes.json", 2)]
    [InlineData("approve PLAN --output-file yes.json", 2)]
    [InlineData("approve", 2)]
    [InlineData("approve --plan-file missing.json --key alice.pem --output-file yes.json", 5)]
    [InlineData("approve --plan-file forged.json --key alice.pem --output-file yes.json", 7)]
    [InlineData("approve --plan-file alice.pem --key alice.pem --output-file yes.json", 7)]
    [InlineData("plan apply PLAN --approval missing.json", 8)]
    [InlineData("plan apply PLAN --approval plan.json", 2)]
    public async Task Approve_WithFilesThatDoNotFit_SaysWhy(string line, int expected)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string plan = await PlannedAsync(cli, "vm delete staging");
        (await cli.LineAsync("policy new-key alice.pem")).Succeeded();
        (await cli.LineAsync($"plan show {plan} --output-file plan.json")).Succeeded();
        cli.Write("forged.json", (await File.ReadAllTextAsync(Path.Combine(cli.Home, "plan.json"), TestContext.Current.CancellationToken))
            .Replace("\"method\":\"DELETE\"", "\"class\":\"read\",\"method\":\"DELETE\"", StringComparison.Ordinal));

        (await cli.LineAsync(line.Replace("PLAN", plan, StringComparison.Ordinal))).FailedWith(expected);

        Assert.False(File.Exists(Path.Combine(cli.Home, "yes.json")));
    }

    [Fact]
    public async Task PlanFile_WithASecret_IsForItsOwnerAlone_AndTheSecretIsNamedAndNotShown()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["privileged"]}]}""");
        cli.With("GUEST_PASSWORD", "hunter2-hunter2");
        string plan = await PlannedAsync(cli, "vm set staging --cipassword env:GUEST_PASSWORD");
        (await cli.LineAsync("policy new-key alice.pem")).Succeeded();
        (await cli.LineAsync($"plan show {plan} --output-file plan.json")).Succeeded();
        CliRun run = await cli.LineAsync("approve --plan-file plan.json --key alice.pem --output-file yes.json");
        Assert.DoesNotContain("hunter2", run.Succeeded() + run.Errors, StringComparison.Ordinal);
        Assert.Contains("Masked as secrets: cipassword.", run.Errors, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cli.Home, "plan.json")));
        }
    }

    [Fact]
    public async Task Review_OfAPlan_ShowsWhatDecides()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["privileged"]}],"approval":{"privileged":"prompt"}}""");
        string plan = (await cli.LineAsync("plan create -o name PUT /nodes/pve1/qemu/106/config args=-nographic")).Succeeded().Trim();
        Assert.Contains("args=-nographic", (await cli.LineAsync($"plan show {plan}")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retirement_IsTakenBack_ByUndo()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        (await cli.LineAsync("retire build --apply")).Succeeded();
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        (await cli.LineAsync($"undo {number} --apply")).Succeeded();
        string config = (await cli.LineAsync("vm config build -o json")).Succeeded();
        Assert.DoesNotContain("retired", config, StringComparison.Ordinal);
        Assert.DoesNotContain("protection", config, StringComparison.Ordinal);
        Assert.Contains("running", (await cli.LineAsync("vm list build")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approve_AtATerminal_LetsTheAgentApplyElsewhere()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness person = await GuardedAsync(cluster, 100);
        string id = await PlannedAsync(person, "vm delete staging");
        person.Input = "staging\n";
        (await person.LineAsync($"approve {id}")).Succeeded();
        person.Input = "";

        Assert.Equal(0, (await person.LineAsync($"plan apply {id}")).ExitCode);
    }

    [Fact]
    public async Task Retire_Guest_StopsTagsAndProtectsIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        Assert.Contains("/status/shutdown", (await cli.LineAsync("retire build --keep 90d")).Succeeded(), StringComparison.Ordinal);

        (await cli.LineAsync("retire build --keep 90d --apply")).Succeeded();

        string config = (await cli.LineAsync("vm config build -o json")).Succeeded();
        Assert.Contains("retired", config, StringComparison.Ordinal);
        Assert.Contains("\"protection\": 1", config, StringComparison.Ordinal);
        (await cli.LineAsync("plan create vm delete build")).FailedWith(7);
        (await cli.LineAsync("retire @tag-web")).FailedWith(2);
        (await cli.LineAsync("retire build --keep soon")).FailedWith(2);
    }

    [Fact]
    public async Task Freeze_StopsPlans_UntilAPersonLiftsIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string id = await PlannedAsync(cli, "vm start staging");
        (await cli.LineAsync("freeze --for 2h --reason 'storage maintenance'")).Succeeded();
        Assert.Contains("storage maintenance", (await cli.LineAsync($"plan apply {id}")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("unfreeze")).FailedWith(8);
        (await cli.LineAsync("freeze --for never")).FailedWith(2);

        using CliHarness person = await GuardedAsync(cluster, 100);
        string own = await PlannedAsync(person, "vm start staging");
        (await person.LineAsync("freeze")).Succeeded();
        (await person.LineAsync($"plan apply {own}")).FailedWithCode(7);
        person.Input = "lab\n";
        (await person.LineAsync("unfreeze")).Succeeded();
        Assert.Equal(0, (await person.LineAsync($"plan apply {own}")).ExitCode);
    }

    [Fact]
    public async Task Freeze_ThatEndsEarlier_KeepsTheLaterEndAndSaysSo()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string first = (await cli.LineAsync("freeze --for 2h --reason maintenance")).Succeeded();
        CliRun second = await cli.LineAsync("freeze --for 1s --reason nothing");
        Assert.Equal(first, second.Succeeded());
        Assert.Contains("lasts longer", second.Errors, StringComparison.Ordinal);
        (await cli.LineAsync("freeze")).Succeeded();
        Assert.DoesNotContain("until", (await cli.LineAsync("freeze --for 3d")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SelectorThatGrows_AfterThePlan_TouchesOnlyWhatWasPlanned()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm set build windows --tags batch")).Succeeded();
        cli.Guard("lab", Policy);
        string id = await PlannedAsync(cli, "vm set @tag-batch --onboot");
        File.Delete(Path.Combine(cli.StateOf("lab"), "policy.json"));
        (await cli.LineAsync("vm set staging --tags batch")).Succeeded();
        cli.Guard("lab", Policy);

        (await cli.LineAsync($"plan apply {id}")).Succeeded();

        Assert.Equal("0\n", (await cli.LineAsync("vm config staging --query \"onboot || '0'\" -o yaml")).Succeeded().Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal));
        Assert.Contains("\"onboot\": 1", (await cli.LineAsync("vm config windows -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_FromAFile_MakeAGuestAndStartIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        cli.Write("calls.json", """
            [{"method":"POST","path":"/nodes/pve1/qemu","parameters":{"vmid":150,"name":"fresh","memory":512}},
             {"method":"POST","path":"/nodes/pve1/qemu/150/status/start"}]
            """);
        string id = (await cli.LineAsync("plan create --calls calls.json -o name")).Succeeded().Trim();
        (await cli.LineAsync($"plan apply {id}")).Succeeded();
        Assert.Contains("running", (await cli.LineAsync("vm list fresh")).Succeeded(), StringComparison.Ordinal);
        cli.Write("bad.json", """[{"method":"POST","path":"/x","paramters":{}}]""");
        (await cli.LineAsync("plan create --calls bad.json")).FailedWith(2);
    }

    [Fact]
    public async Task Upload_InAPlan_IsBoundToTheFile()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        cli.Write("small.tar.zst", "one");
        string id = (await cli.LineAsync("plan create api create /nodes/pve1/storage/local/upload content=vztmpl --file small.tar.zst -o name")).Succeeded().Trim();
        cli.Write("small.tar.zst", "two");
        (await cli.LineAsync($"plan apply {id}")).FailedWith(6);
        string again = (await cli.LineAsync("plan create api create /nodes/pve1/storage/local/upload content=vztmpl --file small.tar.zst -o name")).Succeeded().Trim();
        (await cli.LineAsync($"plan apply {again}")).Succeeded();
        Assert.Contains("local:vztmpl/small.tar.zst", (await cli.LineAsync("storage content list local --node pve1 -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_ByReference_ReachesTheServerAndNotTheOutput()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["privileged"]}],"approval":{"privileged":"none"}}""");
        cli.With("GUEST_PASSWORD", "hunter2-hunter2");
        CliRun planned = await cli.LineAsync("plan create vm set staging --cipassword env:GUEST_PASSWORD -o json");
        Assert.DoesNotContain("hunter2", planned.Succeeded(), StringComparison.Ordinal);
        string id = Data(planned).GetProperty("plan").GetString()!;
        Assert.Contains("hunter2", await File.ReadAllTextAsync(Path.Combine(cli.StateOf("lab"), "plans", id + ".json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", (await cli.LineAsync($"plan apply {id} -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(Path.Combine(cli.StateOf("lab"), "ledger.jsonl"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan create", 2)]
    [InlineData("plan create vm list", 2)]
    [InlineData("plan create console web-1", 2)]
    [InlineData("plan create context remove lab", 2)]
    [InlineData("plan create vm stopp web-2", 2)]
    [InlineData("plan create vm stop nobody", 5)]
    [InlineData("plan create vm stop web-1", 7)]
    [InlineData("plan create PUT /access/acl path=/ roles=Administrator users=demo@pve", 7)]
    [InlineData("plan create POST /nodes/pve1/nothing", 2)]
    [InlineData("plan show 0123456789ab", 5)]
    [InlineData("plan apply xx", 5)]
    [InlineData("plan discard 0123456789ab", 5)]
    public async Task Plan_ThatCannotBe_IsRefusedWithTheReason(string line, int expected)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        (await cli.LineAsync(line)).FailedWith(expected);
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Method != "GET");
    }

    [Fact]
    public async Task AgentExec_InAPlan_IsHeldToItsTemplate()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", """
            {"version":1,"allow":[{"classes":["exec"]}],"approval":{"exec":"none"},
             "exec":{"enabled":true,"templates":[{"command":["uname","{what}"],"values":{"what":"-[a-z]"}}]}}
            """);
        (await cli.LineAsync("plan create vm agent exec web-1 -- uname -a;reboot")).FailedWith(7);
        (await cli.LineAsync("plan create vm agent exec web-1 --input x -- uname -a")).FailedWith(7);
        string id = await PlannedAsync(cli, "vm agent exec web-1 -- uname -a");
        Assert.Contains("command=uname command=-a", (await cli.LineAsync($"plan show {id}")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"plan apply {id}")).Succeeded();
    }

    [Fact]
    public async Task BackupForget_InAPlan_IsBoundToTheManifest()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        cli.Guard("backup", """{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"none"}}""");
        JsonElement plan = Data(await cli.LineAsync("plan create backup forget host/laptop/2026-01-01T03:00:00Z --datastore store1 -o json"));
        Assert.Equal(64, plan.GetProperty("targets")[0].GetProperty("identity").GetProperty("manifest").GetString()!.Length);
        (await cli.LineAsync($"plan apply {plan.GetProperty("plan").GetString()}")).Succeeded();
        Assert.DoesNotContain("host/laptop/2026-01-01T03:00:00Z", backup.Simulator.GetDatastore("store1").Snapshots);
        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Discard_Plan_CannotBeAppliedAnyMore()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        string id = await PlannedAsync(cli, "vm start staging");
        (await cli.LineAsync($"plan discard {id}")).Succeeded();
        (await cli.LineAsync($"plan apply {id}")).FailedWith(8);
        Assert.Contains("used", (await cli.LineAsync("plan list")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_TamperedWith_IsFound_AndStopsChanges()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await GuardedAsync(cluster);
        await AppliedAsync(cli, "vm set staging --memory 3072");
        string id = await PlannedAsync(cli, "vm set staging --memory 4096");
        string ledger = Path.Combine(cli.StateOf("lab"), "ledger.jsonl");
        string text = await File.ReadAllTextAsync(ledger, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(ledger, text.Replace("3072", "1024", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        CliRun verify = await cli.LineAsync("audit verify -o json");
        verify.FailedWithCode(1);
        Assert.Contains("move ledger.jsonl, ledger.head and ledger.key together out of ", verify.Output, StringComparison.Ordinal);
        (await cli.LineAsync($"plan apply {id}")).FailedWith(7);
        string refused = (await cli.LineAsync("plan create vm set staging --memory 2048")).FailedWith(7);
        Assert.Contains("prox audit verify", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAPolicy_PeopleCanPlanToo_AndAreAskedBeforeLosses()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        await AppliedAsync(cli, "vm start staging");
        string id = await PlannedAsync(cli, "vm delete windows");
        (await cli.LineAsync($"plan apply {id}")).FailedWith(8);
    }

    internal static async Task<CliHarness> GuardedAsync(SimulatedCluster cluster, int? terminalWidth = null)
    {
        CliHarness cli = await cluster.UserAsync(terminalWidth);
        cli.Guard("lab", Policy);
        return cli;
    }

    internal static async Task<string> PlannedAsync(CliHarness cli, string command) => (await cli.LineAsync($"plan create -o name {command}")).Succeeded().Trim();

    internal static async Task AppliedAsync(CliHarness cli, string command) => (await cli.LineAsync($"plan apply {await PlannedAsync(cli, command)}")).Succeeded();

    internal static JsonElement Data(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }
}
