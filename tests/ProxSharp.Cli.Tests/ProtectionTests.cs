using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What keeps an administrator from harm: protected tags, dry runs that tell the truth, questions, files with slips of the pen.</summary>
public sealed class ProtectionTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("api set /nodes/pve1/qemu/100/config memory=1024")]
    [InlineData("api set /nodes/pve1/qemu/%3100/config memory=1024 --no-validate")]
    [InlineData("api set /nodes/pve1/qemu/100/config memory=1024 --dry-run")]
    [InlineData("api create /nodes/pve1/qemu/100/status/stop")]
    [InlineData("api delete /nodes/pve1/qemu/100")]
    [InlineData("api create /nodes/localhost/stopall --no-validate")]
    [InlineData("node stopall pve1 --all --yes")]
    [InlineData("node stopall pve1 --vms 106,100 --yes")]
    [InlineData("node migrateall pve1 --target pve2 --all --dry-run")]
    [InlineData("node power pve1 --command reboot --yes")]
    [InlineData("cluster membership delete pve1 --yes")]
    [InlineData("api delete /cluster/config/nodes/pve1 --yes")]
    [InlineData("ha resource create vm:100")]
    [InlineData("storage content delete ceph ceph:vm-100-disk-0 --node pve1 --yes")]
    [InlineData("vm restore local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst --node pve1 --vmid 100 --force --yes")]
    [InlineData("console web-1")]
    [InlineData("vm console web-1")]
    [InlineData("console pve1")]
    [InlineData("spice web-1")]
    [InlineData("vnc web-1")]
    [InlineData("vnc web-1 --web")]
    [InlineData("pool set production --vms 106,100 --delete")]
    [InlineData("pool set production --vms 100 --allow-move")]
    [InlineData("api set /pools poolid=production vms=100 delete=1")]
    [InlineData("apply -f pools.yaml --prune --yes")]
    [InlineData("vm agent exec web-1 -- id")]
    [InlineData("api create /nodes/pve1/qemu/100/termproxy")]
    [InlineData("api create /nodes/pve1/qemu/100/vncproxy")]
    [InlineData("api create /nodes/pve1/qemu/100/spiceproxy")]
    [InlineData("api create /nodes/pve1/termproxy")]
    [InlineData("retire web-1")]
    [InlineData("retire web-1 --apply")]
    [InlineData("plan create vm set web-1 --memory 1024")]
    [InlineData("plan create POST /nodes/pve1/vzdump pool=production storage=local")]
    [InlineData("vm backup web-1 --storage local")]
    [InlineData("api create /nodes/pve1/vzdump vmid=106,100 storage=local")]
    [InlineData("api create /nodes/pve1/vzdump pool=production storage=local")]
    [InlineData("api create /nodes/pve1/vzdump all=1 storage=local")]
    [InlineData("api create /nodes/pve1/qemu/106/move_disk disk=scsi0 target-vmid=100 target-disk=scsi5")]
    [InlineData("api create /nodes/pve1/lxc/200/move_volume volume=rootfs target-vmid=100 target-volume=mp5")]
    [InlineData("api set /nodes/pve1/qemu/106/config scsi5=ceph:vm-100-disk-0")]
    [InlineData("vm set 106 --scsi5 ceph:vm-100-disk-0 --dry-run")]
    [InlineData("api create /cluster/ha/rules rule=near type=node-affinity resources=vm:100 nodes=pve1")]
    [InlineData("api create /cluster/replication id=100-0 type=local target=pve2")]
    [InlineData("api delete /cluster/replication/100-0")]
    [InlineData("api create /cluster/backup vmid=100 storage=local schedule=01:00")]
    [InlineData("api create /cluster/backup pool=production storage=local schedule=01:00")]
    [InlineData("api create /cluster/backup all=1 storage=local schedule=01:00")]
    [InlineData("api delete /nodes/pve1/storage/local/prunebackups vmid=100 prune-backups=keep-last=1")]
    [InlineData("api delete /nodes/pve1/storage/local/content/local:backup%2Fvzdump-qemu-100-2026_01_01-00_00_00.vma.zst")]
    [InlineData("api set /nodes/pve1/storage/local/content/local:backup%2Fvzdump-qemu-100-2026_01_01-00_00_00.vma.zst notes=mine")]
    [InlineData("api set /nodes/pve1/qemu/100/firewall/options enable=1")]
    [InlineData("api create /nodes/pve1/qemu/100/brand-new --no-validate")]
    [InlineData("api create /nodes/pve1/brand-new vmid=100 --no-validate")]
    [InlineData("api set /access/acl path=/vms/100 roles=PVEAuditor users=demo@pve")]
    [InlineData("api set /access/acl path=/pool/production roles=PVEAuditor users=demo@pve")]
    [InlineData("api set /storage/ceph content=images")]
    [InlineData("api delete /nodes/pve1/tasks/UPID:pve1:00000001:00000001:00000001:qmigrate:100:root@pam:")]
    [InlineData("agent token create --role reader")]
    [InlineData("apply -f protected.yaml")]
    [InlineData("apply -f protected.yaml --dry-run")]
    public async Task ProtectedTag_AnyWayToTheGuest_IsRefused(string line)
    {
        using CliHarness cli = await CarefulAsync();
        cli.Write("protected.yaml", "prox: 1\nguests:\n  - vmid: 106\n    config: {memory: 1536}\n  - vmid: 100\n    config: {memory: 1536}\n");
        cli.Write("pools.yaml", "prox: 1\npools:\n  - poolid: production\n    vms: [101, 102, 103]\n");
        string before = (await cli.LineAsync("vm config web-1 staging -o json")).Succeeded();

        string error = (await cli.LineAsync(line)).FailedWith(7);

        Assert.True(
            error.Contains("has the tag 'prod', which the context 'careful' protects", StringComparison.Ordinal)
            || error.Contains("the context protects the tag 'prod'", StringComparison.Ordinal),
            error);
        Assert.Equal(before, (await cli.LineAsync("vm config web-1 staging -o json")).Succeeded());
        Assert.Equal("running\n", (await cli.LineAsync("vm list web-1 --query '[0].status' -o yaml")).Succeeded());
    }

    [Theory]
    [InlineData("api set /nodes/pve1/qemu/106/config description=mine")]
    [InlineData("api create /nodes/pve1/qemu/100/clone newid=399 --dry-run")]
    [InlineData("node stopall pve1 --vms 106 --dry-run")]
    [InlineData("pool set production --vms 106 --dry-run")]
    [InlineData("ha resource create vm:106 --dry-run")]
    [InlineData("storage content delete ceph ceph:vm-1000-disk-0 --node pve1 --dry-run")]
    [InlineData("vm restore local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst --node pve1 --vmid 398 --dry-run")]
    [InlineData("vm clone web-1 copy --newid 397 --dry-run")]
    [InlineData("plan create vm clone web-1 copy --newid 397")]
    [InlineData("plan create POST /nodes/pve1/qemu vmid=398 archive=local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst")]
    [InlineData("retire staging")]
    [InlineData("api create /nodes/pve1/vzdump vmid=106 storage=local --dry-run")]
    [InlineData("api create /cluster/ha/rules rule=near type=node-affinity resources=vm:106 nodes=pve1 --dry-run")]
    [InlineData("api create /cluster/replication id=106-0 type=local target=pve2 --dry-run")]
    [InlineData("api create /cluster/backup vmid=106 storage=local schedule=01:00 --dry-run")]
    [InlineData("api set /access/acl path=/vms/106 roles=PVEAuditor users=demo@pve --dry-run")]
    [InlineData("api set /storage/local content=iso,backup --dry-run")]
    [InlineData("api create /nodes/pve1/qemu/106/brand-new --no-validate --dry-run")]
    [InlineData("api create /nodes/pve2/qemu/106/agent/fstrim reason=none --no-validate --dry-run")]
    [InlineData("api create /nodes/pve1/qemu/777/agent/fstrim reason=none --no-validate --dry-run")]
    [InlineData("apply -f new.yaml --dry-run")]
    public async Task ProtectedTag_OtherGuest_IsLeftAlone(string line)
    {
        using CliHarness cli = await CarefulAsync();
        cli.Write("new.yaml", "prox: 1\nguests:\n  - {vmid: 396, type: qemu, node: pve1, name: fresh, config: {memory: 512}}\n");

        (await cli.LineAsync(line)).Succeeded();
    }

    [Fact]
    public async Task ProtectedTag_BehindJobsRulesAndBackups_IsRefused()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        string[] admin =
        [
            "context", "add", "admin", own.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", own.Simulator.Fingerprint, "--use",
        ];
        (await cli.RunAsync(admin)).Succeeded();
        (await cli.LineAsync("api create /nodes/pve1/vzdump vmid=100 storage=local")).Succeeded();
        (await cli.LineAsync("api create /cluster/backup id=group pool=production storage=local schedule=01:00")).Succeeded();
        (await cli.LineAsync("api create /cluster/backup id=one vmid=106 storage=local schedule=01:00")).Succeeded();
        (await cli.LineAsync("api create /cluster/ha/resources sid=vm:100")).Succeeded();
        (await cli.LineAsync("api create /cluster/ha/rules rule=near type=node-affinity resources=vm:100 nodes=pve1")).Succeeded();
        (await cli.RunAsync([.. admin, "--replace", "--protect-tag", "PROD"])).Succeeded();
        foreach (string line in new[]
        {
            "api delete /nodes/pve1/storage/local/prunebackups prune-backups=keep-last=1",
            "api set /cluster/backup/group enabled=0",
            "api delete /cluster/backup/group --yes",
            "api set /cluster/backup/one all=1",
            "api delete /cluster/ha/rules/near --yes",
            "api set /cluster/ha/rules/near type=node-affinity disable=1",
        })
        {
            Assert.Contains("has the tag 'prod'", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        (await cli.LineAsync("api set /cluster/backup/one enabled=0")).Succeeded();
        Assert.Contains(
            "Nobody can tell", (await cli.LineAsync("api create /nodes/pve1/vzdump pool=nobody storage=local")).FailedWith(7), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm", "web-1")]
    [InlineData("ct", "dns")]
    public async Task ProtectedTag_EveryVerbOnGuests_IsRefused(string noun, string guest)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync($"{noun} set {guest} --tags kept")).Succeeded();
        await ProtectAsync(own, cli, "kept");
        int before = own.Simulator.Traffic.Requests.Count(static request => request.Method != "GET");
        List<string> others = [];
        int tried = 0;
        foreach ((string path, Verbs.VerbCommand command) in GuardedModeTests.ChangingVerbs().Where(item => ChangesGuest(noun, item.Path, item.Command)))
        {
            foreach (string[] end in command.Verb.Traits.HasFlag(Verbs.VerbTraits.DryRun) ? new string[][] { [], ["--dry-run"] } : [[]])
            {
                string[] change = path.Split(' ')[^1] is "set" or "set-now" ? Something(command) : [];
                string[] words = [.. path.Split(' '), .. Named(command, guest), .. change, .. end];
                CliRun run = await cli.RunAsync(words);
                tried++;
                if (run.ExitCode != 7 || !run.Errors.Contains("has the tag 'kept'", StringComparison.Ordinal))
                {
                    others.Add($"{string.Join(' ', words)}: {run.ExitCode} {run.Errors}{run.Output}");
                }
            }
        }

        Assert.True(others.Count == 0, string.Join('\n', others));
        Assert.Equal(before, own.Simulator.Traffic.Requests.Count(static request => request.Method != "GET"));
        Assert.True(tried > 60, $"{tried} lines");
    }

    // What sets nothing is not looked at any further.
    private static string[] Something(Verbs.VerbCommand command) =>
        command.Verb.Options.First(static option => option.Name is "--description" or "--comment" or "--enable" or "--policy-in") is var option
            && option.ValueType == typeof(bool) ? [option.Name] : [option.Name, "mine"];

    [Fact]
    public async Task ProtectedTag_AsksNothingMoreOfTheServer_WhereNothingIsProtected()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        async Task<int> RequestsAsync(string line)
        {
            int before = own.Simulator.Traffic.Requests.Count;
            (await cli.LineAsync(line)).Succeeded();
            return own.Simulator.Traffic.Requests.Count - before;
        }

        Assert.Equal(1, await RequestsAsync("api set /nodes/pve1/qemu/106/config memory=1024"));
        int list = await RequestsAsync("vm list");
        await ProtectAsync(own, cli, "no-such-tag");
        Assert.Equal(list, await RequestsAsync("vm list"));
        Assert.Equal(1, await RequestsAsync("api get /nodes/pve1/qemu/106/config"));
        Assert.Equal(2, await RequestsAsync("api set /nodes/pve1/qemu/106/config memory=2048"));
        await ProtectAsync(own, cli, "prod");
        Assert.Equal(1, await RequestsAsync("api get /nodes/pve1/qemu/100/config"));
        Assert.Equal(2, await RequestsAsync("api create /nodes/pve1/qemu/106/status/start"));
    }

    [Theory]
    [InlineData("node stopall pve1 --all")]
    [InlineData("node power pve1 --command reboot")]
    public async Task NodeWide_NobodyCanBeAsked_NeedsYes(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("--yes", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set web-1 --memory abc --dry-run", "'integer'")]
    [InlineData("api set /nodes/pve1/qemu/100/config memory=abc --dry-run", "'integer'")]
    public async Task DryRun_CallThatWouldBeRefused_IsRefused(string line, string reason)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(reason, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_TextThatTravelsEncoded_IsShown()
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.RunAsync("vm", "set", "web-1", "--sshkeys", "ssh-ed25519 AAAA me@here", "--dry-run")).Succeeded();
    }

    [Fact]
    public async Task ApiDryRun_ShowsCallAndDifferenceAndSendsNothing()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api set /nodes/pve2/qemu/101/config memory=8192 --dry-run");

        Assert.Equal("PUT /nodes/pve2/qemu/101/config memory=8192\n  - memory: 2048\n  + memory: 8192\n", run.Succeeded());
        Assert.Equal("Nothing was sent.\n", run.Errors);
        (await cli.LineAsync("api delete /nodes/pve2/qemu/101 --dry-run")).Succeeded();
        Assert.Contains("2048", (await cli.LineAsync("api get /nodes/pve2/qemu/101/config")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guests:\n  - vmid: 105\n    confg: {memory: 1}", "'config'")]
    [InlineData("guests:\n  - vmid: 105\n    config: {memroy: 4096}", "memroy")]
    [InlineData("pools:\n  - poolid: production\n    coment: x", "'comment'")]
    [InlineData("acl:\n  - {path: /, type: user, ugid: a@pve, roleid: PVEAuditor, propagat: 0}", "'propagate'")]
    [InlineData("firewall: {option: {enable: 1}}", "'options'")]
    [InlineData("guests: [105]", "no keys")]
    public async Task Apply_SlipOfThePen_IsRefused(string section, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("slip.yaml", $"prox: 1\n{section}\n");

        Assert.Contains(expected, (await cli.LineAsync("apply -f slip.yaml")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains(expected, (await cli.LineAsync("diff -f slip.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_WrongValueInTheLastItem_ChangesNothing()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("late.yaml", "prox: 1\nguests:\n  - vmid: 104\n    config: {description: early}\n  - vmid: 105\n    config: {cores: many}\n");

        (await cli.LineAsync("apply -f late.yaml")).FailedWith(2);

        Assert.DoesNotContain("early", (await cli.LineAsync("vm config build -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailOnWarnings_TaskWithWarnings_EndsWithCode10()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Id = "105", Text = "start failed" });

        CliRun run = await cli.LineAsync("node startall pve3 --force --vms 105 --fail-on-warnings");

        Assert.Equal(10, run.ExitCode);
        Assert.Contains("warning: the task ended with WARNINGS: 1", run.Errors, StringComparison.Ordinal);
        Assert.Contains("error: It was done, with warnings. See them with: prox task log UPID:", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("--fail-on-warnings", 10)]
    public async Task FailOnWarnings_CallOfTheApi_EndsWithCode10WhereItIsAskedFor(string option, int code)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Id = "105", Text = "start failed" });

        CliRun run = await cli.LineAsync($"api create /nodes/pve3/startall force=1 vms=105 --wait {option}");

        Assert.Equal(code, run.ExitCode);
        Assert.Contains("warning: the task ended with WARNINGS: 1", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralGuests_OneTaskFails_ErrorNamesIt()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = "qmstop", Id = "100", Text = "stop failed" });

        CliRun run = await cli.LineAsync("vm stop 100,101 -o json");

        using JsonDocument end = JsonDocument.Parse(run.Errors);
        JsonElement error = end.RootElement.GetProperty("error");
        Assert.Equal("bulk_failed", error.GetProperty("code").GetString());
        Assert.StartsWith("UPID:pve1:", error.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.Equal("The rows say why.", error.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task FailOnWarnings_InAMachineForm_EndsWithAnErrorObject()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new TaskFault { Type = "qmstart", Id = "105", Text = "start failed" });

        CliRun run = await cli.LineAsync("node startall pve3 --force --vms 105 --fail-on-warnings -o json");

        Assert.Equal(10, run.ExitCode);
        using JsonDocument end = JsonDocument.Parse(run.Errors);
        Assert.Equal("task_warnings", end.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("web-2", "The program ended with exit code 3")]
    [InlineData("web-1,web-2", "The program failed in 2 of 2 virtual machines: VM 100 (web-1), VM 101 (web-2)")]
    public async Task AgentExec_FailedProgram_EndsWithResultAndError(string guests, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.RunAsync("vm", "agent", "exec", guests, "-o", "json", "--", "sh", "-c", "exit 3");

        run.FailedWithCode(1);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        using JsonDocument end = JsonDocument.Parse(run.Errors);
        Assert.All(result.RootElement.GetProperty("data").EnumerateArray(), static row => Assert.Equal(3, row.GetProperty("exitcode").GetInt32()));
        JsonElement error = end.RootElement.GetProperty("error");
        Assert.Equal(("program_failed", message), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData(null, "a\u001b[31mb")]
    [InlineData(80, "a\\u001b[31mb")]
    public async Task AgentExec_ControlCharacters_AreEscapesAtATerminalAlone(int? width, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.TerminalWidth = width;

        CliRun run = await cli.RunAsync("vm", "agent", "exec", "web-2", "--", "printf", "a\u001b[31mb");

        Assert.Contains(expected, run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AgentExec_ExitCodeOption_EndsWithTheProgramsOwn()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(3, (await cli.RunAsync("vm", "agent", "exec", "web-2", "--exit-code", "--", "sh", "-c", "exit 3")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("vm", "agent", "exec", "web-2", "--", "sh", "-c", "exit 3")).ExitCode);
        Assert.Equal(3, (await cli.RunAsync("vm", "agent", "exec", "web*", "--exit-code", "-o", "json", "--", "sh", "-c", "exit 3")).ExitCode);
    }

    [Fact]
    public async Task AgentExec_ProgramThatTakesTooLong_EndsWithCode11()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.RunAsync("vm", "agent", "exec", "web-2", "--timeout", "1", "--", "sh", "-c", "sleep 600")).FailedWith(11);

        Assert.Contains("goes on in the guest", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Option_InFrontOfTheCommand_IsExplained()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("behind: prox vm stop --dry-run", (await cli.LineAsync("--dry-run vm stop web-1")).FailedWith(2), StringComparison.Ordinal);
    }

    // A copy leaves its source as it is, and reading is for everybody.
    private static bool ChangesGuest(string noun, string path, Verbs.VerbCommand command) => path.StartsWith($"{noun} ", StringComparison.Ordinal)
        && path != $"{noun} clone"
        && command.Verb.Calls.Any(static call => call.Contains("{vmid}", StringComparison.Ordinal) && !call.StartsWith("GET", StringComparison.Ordinal));

    // The guests come first among the arguments, whether they are needed or not.
    private static IEnumerable<string> Named(System.CommandLine.Command command, string guest)
    {
        string[] dummies = [.. GuardedModeTests.Dummies(command)];
        int options = 2 * command.Options.Count(static option => option.Required);
        int taken = command.Arguments.Count > 0 && command.Arguments[0].Arity.MinimumNumberOfValues > 0 ? 1 : 0;
        return [.. dummies.Take(options), guest, .. dummies.Skip(options + taken)];
    }

    private async Task<CliHarness> CarefulAsync()
    {
        CliHarness cli = await cluster.UserAsync();
        await ProtectAsync(cluster, cli, "prod");
        return cli;
    }

    private static async Task ProtectAsync(SimulatedCluster of, CliHarness cli, string tag) => (await cli.RunAsync(
        "context", "add", "careful", of.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint",
        of.Simulator.Fingerprint, "--protect-tag", tag, "--use", "--replace")).Succeeded();
}
