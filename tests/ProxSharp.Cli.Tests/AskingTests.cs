using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests;

/// <summary>Whether somebody is asked before a call is sent: the same for verbs and for plain calls, and as the catalogue of operations says.</summary>
public sealed class AskingTests(SimulatedCluster cluster, SimulatedBackupServer backups) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    private static readonly string[] s_notTyped = ["--yes", "-y", "--dry-run"];

    public static TheoryData<ProxmoxProduct> Products => [ProxmoxProduct.VirtualEnvironment, ProxmoxProduct.BackupServer];

    [Theory]
    [MemberData(nameof(Products))]
    public async Task ApiCall_EveryOperationThatDestroysOrReads_IsAskedAboutOrNot(ProxmoxProduct product)
    {
        using CliHarness cli = await UserAsync(product);
        List<string> wrong = [];
        foreach (OperationEntry operation in Operations(product))
        {
            CliRun run = await cli.RunAsync("api", ApiVerbs.Word(operation.Method), Filled(operation.Path));
            Judge(wrong, operation, run, $"prox api {operation}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("node service stop pve1 corosync", "high availability resets it")]
    [InlineData("node service stop pve1 pveproxy", "nobody reaches the server this way")]
    [InlineData("node service restart pve1 corosync", "high availability resets it")]
    [InlineData("node service reload pve1 pve-cluster", "high availability resets it")]
    [InlineData("api create /nodes/pve1/services/corosync/restart", "high availability resets it")]
    [InlineData("node network apply pve1", "the node cannot be reached any more")]
    public async Task Verb_ThatMayCutANodeOff_IsAskedAbout(string line, string effect)
    {
        using CliHarness cli = await UserAsync(ProxmoxProduct.VirtualEnvironment);

        Assert.Contains(effect, (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access user token set demo@pve ci --regenerate", "The present secret of the token is void at once")]
    [InlineData("api set /access/users/demo@pve/token/ci regenerate=1", "The present secret of the token is void at once")]
    [InlineData("node network revert pve1", "The changes of the network that wait are dropped")]
    [InlineData("api delete /nodes/pve1/network", "The changes of the network that wait are dropped")]
    [InlineData("cluster membership join --hostname 192.0.2.1 --password env:SECRET --fingerprint FP", "gives up its own storages")]
    [InlineData("api create /cluster/config/join hostname=192.0.2.1 password=x fingerprint=FP", "gives up its own storages")]
    public async Task Call_ThatDropsWhatNobodyGetsBack_IsAskedAbout(string line, string effect)
    {
        using CliHarness cli = await UserAsync(ProxmoxProduct.VirtualEnvironment);
        string fingerprint = string.Join(':', Enumerable.Repeat("AA", 32));

        CliRun run = await cli.LineAsync(line.Replace("FP", fingerprint, StringComparison.Ordinal));

        run.FailedWithCode(8);
        Assert.Contains(effect, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewSecretOfAToken_OnABackupServer_IsAskedAbout()
    {
        using CliHarness cli = new();
        await backups.UseAsync(cli, "backup");

        Assert.Contains(
            "The present secret of the token is void at once", (await cli.LineAsync("pbs access user token set demo@pbs ci --regenerate")).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("firewall rule create --type in --action ACCEPT --dry-run", true)]
    [InlineData("firewall rule create --type in --action ACCEPT --enable 1 --dry-run", false)]
    [InlineData("vm firewall rule create web-1 --type in --action ACCEPT --dry-run", true)]
    public async Task Verb_ThatMakesARule_SaysIfTheRuleIsOff(string line, bool isTold)
    {
        using CliHarness cli = await UserAsync(ProxmoxProduct.VirtualEnvironment);

        CliRun run = await cli.LineAsync(line);

        run.Succeeded();
        Assert.Equal(isTold, run.Errors.Contains("The new rule is off", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Products))]
    public async Task Verb_EveryOperationThatDestroysOrReads_IsAskedAboutOrNot(ProxmoxProduct product)
    {
        using CliHarness cli = await UserAsync(product);
        Dictionary<string, VerbCommand[]> verbs = Verbs(product);
        List<string> wrong = [];
        int count = 0;
        foreach (OperationEntry operation in Operations(product))
        {
            foreach (VerbCommand command in verbs.GetValueOrDefault(operation.ToString(), []))
            {
                string[] line = [.. ShellWords.Split(command.Verb.Examples[0].Line).TakeWhile(static word => word is not (">" or "|")).Where(static word => !s_notTyped.Contains(word))];

                // The volume of the examples is on no node: without one, nobody comes as far as a question.
                line = command.Name == "delete" && line.Contains("local:iso/alpine-3.22.iso") ? [.. line, "--node", "pve1"] : line;
                Judge(wrong, operation, await cli.RunAsync(line), string.Join(' ', line));
                count++;
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 100, $"Only {count} verbs were tried.");
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Verb_EveryOneThatIsOneCall_SaysWhatTheCatalogueSays(ProxmoxProduct product)
    {
        List<string> wrong = [];
        foreach ((string call, VerbCommand[] commands) in Verbs(product))
        {
            (ApiMethod method, string template) = EndpointBinding.Split(call);
            OperationEntry operation = OperationCatalogue.For(product).Find(method, template);
            wrong.AddRange(commands
                .Where(command => (command.Verb.Class == VerbClass.Destructive) != Asking.IsAlwaysNeeded(operation)
                    || command.Verb.Traits.HasFlag(VerbTraits.Confirms) != Asking.IsPossible(operation))
                .Select(command => $"{call}: {command.Name} is {command.Verb.Class}, {command.Verb.Traits}"));
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("vm set web-1 --delete scsi1", "api set /nodes/pve1/qemu/100/config delete=scsi1")]
    [InlineData("vm set web-1 --delete scsi1 --skiplock", "api set /nodes/pve1/qemu/100/config delete=scsi1 skiplock=1")]
    [InlineData("vm move-disk web-1 scsi0 local --delete", "api create /nodes/pve1/qemu/100/move_disk disk=scsi0 storage=local delete=1")]
    [InlineData("vm backup web-1 --storage local --prune-backups keep-last=1", "api create /nodes/pve1/vzdump vmid=100 prune-backups=keep-last=1")]
    [InlineData("vm restore local:backup/x.vma.zst --node pve3 --vmid 105 --force", "api create /nodes/pve3/qemu vmid=105 archive=x force=1")]
    [InlineData("backup-job set nightly --prune-backups keep-last=1", "api set /cluster/backup/nightly prune-backups=keep-last=1")]
    [InlineData("node stopall pve1 --all", "api create /nodes/pve1/stopall")]
    [InlineData("ha status disarm-ha --resource-mode freeze", "api create /cluster/ha/status/disarm-ha resource-mode=freeze")]
    [InlineData("pool delete production", "api delete /pools poolid=production")]
    [InlineData("access user delete demo@pve", "api delete /access/users/demo@pve")]
    [InlineData("backup-job delete nightly", "api delete /cluster/backup/nightly")]
    public async Task Parameters_ThatMakeACallDestroy_AreAskedAboutEitherWay(string verb, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("--yes", (await cli.LineAsync(verb)).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("--yes", (await cli.LineAsync(call)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set staging --scsi0 ceph:8", "api set /nodes/pve1/qemu/106/config scsi0=ceph:8")]
    [InlineData("vm set staging --scsi0 none,media=cdrom", "api create /nodes/pve1/qemu/106/config scsi0=none,media=cdrom")]
    public async Task Disk_ThatAnotherOneTakesThePlaceOf_IsAskedAboutEitherWay(string verb, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("--yes", (await cli.LineAsync(verb)).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("--yes", (await cli.LineAsync(call)).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("+ scsi0", (await cli.LineAsync($"{verb} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_InAFreePlaceOrWithOtherOptions_IsNotAskedAbout()
    {
        using CliHarness cli = await cluster.UserAsync();
        string present = (await cli.LineAsync("vm config staging -o csv --no-header --fields scsi0")).Succeeded().Trim().Trim('"');

        (await cli.LineAsync("vm set staging --scsi9 ceph:1")).Succeeded();
        (await cli.RunAsync("vm", "set", "staging", "--scsi0", $"{present},discard=on")).Succeeded();
        Assert.Contains("--yes", (await cli.LineAsync("vm set staging --scsi9 ceph:2")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("vm set staging --scsi9 ceph:2 --yes")).Succeeded();
        Assert.Contains("--max 2", (await cli.LineAsync("vm set staging,web-1 --scsi0 ceph:2 --yes")).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scsi0", "ceph:vm-100-disk-0,size=8G", "ceph:vm-100-disk-0,iothread=1", false)]
    [InlineData("scsi0", "ceph:vm-100-disk-0,size=8G", "file=ceph:vm-100-disk-0", false)]
    [InlineData("scsi0", "ceph:vm-100-disk-0,size=8G", "ceph:8", true)]
    [InlineData("scsi0", "ceph:vm-100-disk-0,size=8G", "ceph:vm-100-disk-1", true)]
    [InlineData("rootfs", "ceph:vm-100-disk-0,size=8G", "ceph:4", true)]
    [InlineData("ide2", "local:iso/a.iso,media=cdrom", "local:iso/b.iso,media=cdrom", false)]
    [InlineData("ide2", "ceph:cloudinit", "none,media=cdrom", false)]
    [InlineData("scsi0", null, "ceph:8", false)]
    [InlineData("scsi0", "ceph:vm-100-disk-0", null, false)]
    [InlineData("net0", "virtio=AA,bridge=vmbr0", "virtio,bridge=vmbr1", false)]
    public void IsReplaced_Change_TellsWhetherADiskIsTakenOut(string key, string? from, string? to, bool expected) =>
        Assert.Equal(expected, ReplacedDisks.IsReplaced(new ConfigChange("VM 100", key, from, to)));

    [Theory]
    [InlineData("vm set staging --delete description")]
    [InlineData("api set /nodes/pve1/qemu/106/config delete=description")]
    [InlineData("vm start staging")]
    [InlineData("api create /nodes/pve1/qemu/106/status/start")]
    [InlineData("node service restart pve1 pveproxy")]
    [InlineData("api create /nodes/pve1/services/pveproxy/reload")]
    [InlineData("access user token set demo@pve ci --comment moved")]
    [InlineData("api set /access/users/demo@pve/token/ci regenerate=0")]
    public async Task Call_ThatCanBeTakenBack_IsNotAskedAbout(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.NotEqual(8, (await cli.LineAsync(line)).ExitCode);
    }

    [Theory]
    [InlineData("node power pve1 --command reboot", "pve1", "All guests on the node stop; those that start at boot come back with it.")]
    [InlineData("api create /nodes/pve1/status command=shutdown", "pve1", "All guests on the node stop; somebody has to switch it on again.")]
    [InlineData("node stopall pve1 --all", "pve1", "About to shut down all guests on node pve1 in the context lab. All guests on the node are shut down; those that do not obey are stopped.")]
    [InlineData("node stopall pve1 --vms web-1", "pve1", "About to shut down the guest 100 on node pve1 in the context lab. The guests named are shut down; those that do not obey are stopped.")]
    [InlineData("cluster bulk guest shutdown --all", "shutdown", "About to shut down all guests of the cluster in the context lab. All guests of the cluster are shut down.")]
    [InlineData("cluster bulk guest suspend --vms web-1,101", "suspend", "About to suspend the guests 100, 101 of the cluster in the context lab. The virtual machines named are suspended.")]
    [InlineData("vm template staging", "staging", "A template never becomes a virtual machine again.")]
    [InlineData("vm delete staging", "staging", "There is no way back.")]
    [InlineData("vm set web-2 --scsi0 ceph:8", "web-2", "The present disk scsi0 (")]
    [InlineData("backup-job delete nightly", "nightly", "prox keeps no copy of its settings.")]
    [InlineData(
        "backup-job create --id weekly --schedule sun --storage local --all --prune-backups keep-last=3", "weekly", "Backups that 'prune-backups' does not keep are deleted.")]
    public async Task Question_AtATerminal_SaysWhatHappens(string line, string answer, string effect)
    {
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 100);
        cli.Input = "no\n";

        CliRun run = await cli.LineAsync($"{line} --no-color");

        Assert.Equal(8, run.ExitCode);
        Assert.Contains(effect, run.Errors, StringComparison.Ordinal);
        Assert.Contains($"Type {answer} to go on: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("nothing was done", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node stopall pve1 --all", "All guests on the node are shut down; those that do not obey are stopped. Look at it")]
    [InlineData("api create /cluster/backup id=weekly schedule=sun all=1 prune-backups=keep-last=3", "Backups that 'prune-backups' does not keep are deleted. Look at it")]
    public async Task Refusal_WhereNobodyCanBeAsked_SaysWhatHappens(string line, string effect)
    {
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains(effect, (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_AboutANameWithControlCharacters_ShowsThem()
    {
        await using Simulator.PveSimulator simulator = await Simulator.PveSimulator.StartAsync(new Simulator.PveSimulatorOptions
        {
            Delays = false,
            TaskDuration = TimeSpan.FromMilliseconds(5),
            Scenario = static builder =>
            {
                Simulator.Scenarios.DefaultCluster.Build(builder);
                builder.AddVm("pve1", 777, "evil\u001b[31m\u202e", static _ => { });
            },
        });
        using CliHarness cli = new CliHarness { TerminalWidth = 100 }.With("LAB_SECRET", Simulator.Scenarios.DefaultCluster.TokenSecret);
        (await cli.LineAsync(
            $"context add lab {simulator.Endpoint.GetLeftPart(UriPartial.Authority)} --token-id {Simulator.Scenarios.DefaultCluster.TokenId} "
            + $"--secret env:LAB_SECRET --fingerprint {simulator.Fingerprint}")).Succeeded();
        cli.Input = "evil\\u001b[31m\\u202e\n";

        CliRun run = await cli.LineAsync("vm delete 777 --no-color");

        run.Succeeded();
        Assert.Contains("Type evil\\u001b[31m\\u202e to go on: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm snapshot delete web-1 s1", "delete snapshot s1 of VM 100 (web-1)", "s1")]
    [InlineData("ct snapshot delete dns s1", "delete snapshot s1 of container 200 (dns)", "s1")]
    [InlineData("vm snapshot rollback web-1 s1", "roll back to snapshot s1 of VM 100 (web-1)", "web-1")]
    [InlineData("vm firewall rule delete 100 0", "delete firewall rule 0 of VM 100 (web-1)", "0")]
    [InlineData("vm firewall ipset entry delete 100 office 192.0.2.1", "delete firewall ipset entry 192.0.2.1 of office of VM 100 (web-1)", "192.0.2.1")]
    [InlineData("access user token delete demo@pve ci", "delete user token demo@pve!ci", "demo@pve!ci")]
    [InlineData("access user delete demo@pve", "delete user demo@pve", "demo@pve")]
    [InlineData("pool delete production", "delete pool production", "production")]
    [InlineData("node power pve1 --command reboot", "shut down or restart node pve1", "pve1")]
    [InlineData("api create /nodes/pve1/status command=reboot", "send POST /nodes/pve1/status command=reboot", "pve1")]
    [InlineData("api delete /nodes/pve1/qemu/100/snapshot/s1", "send DELETE /nodes/pve1/qemu/100/snapshot/s1", "s1")]
    public async Task Question_AtATerminal_NamesWhatIsMeant(string line, string action, string answer)
    {
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 100);
        cli.Input = "no\n";

        CliRun run = await cli.LineAsync($"{line} --no-color");

        Assert.Equal(8, run.ExitCode);
        Assert.Contains($"About to {action} in the context lab.", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"Type {answer} to go on: ", run.Errors, StringComparison.Ordinal);
        using CliHarness script = await cluster.UserAsync();
        Assert.Contains($"A confirmation is needed to {action},", (await script.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("datastore snapshot delete store1 --backup-type vm --backup-id 100 --backup-time 1767232800", "delete datastore snapshot vm/100/2026-01-01T02:00:00Z of store1")]
    [InlineData("datastore snapshot delete store1 vm/100/2026-01-01T02:00:00Z --ns a/b", "delete datastore snapshot vm/100/2026-01-01T02:00:00Z of store1, namespace a/b")]
    [InlineData("datastore prune store1 vm/100 --keep-last 2", "prune datastore group vm/100 of store1")]
    [InlineData("datastore namespace delete store1 --ns customers/acme", "delete datastore namespace customers/acme of store1")]
    [InlineData("pbs access user token delete demo@pbs ci", "delete access user token demo@pbs!ci")]
    public async Task Question_OnABackupServer_NamesWhatIsMeant(string line, string action)
    {
        using CliHarness cli = new();
        await backups.UseAsync(cli, "backup");

        Assert.Contains($"A confirmation is needed to {action},", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm delete 100,106 --yes")]
    [InlineData("vm snapshot rollback 100,106 fresh --yes")]
    [InlineData("vm set 100,106 --delete scsi1 --yes")]
    public async Task SeveralGuests_ChangeThatIsAskedAbout_NeedsTheirNumber(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("--max 2", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
    }

    private static void Judge(List<string> wrong, OperationEntry operation, CliRun run, string line)
    {
        bool isAsked = run.ExitCode == 8;
        if (isAsked != (operation.Class == OperationClass.Destructive) || (isAsked && !run.Errors.Contains("--yes", StringComparison.Ordinal)))
        {
            wrong.Add($"{operation} ({operation.Class}): {line} ended with {run.ExitCode}: {run.Errors.Trim()}");
        }
    }

    /// <summary>What destroys whatever its parameters are, and what only reads.</summary>
    private static IEnumerable<OperationEntry> Operations(ProxmoxProduct product) => OperationCatalogue.For(product).Entries
        .Where(static entry => entry.Class is OperationClass.Destructive or OperationClass.Read)
        .OrderBy(static entry => entry.ToString(), StringComparer.Ordinal);

    /// <summary>The verbs that are one call, by that call.</summary>
    private static Dictionary<string, VerbCommand[]> Verbs(ProxmoxProduct product)
    {
        ApiSchema schema = SchemaSource.Embedded(product);
        HashSet<string> calls = [.. schema.Endpoints.Select(static endpoint => endpoint.ToString())];
        bool isBackup = product == ProxmoxProduct.BackupServer;
        return HelpTests.Walk()
            .Where(item => item.Path.Split(' ')[0] is "pbs" or "tape" or "datastore" == isBackup)
            .Select(static item => item.Command)
            .OfType<VerbCommand>()
            .Where(command => command.Verb.Calls.Count == 1 && calls.Contains(command.Verb.Calls[0]))
            .GroupBy(static command => command.Verb.Calls[0])
            .ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    private static string Filled(string template) => string.Join('/', template.Split('/').Select(static part => part switch
    {
        "{node}" => "pve1",
        "{vmid}" => "106",
        _ when part.StartsWith('{') => "nothing",
        _ => part,
    }));

    private async Task<CliHarness> UserAsync(ProxmoxProduct product)
    {
        // What the examples name as the access to another cluster.
        CliHarness cli = (await cluster.UserAsync()).With("SECRET", "apitoken=PVEAPIToken=root@pam!move=7c6e3a0e-52f5-4a5c-9d5b-0a1b2c3d4e5f,host=192.0.2.20");
        if (product == ProxmoxProduct.BackupServer)
        {
            await backups.UseAsync(cli, "backups");
        }

        return cli;
    }
}
