using System.Text.RegularExpressions;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What a file must not do unasked: take disks away, attach those of others, show secrets, move guests out of pools.</summary>
public sealed class StateSafetyTests
{
    [Theory]
    [InlineData("local-lvm:vm-102-disk-0,size=64G", "102")]
    [InlineData("local:102/vm-102-disk-0.qcow2", "102")]
    [InlineData("local:102/any.raw", "102")]
    [InlineData("local:9000/base-9000-disk-0.qcow2/100/vm-100-disk-0.qcow2", "100")]
    [InlineData("local-zfs:basevol-9000-disk-0/subvol-100-disk-0", "100")]
    [InlineData("local:iso/vm-102-rescue.iso,media=cdrom", null)]
    [InlineData("local-lvm:8", null)]
    [InlineData("/dev/disk/by-id/vm-1-x", null)]
    [InlineData("none,media=cdrom", null)]
    public void Owner_OfAVolume_StandsInItsName(string disk, string? owner) => Assert.Equal(owner, GuestDisk.Parse(disk).Owner);

    [Theory]
    [InlineData("local-lvm:vm-801-disk-1,size=4G", "local-lvm:vm-801-disk-0,size=4G", true)]
    [InlineData("local-lvm:vm-811-disk-0,size=4G", "local-lvm:vm-801-disk-0,size=4G", true)]
    [InlineData("local-lvm:vm-811-cloudinit,media=cdrom", "local-lvm:vm-801-cloudinit,media=cdrom", true)]
    [InlineData("local-lvm:vm-801-disk-0,size=4G", "local-lvm:vm-801-cloudinit,media=cdrom", false)]
    [InlineData("ceph:vm-801-disk-0,size=4G", "local-lvm:vm-801-disk-0,size=4G", false)]
    [InlineData("local:iso/a.iso,media=cdrom", "local:iso/b.iso,media=cdrom", false)]
    [InlineData("none,media=cdrom", "local-lvm:vm-801-disk-0,size=4G", false)]
    public void Means_DiskOfTheSameKey_IsTheSameOnTheSameStorage(string file, string present, bool same) =>
        Assert.Equal(same, GuestDisk.Parse(file).Means(GuestDisk.Parse(present)));

    [Fact]
    public async Task Apply_ThatTakesADiskOut_AsksAndNamesIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("none.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi0: \"none,media=cdrom\"}}\n");

        Assert.Contains("scsi0: local-lvm:vm-106-disk-0", (await cli.LineAsync("apply -f none.yaml")).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("vm-106-disk-0", (await cli.LineAsync("vm config 106 --query scsi0 -o name")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f none.yaml --yes")).Succeeded();
    }

    [Fact]
    public async Task Apply_SeveralKeys_NamesThatWhichIsAskedAbout()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        const string Job = "prox: 1\nbackup-jobs: [{id: nightly, schedule: '02:30', storage: local, vmid: '100', prune-backups: 'keep-last=3'}]\n";
        cli.Write("job.yaml", Job);
        (await cli.LineAsync("apply -f job.yaml --yes")).Succeeded();
        cli.Write("job.yaml", Job.Replace("02:30", "03:30", StringComparison.Ordinal).Replace("last=3", "last=2", StringComparison.Ordinal));

        Assert.Contains("nightly (prune-backups)", (await cli.LineAsync("apply -f job.yaml")).FailedWith(8), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_VolumeOfAnotherGuest_IsNeverAttached()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("free.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi5: \"local-lvm:vm-102-disk-0,size=64G\"}}\n");
        cli.Write("larger.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi0: \"local-lvm:vm-102-disk-0,size=64G\"}}\n");
        cli.Write("taken.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {scsi0: \"local-lvm:vm-102-disk-0,size=20G\"}}\n");

        Assert.Contains("a volume of guest 102", (await cli.LineAsync("apply -f free.yaml --yes")).FailedWith(6), StringComparison.Ordinal);
        Assert.Contains("a larger volume of guest 102", (await cli.LineAsync("apply -f larger.yaml --yes")).FailedWith(6), StringComparison.Ordinal);
        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f taken.yaml")).Errors);
        Assert.Contains("vm-106-disk-0", (await cli.LineAsync("vm config 106 --query scsi0 -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("801")]
    [InlineData("811")]
    public async Task Apply_ExportOfAGuestThatIsGone_MakesItOnceAndThenNothing(string number)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm create 801 --node pve1 --name made --scsi0 local-lvm:4 --ide2 local-lvm:cloudinit")).Succeeded();
        (await cli.LineAsync("vm set 801 --efidisk0 local-lvm:1,efitype=4m")).Succeeded();
        cli.Write("made.yaml", (await cli.LineAsync("export guests --guests 801")).Succeeded().Replace("vmid: 801", $"vmid: {number}", StringComparison.Ordinal));
        if (number == "801")
        {
            (await cli.LineAsync("vm delete 801 --yes")).Succeeded();
        }

        (await cli.LineAsync("apply -f made.yaml")).Succeeded();
        string config = (await cli.LineAsync($"vm config {number} -o json")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f made.yaml")).Errors);
        Assert.Equal(config, (await cli.LineAsync($"vm config {number} -o json")).Succeeded());
        Assert.Contains($"vm-{number}-disk", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_PasswordAndKeys_AreNotShownAndSetOnce()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("secret.yaml", "prox: 1\nguests:\n- {vmid: 106, config: {cipassword: geheim12, sshkeys: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ+/x ann@box\"}}\n");

        CliRun diff = await cli.LineAsync("diff -f secret.yaml");
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("cipassword: ***", diff.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim12", diff.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim12", (await cli.LineAsync("diff -f secret.yaml -o json")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim12", (await cli.LineAsync("apply -f secret.yaml")).Succeeded(), StringComparison.Ordinal);

        CliRun again = await cli.LineAsync("apply -f secret.yaml");
        Assert.Equal("", again.Succeeded());
        Assert.Contains("cipassword is set, and the server does not show it", again.Errors, StringComparison.Ordinal);
        Assert.EndsWith("No differences.\n", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SeveralChangesOfOneList_AreNoConflictWithThemselves()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("before.yaml", "prox: 1\nha: {resources: [{sid: 'vm:106', state: stopped}, {sid: 'vm:104', state: stopped}]}\n");
        (await cli.LineAsync("apply -f before.yaml")).Succeeded();
        cli.Write("after.yaml", """
            prox: 1
            storages:
            - {storage: scratch, type: dir, path: /srv/scratch, content: images}
            - {storage: local, content: "iso,backup"}
            - {storage: ceph, content: images}
            ha: {resources: [{sid: 'vm:105', state: stopped}, {sid: 'vm:106', comment: a}, {sid: 'vm:104', comment: b}]}
            """);

        (await cli.LineAsync("apply -f after.yaml")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f after.yaml")).Errors);
    }

    [Fact]
    public async Task Apply_GuestOfAnotherPool_IsShownAndAskedAbout()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("pools.yaml", "prox: 1\npools:\n- {poolid: fresh, vms: [100, 106]}\n");

        Assert.Contains("- vms of production: 100", (await cli.LineAsync("diff -f pools.yaml")).Output, StringComparison.Ordinal);
        Assert.Contains("vms of production: 100", (await cli.LineAsync("apply -f pools.yaml")).FailedWith(8), StringComparison.Ordinal);
        Assert.DoesNotContain("fresh", (await cli.LineAsync("pool list -o name")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f pools.yaml --yes")).Succeeded();
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f pools.yaml")).Errors);
    }

    [Theory]
    [InlineData("pools: [{poolid: a}, {poolid: a}]", "names 'a' twice")]
    [InlineData("pools: [{poolid: a, vms: [100]}, {poolid: b, vms: ['100']}]", "names '100' twice")]
    [InlineData("pools: [{poolid: a, vms: 100}]", "'vms' is no list")]
    [InlineData("acl: [{path: /vms, type: user, ugid: a@pve, roleid: X}, {path: /vms/, type: user, ugid: a@pve, roleid: X, propagate: 0}]", "twice")]
    [InlineData("firewall: {ipsets: [{name: a}, {name: a}]}", "names 'a' twice")]
    [InlineData("guests: [{vmid: 106, digest: abc}]", "has a digest")]
    [InlineData("guests: [{vmid: 106, config: {digest: abc}}]", "has a digest")]
    [InlineData("firewall: {options: {enable: 1, digest: abc}}", "has a digest")]
    [InlineData("firewall: {rules: [{type: in, action: DROP, digest: abc}]}", "has a digest")]
    [InlineData("guests: [{vmid: 0800, node: pve1}]", "'0800' is no number of a guest")]
    [InlineData("guests: [{vmid: 0106}]", "'0106' is no number of a guest")]
    [InlineData("storages:", "The section 'storages' is empty")]
    [InlineData("guests: [{vmid: 106, node: pve9}]", "there is no such node")]
    public async Task Diff_FileThatSaysTwoThingsOrNone_IsRefused(string section, string reason)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("wrong.yaml", $"prox: 1\n{section}\n");

        Assert.Contains(reason, (await cli.LineAsync("diff -f wrong.yaml --prune")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OtherSpellings_AreNoDifferences()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("spelled.yaml", """
            prox: 1
            pools: [{poolid: 1.50, comment: 1e3}]
            acl: [{path: /vms/106/, type: user, ugid: demo@pve, roleid: PVEAuditor}]
            guests: [{vmid: 106, config: {memory: "current=2048", agent: "enabled=1"}}]
            """);

        Assert.DoesNotContain("guests", (await cli.LineAsync("diff -f spelled.yaml")).Output, StringComparison.Ordinal);
        (await cli.LineAsync("apply -f spelled.yaml")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f spelled.yaml")).Errors);
        Assert.Matches(new Regex("poolid: '1.50'\n *comment: '?1e3'?\n"), (await cli.LineAsync("export pools")).Succeeded());
    }

    [Fact]
    public async Task Export_WhereANodeIsOffline_WritesTheRestAndNamesWhatIsMissing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        string[] there = [.. (await cli.LineAsync("vm list @node-pve3 -o name --fields vmid")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        cluster.Simulator.Faults.KillNode("pve3");

        CliRun run = await cli.LineAsync("export");

        string error = run.FailedWith(1);
        Assert.Contains($"Not all of the cluster is in the file: pve3 is offline, with guests {there[0]}, ", error, StringComparison.Ordinal);
        Assert.Contains("- vmid: 106\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"- vmid: {there[0]}\n", run.Output, StringComparison.Ordinal);
        cli.Write("rest.yaml", run.Output);
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f rest.yaml")).Errors);
        (await cli.LineAsync("export pools acl")).Succeeded();
        Assert.Contains("pve3", (await cli.LineAsync($"export guests --guests {there[0]}")).FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_NamesThatProxmoxKeepsInLowerCase_AreNoDifferences()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("names.yaml", """
            prox: 1
            firewall:
              groups: [{group: Web, comment: public, rules: [{type: in, action: ACCEPT, proto: tcp, dport: 443, enable: 1}]}]
              ipsets: [{name: Admins, entries: [{cidr: 10.1.2.3}]}]
            """);

        (await cli.LineAsync("apply -f names.yaml")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f names.yaml --prune")).Errors);
        Assert.Equal("web\n", (await cli.LineAsync("api get /cluster/firewall/groups --query [].group -o name")).Succeeded());
        Assert.Equal("10.1.2.3\n", (await cli.LineAsync("api get /cluster/firewall/ipset/admins --query [].cidr -o name")).Succeeded());
    }

    [Fact]
    public async Task Apply_WordsOfYaml_AreTextsWhereTextsGoAndSwitchesElsewhere()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("words.yaml", """
            prox: 1
            groups: [{groupid: true, comment: No}]
            users: [{userid: t@pve, firstname: True, lastname: true, enable: Yes}]
            pools: [{poolid: false, comment: False}]
            guests: [{vmid: 106, config: {name: true, description: TRUE, onboot: on, agent: True, net0: {model: virtio, bridge: vmbr0, firewall: True}, scsi7: {file: "local-lvm:1", discard: on}}}]
            acl: [{path: /vms/106, type: user, ugid: demo@pve, roleid: PVEAuditor, propagate: False}]
            firewall: {rules: [{type: in, action: DROP, comment: Off, enable: True}]}
            """);

        (await cli.LineAsync("apply -f words.yaml --yes")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f words.yaml")).Errors);
        Assert.Equal(
            "true No\n", (await cli.LineAsync("api get /access/groups --query \"[?groupid=='true'] | [0].join(' ', [groupid, comment])\" -o name")).Succeeded());
        Assert.Equal(
            "True true 1\n", (await cli.LineAsync("access user show t@pve --query \"join(' ', [firstname, lastname, to_string(enable)])\" -o name")).Succeeded());
        Assert.Equal("False\n", (await cli.LineAsync("api get /pools --query \"[?poolid=='false'] | [0].comment\" -o name")).Succeeded());
        Assert.Equal(
            "true TRUE 1 1\n",
            (await cli.LineAsync("vm config 106 --query \"join(' ', [name, description, to_string(onboot), agent])\" -o name")).Succeeded());
        Assert.Contains("discard=on", (await cli.LineAsync("vm config 106 --query scsi7 -o name")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("firewall=1", (await cli.LineAsync("vm config 106 --query net0 -o name")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("Off\n", (await cli.LineAsync("api get /cluster/firewall/rules --query '[0].comment' -o name")).Succeeded());
    }

    [Fact]
    public async Task Apply_GuestThatTheUserMayNotSee_IsNotMadeAgain()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = (await cluster.RootAsync()).With("LIMITED_PASSWORD", "limited-password");
        (await cli.LineAsync("access user create limited@pve --password env:LIMITED_PASSWORD")).Succeeded();
        cli.Write("acl.yaml", "prox: 1\nacl: [{path: /vms/100, type: user, ugid: limited@pve, roleid: PVEVMAdmin}]\n");
        (await cli.LineAsync("apply -f acl.yaml")).Succeeded();
        (await cli.RunAsync(
            "context", "add", "limited", cluster.Url, "--user", "limited@pve", "--secret", "env:LIMITED_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint, "--use"))
            .Succeeded();
        cli.Write("unseen.yaml", "prox: 1\nguests: [{vmid: 106, node: pve1, config: {memory: 512}}]\n");

        Assert.Contains("VM.Audit on /vms/106", (await cli.LineAsync("apply -f unseen.yaml --yes")).FailedWith(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_CallThatIsRefused_SaysThatNothingOfItWasMade()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("fails.yaml", "prox: 1\nacl: [{path: /, type: user, ugid: demo@pve, roleid: NoSuchRole}]\n");

        CliRun run = await cli.LineAsync("apply -f fails.yaml");

        Assert.NotEqual(0, run.ExitCode);
        Assert.DoesNotContain("a part", run.Errors, StringComparison.Ordinal);
        Assert.Contains("0 of 1 changes were made before this one failed: create acl", run.Errors, StringComparison.Ordinal);
    }
}
