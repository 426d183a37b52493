using System.Text.Json;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A rich cluster out of a file, and back: apply, export and diff agree with each other.</summary>
public sealed class StateRoundTripTests
{
    private const string Rich = """
        prox: 1
        roles:
          - {roleid: Operator, privs: "VM.PowerMgmt,VM.Audit"}
        groups:
          - {groupid: ops, comment: Operators}
        users:
          - {userid: ann@pve, firstname: Ann, email: ann@example.org, groups: [ops], enable: true}
        storages:
          - {storage: nfs1, type: nfs, server: 10.0.0.5, export: /srv/iso, content: "iso,backup"}
          - {storage: scratch, type: dir, path: /srv/scratch, content: [images], nodes: "pve2,pve1"}
        pools:
          - {poolid: fresh, comment: new, vms: [300, 301, 310], storages: [scratch]}
        guests:
          - vmid: 300
            node: pve2
            config:
              name: made
              memory: 512
              scsihw: virtio-scsi-single
              scsi0: "local-lvm:8,discard=on,iothread=1"
              ide2: "local:iso/debian-13.iso,media=cdrom"
              net0: "virtio,bridge=vmbr0,firewall=1"
              tags: "web;app"
              onboot: 0
              description: |
                two
                lines
          - vmid: 301
            clone: {source: debian-13-template, full: true}
            name: copied
            config: {memory: 1024, scsi0: "local-lvm:12", net0: "virtio,bridge=vmbr0,tag=7"}
          - vmid: 310
            node: pve1
            ostemplate: local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst
            config: {hostname: box, memory: 256, rootfs: "local-lvm:4", net0: "name=eth0,bridge=vmbr0,ip=dhcp"}
        acl:
          - {path: /vms/300, type: group, ugid: ops, roleid: Operator}
          - {path: /, type: user, ugid: ann@pve, roleid: PVEAuditor, propagate: false}
        ha:
          resources:
            - {sid: "vm:300", state: stopped, max_restart: 2, comment: important}
          rules:
            - {rule: near, type: node-affinity, nodes: "pve1,pve2", resources: "vm:300"}
        backup-jobs:
          - {id: nightly, schedule: "02:30", storage: local, vmid: "300,301", enabled: true, prune-backups: "keep-daily=7,keep-last=3"}
        firewall:
          options: {enable: 1, policy_in: DROP, policy_out: ACCEPT}
          aliases:
            - {name: office, cidr: 10.1.0.0/16, comment: people}
          ipsets:
            - {name: admins, comment: who may, entries: [{cidr: 10.1.2.3}, {cidr: 10.1.2.0/24, nomatch: true, comment: others}]}
          groups:
            - {group: web, comment: public, rules: [{type: in, action: ACCEPT, proto: tcp, dport: 443, enable: 1}]}
          rules:
            - {type: in, action: ACCEPT, source: +admins, proto: tcp, dport: 22, enable: 1}
            - {type: in, action: ACCEPT, source: office, proto: tcp, dport: 8006, enable: 1, comment: interface}
            - {type: group, action: web, enable: 1}
          nodes:
            - {node: pve1, options: {enable: 1}, rules: [{type: in, action: ACCEPT, proto: icmp, enable: 1}]}
          guests:
            - vmid: 300
              options: {enable: 1, policy_in: DROP}
              aliases: [{name: peer, cidr: 10.9.0.1}]
              ipsets: [{name: mine, entries: [{cidr: 10.9.0.0/24}]}]
              rules: [{type: in, action: ACCEPT, source: peer, proto: tcp, dport: 80, enable: 1}]
        """;

    [Fact]
    public async Task Apply_RichFile_MakesAllOfItAndASecondTimeNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("rich.yaml", Rich);

        Assert.Equal(1, (await cli.LineAsync("diff -f rich.yaml")).ExitCode);
        Snapshot.Match("apply-rich-dry-run", Digests((await cli.LineAsync("apply -f rich.yaml --dry-run")).Succeeded()));
        (await cli.LineAsync("apply -f rich.yaml --yes")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f rich.yaml")).Succeeded());
        Assert.EndsWith("No differences.\n", (await cli.LineAsync("apply -f rich.yaml --migrate")).Errors, StringComparison.Ordinal);
        Assert.Equal("12G\n", (await cli.RunAsync("vm", "config", "301", "--query", "scsi0", "-o", "name")).Succeeded().Split("size=")[1]);
        Assert.Equal("7\n", (await cli.LineAsync("vm config 301 --query net0 -o name")).Succeeded().Split("tag=")[1]);
    }

    [Fact]
    public async Task Export_OfARichCluster_MakesAnotherOneLikeIt()
    {
        await using SimulatedCluster first = await SimulatedCluster.StillAsync();
        await using SimulatedCluster second = await SimulatedCluster.StillAsync();
        using CliHarness cli = await first.RootAsync();
        using CliHarness other = await second.RootAsync();
        cli.Write("rich.yaml", Rich);
        (await cli.LineAsync("apply -f rich.yaml --yes")).Succeeded();

        string file = (await cli.LineAsync("export")).Succeeded();
        cli.Write("export.yaml", file);
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f export.yaml --prune")).Errors);
        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f export.yaml --prune --migrate")).Errors);

        // Containers are made from a template, which no export knows.
        other.Write("export.yaml", file.Replace("- vmid: 310\n", "- vmid: 310\n  ostemplate: local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst\n", StringComparison.Ordinal));
        (await other.LineAsync("apply -f export.yaml --yes")).Succeeded();

        Assert.Equal("No differences.\n", (await other.LineAsync("diff -f export.yaml --prune")).Errors);
        Assert.Equal(file, (await other.LineAsync("export")).Succeeded());
    }

    [Fact]
    public async Task Prune_FileThatNamesNothing_DeletesInTheOppositeOrder()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("before.yaml", (await cli.LineAsync("export roles groups users storages pools acl ha backup-jobs firewall")).Succeeded());
        cli.Write("rich.yaml", Rich);
        (await cli.LineAsync("apply -f rich.yaml --yes")).Succeeded();

        Assert.Contains("--yes", (await cli.LineAsync("apply -f before.yaml --prune")).FailedWith(8), StringComparison.Ordinal);
        Snapshot.Match("apply-prune-dry-run", Digests((await cli.LineAsync("apply -f before.yaml --prune --dry-run")).Succeeded()));
        (await cli.LineAsync("apply -f before.yaml --prune --yes")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f before.yaml --prune")).Errors);
        Assert.Contains("300", (await cli.LineAsync("vm list -o name --fields vmid")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_GuestOnAnotherNode_IsARemarkUnlessItIsAskedFor()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("moved.yaml", "prox: 1\nguests:\n  - {vmid: 100, node: pve2, config: {memory: 2048}}\n");

        CliRun diff = await cli.LineAsync("diff -f moved.yaml");
        Assert.Equal("", diff.Succeeded());
        Assert.Contains("it is on pve1, and the file says pve2; --migrate moves it", diff.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await cli.LineAsync("diff -f moved.yaml --migrate")).ExitCode);
        (await cli.LineAsync("apply -f moved.yaml")).Succeeded();
        Assert.Equal("pve1\n", (await cli.LineAsync("vm list web-1 --query '[0].node' -o yaml")).Succeeded());

        Assert.Equal("POST /nodes/pve1/qemu/100/migrate target=pve2 online=1 with-local-disks=1  # 100 (web-1)\n", (await cli.LineAsync("apply -f moved.yaml --migrate --dry-run")).Succeeded());
        (await cli.LineAsync("apply -f moved.yaml --migrate")).Succeeded();
        Assert.Equal("pve2\n", (await cli.LineAsync("vm list web-1 --query '[0].node' -o yaml")).Succeeded());
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f moved.yaml --migrate")).Errors);
    }

    [Fact]
    public async Task Migrate_GuestThatCannotBeMoved_IsNamedAndTheRestIsMade()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/100/migrate", StringComparison.Ordinal), Fault.Status(500, "there is no room"));
        cli.Write("moved.yaml", """
            prox: 1
            guests:
              - {vmid: 100, node: pve2, config: {memory: 1024}}
              - {vmid: 105, node: pve1, config: {memory: 1024}}
            pools: [{poolid: made}]
            """);

        CliRun run = await cli.LineAsync("apply -f moved.yaml --migrate");

        run.FailedWithCode(1);
        Assert.Contains("2 differences left: guests 100 (web-1), ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("there is no room", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("100 (web-1)", run.Output, StringComparison.Ordinal);
        Assert.Equal("pve1\n", (await cli.LineAsync("vm list 105 --query '[0].node' -o yaml")).Succeeded());
        Assert.Contains("1024", (await cli.LineAsync("vm config 105 --fields memory")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("2048", (await cli.LineAsync("vm config 100 --fields memory")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("made", (await cli.LineAsync("pool list -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_LargerDisk_Grows()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("larger.yaml", "prox: 1\nguests:\n  - {vmid: 106, config: {scsi0: \"local-lvm:24\"}}\n");

        Assert.Contains("scsi0 size", (await cli.LineAsync("apply -f larger.yaml")).Succeeded(), StringComparison.Ordinal);

        Assert.Contains("size=24G", (await cli.LineAsync("vm config 106 --query scsi0 -o name")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync("diff -f larger.yaml")).Succeeded();
    }

    [Theory]
    [InlineData("guests: [{vmid: 106, config: {scsi0: 'local-lvm:8'}}]", "never become smaller")]
    [InlineData("guests: [{vmid: 106, config: {scsi0: 'ceph:20'}}]", "move it with prox vm move-disk")]
    [InlineData("storages: [{storage: local, type: nfs}]", "type cannot be changed any more")]
    [InlineData("firewall: {nodes: [{node: pve9, options: {enable: 1}}]}", "there is no such node")]
    [InlineData("firewall: {guests: [{vmid: 999, options: {enable: 1}}]}", "there is no such guest")]
    public async Task Apply_WhatNoCallMakesSo_IsAConflictAndChangesNothing(string section, string reason)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("impossible.yaml", $"prox: 1\npools: [{{poolid: never}}]\n{section}\n");

        Assert.Contains(reason, (await cli.LineAsync("diff -f impossible.yaml")).Output, StringComparison.Ordinal);
        Assert.Contains(reason, (await cli.LineAsync("apply -f impossible.yaml")).FailedWith(6), StringComparison.Ordinal);
        Assert.DoesNotContain("never", (await cli.LineAsync("pool list -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guests: [{vmid: 400, config: {memory: 1}}]", "on which node")]
    [InlineData("guests: [{vmid: 400, node: pve1, type: lxc}]", "what to make it from")]
    [InlineData("guests: [{vmid: 400, clone: nothing}]", "a copy of 'nothing'")]
    [InlineData("guests: [{vmid: 9, node: pve1}]", "no number of a guest")]
    [InlineData("guests: [{vmid: 100}, {vmid: 100}]", "twice")]
    [InlineData("users: [{userid: a@pve, password: secret12}]", "means nothing there")]
    [InlineData("roles: [{roleid: X, priv: VM.Audit}]", "Did you mean 'privs'?")]
    [InlineData("ha: {resource: []}", "Did you mean 'resources'?")]
    [InlineData("firewall: {ipset: []}", "Did you mean 'ipsets'?")]
    public async Task Diff_FileThatIsWrong_SaysWhere(string section, string reason)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("wrong.yaml", $"prox: 1\n{section}\n");

        Assert.Contains(reason, (await cli.LineAsync("diff -f wrong.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_RulesInAnotherOrder_MovesAsFewAsNeeded()
    {
        JsonElement present = YamlReading.Read("[{type: in, action: A, enable: 1, digest: d}, {type: in, action: B, enable: 1}, {type: in, action: C, enable: 1, comment: x}]", "now");
        JsonElement wanted = YamlReading.Read("[{type: in, action: C, comment: y}, {type: in, action: A}, {type: in, action: B}]", "file");
        RuleList rules = new("", "/cluster/firewall/rules", "/cluster/firewall/rules", StateStage.FirewallRules);

        StateChange[] changes = [.. rules.Compare(wanted, present, prune: true)];

        Assert.Equal(
            ["/cluster/firewall/rules/2 comment=y digest=d", "/cluster/firewall/rules/0 moveto=3", "/cluster/firewall/rules/0 moveto=3"],
            changes.Select(static change => $"{change.Call!.Path} {string.Join(' ', change.Call.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Text}"))}"));
    }

    [Theory]
    [InlineData("ceph:vm-100-disk-0,size=32G", "ceph:32")]
    [InlineData("local-lvm:vm-1-disk-0,discard=on,size=512M", "local-lvm:0.5,discard=on")]
    [InlineData("local:100/vm-100-disk-0.qcow2,size=8G", "local:8")]
    [InlineData("local:9000/base-9000-disk-0.qcow2/100/vm-100-disk-0.qcow2,size=8G", "local:8")]
    [InlineData("local-lvm:vm-9000-cloudinit,media=cdrom", "local-lvm:cloudinit")]
    [InlineData("local:iso/debian.iso,media=cdrom,size=700M", "local:iso/debian.iso,media=cdrom")]
    [InlineData("none,media=cdrom", "none,media=cdrom")]
    [InlineData("local-lvm:0,import-from=local:import/a.qcow2", "local-lvm:0,import-from=local:import/a.qcow2")]
    [InlineData("/srv/data,mp=/data", "/srv/data,mp=/data")]
    public void AsWish_DiskOfAFile_IsWhatMakesItAnew(string text, string wish) => Assert.Equal(wish, GuestDisk.Parse(text).AsWish("scsi0"));

    private static string Digests(string text) => System.Text.RegularExpressions.Regex.Replace(text, "digest=[0-9a-f]+", "digest=...");
}
