using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Verbs of guests against a simulated cluster of their own.</summary>
public sealed class VmVerbTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("tsv")]
    [InlineData("name")]
    public async Task List_InEveryFormat_PrintsAsRecorded(string format)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        string list = (
            await cli.LineAsync($"vm list {(format is "table" or "wide" ? "--fields vmid,name,node,status,maxcpu,maxmem,tags" : "--fields vmid,name,node,status,maxmem,template")} -o {format}")).Succeeded();

        Snapshot.Match($"vm-list-{format}", list);
    }

    [Theory]
    [InlineData("vm list @tag-prod", "100 101 102 103")]
    [InlineData("vm list 'web*'", "100 101")]
    [InlineData("vm list @tag-prod,-db-1 status=running", "100 101 103")]
    [InlineData("vm list --sort -name 100:103", "101 100 103 102")]
    [InlineData("ct list", "200 201 202 203")]
    [InlineData("guest list @node-pve3", "103 105 202")]
    public async Task List_Selection_ChoosesGuests(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(expected, (await cli.LineAsync($"{line} -o name")).Succeeded().Trim().ReplaceLineEndings(" "));
    }

    [Fact]
    public async Task Power_Verbs_ChangeTheState()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun start = await cli.LineAsync("vm start staging");
        Assert.Contains("106", start.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("TASK OK", start.Errors, StringComparison.Ordinal);
        Assert.Equal("running\n", (await cli.LineAsync("vm show 106 --query status -o name")).Succeeded());
        Assert.Contains("skipped", (await cli.LineAsync("vm start staging")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("vm suspend staging")).Succeeded();
        (await cli.LineAsync("vm resume staging")).Succeeded();
        (await cli.LineAsync("vm reset staging")).Succeeded();
        (await cli.LineAsync("vm reboot staging")).Succeeded();
        (await cli.LineAsync("vm shutdown staging --timeout 30")).Succeeded();
        Assert.Equal("stopped\n", (await cli.LineAsync("vm show staging --query status -o name")).Succeeded());
    }

    [Fact]
    public async Task Stop_Several_ReportsEach()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        CliRun run = await cli.LineAsync("vm stop @tag-prod,-db-1 --parallel 2 -o json");

        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        Assert.Equal(1, document.RootElement.GetProperty("schemaVersion").GetInt32());
        Assert.Equal([100, 101, 103], document.RootElement.GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("vmid").GetInt32()));
        Assert.All(document.RootElement.GetProperty("data").EnumerateArray(), static item =>
        {
            Assert.Equal("ok", item.GetProperty("outcome").GetString());
            Assert.StartsWith("UPID:", item.GetProperty("upid").GetString(), StringComparison.Ordinal);
        });
        Assert.Empty(run.Errors);
    }

    [Fact]
    public async Task Start_NoWait_PrintsTheTask()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        string upid = (await cli.LineAsync("vm start windows --no-wait -o name")).Succeeded().Trim();

        Assert.StartsWith("UPID:pve3:", upid, StringComparison.Ordinal);
        Assert.Contains("OK", (await cli.RunAsync("task", "wait", upid)).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("TASK OK", (await cli.RunAsync("task", "log", upid)).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("stopped", (await cli.RunAsync("task", "show", upid)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node=pve4")]
    [InlineData("@node-pve4")]
    [InlineData("node=PVE4")]
    [InlineData("@node-pve4,-200")]
    [InlineData("pool=bare")]
    [InlineData("@pool-bare")]
    [InlineData("@pool-b*e status=running")]
    [InlineData("tag=vms-only")]
    [InlineData("@tag-vms-only")]
    public async Task Selection_GroupWithoutGuestsOfTheKind_IsEmpty_AndNoError(string selection)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync(static more => more.AddNode("pve4"));
        using CliHarness cli = await own.RootAsync();
        (await cli.LineAsync("pool create bare")).Succeeded();
        (await cli.LineAsync("vm set web-1 --tags vms-only")).Succeeded();

        Assert.Equal("", (await cli.LineAsync($"ct list {selection} -o name")).Succeeded());
        CliRun verb = await cli.LineAsync($"ct shutdown {selection}");
        verb.Succeeded();
        Assert.Contains("No guest fits: nothing was done.", verb.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm start nothing", 5, "There is no virtual machine 'nothing'")]
    [InlineData("vm start web-3", 5, "Did you mean 'web-")]
    [InlineData("vm start dns", 5, "prox ct")]
    [InlineData("ct list node=nowhere", 5, "'node=nowhere' fits no container")]
    [InlineData("ct list @pool-nothing", 5, "'@pool-nothing' fits no container")]
    [InlineData("ct list 'web*'", 5, "'web*' fits no container")]
    [InlineData("vm stop 'nothing*'", 5, "'nothing*' fits no virtual machine")]
    [InlineData("vm start @tag-nothing", 5, "'@tag-nothing' fits no virtual machine")]
    [InlineData("vm list 'debian*'", 5, "Only templates fit it, which are left out unless they are named. With them: debian* template=any")]
    [InlineData("vm stop node=*", 2, "'node=*' would mean every virtual machine")]
    [InlineData("vm start", 2, "No virtual machine is named")]
    [InlineData("vm start @tag-web -web-1", 2, "as in @tag-web,-web-1, or behind -- at the end: @tag-web -- -web-1")]
    [InlineData("vm list -web-1", 2, "'-web-1' is taken for the option -w with the value 'eb-1', which it does not take. To leave a guest out write it behind other words and a comma")]
    [InlineData("vm list @tag-web -old-vm", 2, "'-old-vm' is taken for the option -o with the value 'ld-vm', which it does not take")]
    [InlineData("vm list -c lab -customer", 2, "'-customer' is taken for the option -c with the value 'ustomer'")]
    [InlineData("vm start @nonsense-x", 2, "no group")]
    [InlineData("vm set web-1 --memory lots", 2, "--memory")]
    [InlineData("vm set web-1 --memroy 5", 2, "Did you mean '--memory'?")]
    [InlineData("vm delete web-1", 8, "--yes")]
    [InlineData("vm delete @tag-prod --yes", 8, "--max 4")]
    [InlineData("vm snapshot rollback web-1 nothing", 8, "--yes")]
    [InlineData("vm list --query 'foo['", 2, "--query")]
    [InlineData("vm list --sort nothing", 2, "no field 'nothing'")]
    [InlineData("vm resize web-1 scsi9 +1G", 5, "prox vm config 100")]
    [InlineData("vm delete web-1 --yes", 6, "")]
    [InlineData("datastore list", 2, "backup server")]
    public async Task Verb_InVain_EndsWithItsExitCode(string line, int exitCode, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.True(run.ExitCode == exitCode, $"Exit code {run.ExitCode}: {run.Errors}{run.Output}");
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StorageList_OfANodeOrAStorage_HasOnlyThose()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("pve1\n", (await cli.LineAsync("storage list --node pve1 --storage local --fields node -o tsv --no-header")).Succeeded());
        Assert.Equal("pve1\npve2\npve3\n", (await cli.LineAsync("storage list --storage local --fields node -o tsv --no-header")).Succeeded());
        Assert.Contains("There are: pve1, pve2, pve3", (await cli.LineAsync("storage list --node pve9")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web-9 --dry-run", 0)]
    [InlineData("тест-9", 2)]
    public async Task Clone_ThatIsNotSent_DoesNotSpeakOfCopying(string words, int exitCode)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync($"vm clone web-1 --full {words}");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.DoesNotContain("Copying", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_WithoutATerminal_NamesWhatIsNeeded()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm delete web-1 -o json");

        using JsonDocument document = JsonDocument.Parse(run.Errors);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal(8, run.ExitCode);
        Assert.Equal("approval_needed", error.GetProperty("code").GetString());
        Assert.Equal("--yes", error.GetProperty("need")[0].GetString());
    }

    [Theory]
    [InlineData("windows", 0)]
    [InlineData("Windows", 8)]
    [InlineData("", 8)]
    public async Task Delete_AtATerminal_WantsTheName(string typed, int exitCode)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync(terminalWidth: 80);
        cli.Input = typed + "\n";

        CliRun run = await cli.LineAsync("vm delete windows");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("Type windows to go on: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0 ? 5 : 0, (await cli.LineAsync("vm show windows")).ExitCode);
    }

    [Fact]
    public async Task Set_DryRun_ShowsCallAndDifference()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        CliRun run = await cli.LineAsync("vm set web-1 --memory 4096 --net1 virtio,bridge=vmbr1 --description 'two words' --delete tags --dry-run");

        Snapshot.Match("vm-set-dry-run", run.Succeeded());
        Assert.Equal("Nothing was sent.\n", run.Errors);
        Snapshot.Match("vm-set-dry-run-json", (await cli.LineAsync("vm set web-1 --memory 4096 --dry-run -o json")).Succeeded());
        Assert.DoesNotContain("4096", (await cli.LineAsync("vm config web-1 -o json --query memory")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_Options_ChangeTheConfiguration()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        (await cli.LineAsync("vm set 'web*' --memory 4096 --tags 'web;audited'")).Succeeded();

        Assert.Equal("4096\n4096\n", (await cli.LineAsync("vm config 'web*' --query '[].memory' -o name")).Succeeded());
        (await cli.LineAsync("ct set dns --memory 256 --description @note.txt")).FailedWithCode(2);
        cli.Write("note.txt", "a note");
        (await cli.LineAsync("ct set dns --memory 256 --description @note.txt")).Succeeded();
        Assert.Contains("a note", (await cli.LineAsync("ct config dns -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Life_OfAMachine_WorksFromCloneToDelete()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        (await cli.LineAsync("vm clone debian-13-template copy-1 --newid 300 --full")).Succeeded();
        (await cli.LineAsync("vm snapshot create copy-1 fresh --description 'right after'")).Succeeded();
        Assert.Equal("fresh\n", (await cli.LineAsync("vm snapshot list copy-1 -o name --sort snaptime")).Succeeded());
        (await cli.LineAsync("vm set copy-1 --memory 3072")).Succeeded();
        (await cli.LineAsync("vm snapshot rollback copy-1 fresh --yes")).Succeeded();
        (await cli.LineAsync("vm resize copy-1 scsi0 +8G")).Succeeded();
        (await cli.LineAsync("vm start copy-1")).Succeeded();
        Assert.Contains(
            "non-replicated snapshot exists", (await cli.LineAsync("vm migrate copy-1 pve2 --with-local-disks")).Errors, StringComparison.Ordinal);
        (await cli.LineAsync("vm snapshot delete copy-1 fresh --yes")).Succeeded();
        (await cli.LineAsync("vm migrate copy-1 pve2 --with-local-disks")).Succeeded();
        Assert.Equal("pve2\n", (await cli.LineAsync("vm list copy-1 --query '[0].node' -o name")).Succeeded());
        (await cli.LineAsync("vm stop copy-1")).Succeeded();
        (await cli.LineAsync("vm backup copy-1 --storage local")).Succeeded();
        (await cli.LineAsync("vm delete copy-1 --purge --yes")).Succeeded();
        Assert.Equal(5, (await cli.LineAsync("vm show copy-1")).ExitCode);
    }

    [Fact]
    public async Task Create_WithoutANumber_TakesTheLowestFreeOne()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Assert.Contains("--node", (await cli.LineAsync("vm create new-1 --memory 512")).FailedWith(2), StringComparison.Ordinal);
        CliRun run = await cli.LineAsync("vm create new-1 --node pve2 --memory 512 --scsi0 local-lvm:4 --net0 virtio,bridge=vmbr0");

        run.Succeeded();
        Assert.Contains("Virtual machine 107 on pve2", run.Errors, StringComparison.Ordinal);
        Assert.Equal("107\n", (await cli.LineAsync("vm list new-1 -o name")).Succeeded());
    }

    [Fact]
    public async Task DebugHttp_ShowsCallsWithoutSecrets()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("vm list --debug-http");

        run.Succeeded();
        Assert.Contains("/cluster/resources answered", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Simulator.Scenarios.DefaultCluster.TokenSecret, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm stop web-1", "POST /nodes/pve1/qemu/100/status/stop")]
    [InlineData("vm set web-1 --cores 7", "+ cores: 7")]
    [InlineData("vm delete staging", "DELETE /nodes/pve1/qemu/106")]
    [InlineData("pool create new", "POST /pools")]
    [InlineData("api create /nodes/pve1/qemu/100/status/stop", "POST /nodes/pve1/qemu/100/status/stop")]
    [InlineData("vm agent exec web-1 -- id", "agent/exec")]
    public async Task DryRun_ReadOnlyContext_ShowsTheCallsAndSendsNone(string line, string expected)
    {
        using CliHarness cli = (await cluster.UserAsync()).With("PROX_READ_ONLY", "1");
        int mark = line.IndexOf(" -- ", StringComparison.Ordinal);

        CliRun run = await cli.LineAsync(mark < 0 ? $"{line} --dry-run" : line.Insert(mark, " --dry-run"));

        Assert.Contains(expected, run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("Nothing was sent.", run.Errors, StringComparison.Ordinal);
        Assert.Contains("is read-only: without --dry-run it would be refused", run.Errors, StringComparison.Ordinal);
        Assert.Contains("read-only", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_ReadOnlyOrProtected_RefusesChanges()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.RunAsync(
            "context", "add", "looking", cluster.Url, "--token-id", Simulator.Scenarios.DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", cluster.Simulator.Fingerprint, "--read-only"))
            .Succeeded();
        (await cli.RunAsync(
            "context", "add", "careful", cluster.Url, "--token-id", Simulator.Scenarios.DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", cluster.Simulator.Fingerprint, "--protect-tag", "prod"))
            .Succeeded();

        Assert.Contains("read-only", (await cli.LineAsync("vm stop web-1 -c looking")).FailedWith(7), StringComparison.Ordinal);
        Assert.Contains("read-only", (await cli.LineAsync("api create /nodes/pve1/qemu/100/status/stop -c looking")).FailedWith(7), StringComparison.Ordinal);
        Assert.Contains("read-only", (await cli.LineAsync("plan create vm stop web-1 -c looking")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("vm list -c looking")).Succeeded();
        cli.With("PROX_READ_ONLY", "1");
        (await cli.LineAsync("vm stop web-1 -c lab")).FailedWith(7);
        (await cli.LineAsync("vm list -c lab")).Succeeded();
        cli.With("PROX_READ_ONLY", "0");
        Assert.Contains("'prod'", (await cli.LineAsync("vm stop web-1 -c careful")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("vm stop staging -c careful")).Succeeded();
    }

    [Fact]
    public async Task List_OfAStateThatNoGuestIsIn_IsEmpty()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        using System.Text.Json.JsonDocument none = System.Text.Json.JsonDocument.Parse((await cli.LineAsync("vm list status=unknown -o json")).Succeeded());
        Assert.Equal(0, none.RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Csv_RowWithoutAValue_IsARow()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        string text = (await cli.LineAsync("vm list --fields lock -o csv")).Succeeded();
        Assert.DoesNotContain("\n\n", text, StringComparison.Ordinal);
        Assert.Contains("\n\"\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OfSeveral_WhoseAnswersAreLost_SaysThatItMayHaveHappened()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.When(static request => request.Path.EndsWith("/status/start", StringComparison.Ordinal), Simulator.Faults.Fault.DropAfterExecution, times: 9);

        CliRun run = await cli.LineAsync("vm start windows,staging --no-wait -o json");

        using System.Text.Json.JsonDocument rows = System.Text.Json.JsonDocument.Parse(run.Output);
        using System.Text.Json.JsonDocument error = System.Text.Json.JsonDocument.Parse(run.Errors);
        Assert.All(rows.RootElement.GetProperty("data").EnumerateArray(), static row => Assert.True(row.GetProperty("outcomeUnknown").GetBoolean()));
        Assert.True(error.RootElement.GetProperty("error").GetProperty("outcomeUnknown").GetBoolean());
        Assert.Contains("Look before you repeat it", error.RootElement.GetProperty("error").GetProperty("hint").GetString(), StringComparison.Ordinal);
    }
}
