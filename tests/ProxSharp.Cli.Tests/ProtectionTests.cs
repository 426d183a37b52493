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
    [InlineData("node stopall pve1 --yes")]
    [InlineData("node stopall pve1 --vms 106,100 --yes")]
    [InlineData("node migrateall pve1 --target pve2 --dry-run")]
    [InlineData("node power pve1 --command reboot --yes")]
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
    [InlineData("apply -f protected.yaml")]
    [InlineData("apply -f protected.yaml --dry-run")]
    public async Task ProtectedTag_AnyWayToTheGuest_IsRefused(string line)
    {
        using CliHarness cli = await CarefulAsync();
        cli.Write("protected.yaml", "prox: 1\nguests:\n  - vmid: 106\n    config: {memory: 1536}\n  - vmid: 100\n    config: {memory: 1536}\n");
        cli.Write("pools.yaml", "prox: 1\npools:\n  - poolid: production\n    vms: [101, 102, 103]\n");
        string before = (await cli.LineAsync("vm config web-1 staging -o json")).Succeeded();

        Assert.Contains("has the tag 'prod'", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);

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
    public async Task ProtectedTag_OtherGuest_IsLeftAlone(string line)
    {
        using CliHarness cli = await CarefulAsync();

        (await cli.LineAsync(line)).Succeeded();
    }

    [Theory]
    [InlineData("node stopall pve1")]
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

    private async Task<CliHarness> CarefulAsync()
    {
        CliHarness cli = await cluster.UserAsync();
        (await cli.RunAsync(
            "context", "add", "careful", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint",
            cluster.Simulator.Fingerprint, "--protect-tag", "prod", "--use")).Succeeded();
        return cli;
    }
}
