using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is applied once is no difference a second time, in whatever words the server keeps it; and what would be left out in silence is told.</summary>
public sealed class StateConvergenceTests
{
    [Fact]
    public async Task Apply_MacroInOtherLetters_IsTheSameRule()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        const string Rules = "rules: [{type: in, action: ACCEPT, macro: ssh, comment: 'admins  '}, {type: in, action: ACCEPT, macro: hTTps}]";
        cli.Write("rules.yaml", $$"""
            prox: 1
            firewall:
              {{Rules}}
              groups: [{group: web, {{Rules}}}]
              nodes: [{node: pve1, {{Rules}}}]
              guests: [{vmid: 106, {{Rules}}}]
            """);
        (await cli.LineAsync("apply -f rules.yaml --yes")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f rules.yaml --prune")).Succeeded());
        Assert.Equal("SSH\nHTTPS\n", (await cli.LineAsync("firewall rule list --query '[].macro' -o name")).Succeeded());

        // Another comment is a change of that rule, and not of its macro.
        cli.Write("rules.yaml", "prox: 1\nfirewall: {rules: [{type: in, action: ACCEPT, macro: ssh, comment: others}]}\n");
        string dry = (await cli.LineAsync("apply -f rules.yaml --dry-run")).Succeeded();
        Assert.Contains("PUT /cluster/firewall/rules/0", dry, StringComparison.Ordinal);
        Assert.DoesNotContain("macro", dry.Split('\n').Single(static line => line.Contains("PUT ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notes-template: '{{guestname}}'")]
    [InlineData("protected: true")]
    public async Task Apply_WhatRequiresAnotherParameter_IsSentWithIt(string member)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("job.yaml", "prox: 1\nbackup-jobs: [{id: job1, schedule: daily, storage: local, vmid: '100'}]\n");
        (await cli.LineAsync("apply -f job.yaml")).Succeeded();
        cli.Write("job.yaml", $"prox: 1\nbackup-jobs: [{{id: job1, {member}}}]\n");

        (await cli.LineAsync("apply -f job.yaml --yes")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f job.yaml")).Succeeded());
        Assert.Equal("local\n", (await cli.LineAsync("backup-job show job1 --query storage -o name")).Succeeded());
    }

    [Theory]
    [InlineData("100", "vm:100")]
    [InlineData("'100'", "vm:100")]
    [InlineData("200", "ct:200")]
    [InlineData("db-1", "vm:102")]
    [InlineData("dns", "ct:200")]
    public async Task Apply_ResourceWithoutItsKind_IsLookedUp(string word, string resource)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("ha.yaml", $$"""
            prox: 1
            ha:
              resources: [{sid: {{word}}, state: started}, {sid: 'vm:106', state: started}]
              rules: [{rule: apart, type: resource-affinity, affinity: negative, resources: [{{word}}, 106]}]
            """);

        (await cli.LineAsync("apply -f ha.yaml --yes")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f ha.yaml")).Succeeded());
        Assert.Contains(resource, (await cli.LineAsync("ha resource list -o name")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains(resource, (await cli.LineAsync("ha rule show apart --query resources -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ResourceOfAGuestThatTheFileMakes_HasItsKind()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Input = "prox: 1\nguests: [{vmid: 4711, clone: dns}, {vmid: 4712, node: pve1}]\nha: {resources: [{sid: 4711}, {sid: 4712}]}\n";

        string dry = (await cli.LineAsync("apply -f - --dry-run")).Succeeded();

        Assert.Contains("sid=ct:4711", dry, StringComparison.Ordinal);
        Assert.Contains("sid=vm:4712", dry, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ha: {resources: [{sid: 999}]}", "'ha' names the guest 999, and there is none of that number")]
    [InlineData("ha: {resources: [{sid: nobody}]}", "'ha' names the guest 'nobody', and there is none of that name")]
    [InlineData("ha: {resources: [{sid: 100}, {sid: 'vm:100'}]}", "names 'vm:100' twice")]
    [InlineData("guests: [{vmid: 106, config: {scsi3: 'local-lvm:1,size=3G'}}]", "scsi3 of guest 106 is to be a new disk of 1 GiB ('local-lvm:1'), and has size=3G beside it")]
    [InlineData("guests: [{vmid: 106, config: {scsi3: 'file=local-lvm:2.5,size=2G'}}]", "2.5 GiB")]
    [InlineData("guests: [{vmid: 106, config: {scsi3: 'local-lvm:2,size=much'}}]", "size=much")]
    [InlineData("guests: [{vmid: 200, config: {mp3: 'local-lvm:1,mp=/x,size=3G'}}]", "mp3 of guest 200")]
    [InlineData("guests: [{vmid: 4711, type: lxc, node: pve1, ostemplate: 'local:vztmpl/x.tar.zst', config: {rootfs: 'local-lvm:1,size=3G'}}]", "rootfs of guest 4711")]
    [InlineData("guests: [{vmid: 4711, node: pve1, config: {virtio0: 'local-lvm:1,size=1.5G'}}]", "virtio0 of guest 4711")]
    [InlineData("guests: [{vmid: 106, config: {nosuch: null}}]", "'nosuch' means nothing in the config of a virtual machine")]
    [InlineData("guests: [{vmid: 106, config: {memry: null}}]", "Did you mean 'memory'?")]
    [InlineData("guests: [{vmid: 200, config: {balloon: null}}]", "'balloon' means nothing in the config of a container")]
    [InlineData("guests: [{vmid: 106, config: null}]", "The config of guest 106 is empty")]
    [InlineData("guests: [{vmid: 106, config: [cores]}]", "The config of guest 106 has no keys")]
    [InlineData("guests: [{vmid: 106}, web-1]", "Item 2 of 'guests' is 'web-1', and has no keys")]
    [InlineData("pools: [a]", "Item 1 of 'pools' is 'a', and has no keys")]
    [InlineData("firewall: []", "'firewall' is a list, and has no parts")]
    [InlineData("firewall: {rules: [{type: in, action: DROP}, 'in drop']}", "Item 2 of 'firewall rules' is 'in drop', and has no keys")]
    [InlineData("firewall: {options: []}", "'firewall options' is a list, and has no parts. There are: ")]
    [InlineData("firewall: {options: drop}", "'firewall options' is 'drop', and has no parts")]
    [InlineData("firewall: {guests: [{vmid: 106, options: []}]}", "'firewall guest 106 options' is a list, and has no parts")]
    [InlineData("guests: [{vmid: 4711, type: lxc, node: pve1, config: {ostemplate: 'local:vztmpl/x.tar.zst'}}]", "has ostemplate in its config, which says what it has later. Write it beside config: ostemplate: local:vztmpl/x.tar.zst")]
    [InlineData("firewall: {rules: [[]]}", "Item 1 of 'firewall rules' is a list, and has no keys")]
    [InlineData("firewall: {aliases: [null]}", "Item 1 of 'firewall alias' is empty, and has no keys")]
    [InlineData("firewall: {ipsets: [{name: a, entries: [10.0.0.1]}]}", "Item 1 of 'firewall ipset a entry' is '10.0.0.1', and has no keys")]
    [InlineData("firewall: {groups: [web]}", "Item 1 of 'firewall group' is 'web', and has no keys")]
    [InlineData("firewall: {guests: [106]}", "Item 1 of 'firewall guests' is '106', and has no keys")]
    [InlineData("firewall: {guests: [{vmid: 106, rules: [drop]}]}", "Item 1 of 'firewall guest 106 rules' is 'drop', and has no keys")]
    [InlineData("firewall: {nodes: [{node: pve1, rules: [drop]}]}", "Item 1 of 'firewall node pve1 rules' is 'drop', and has no keys")]
    public async Task Diff_WhatCannotBeMeant_IsRefused(string section, string message)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = "prox: 1\n" + section + "\n";

        Assert.Contains(message, (await cli.LineAsync("diff -f -")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scsi0", "local-lvm:3,size=3G")]
    [InlineData("scsi0", "local-lvm:3,size=3072M")]
    [InlineData("scsi0", "local-lvm:2.93,size=3000M")]
    [InlineData("scsi0", "local-lvm:vm-100-disk-0,size=3G")]
    [InlineData("scsi0", "local-lvm:0,import-from=local:import/a.qcow2,size=3G")]
    [InlineData("efidisk0", "local-lvm:1,efitype=4m,size=4M")]
    [InlineData("ide2", "local:cloudinit,size=4M")]
    public void CheckSize_OneSize_IsTaken(string key, string disk) => GuestDisk.Parse(disk).CheckSize(key, "100");

    [Fact]
    public void CheckSize_OfTwo_NamesBoth() => Assert.Contains(
        "32 GiB ('ceph:32'), and has size=3G", Assert.Throws<CliException>(static () => GuestDisk.Parse("ceph:32,size=3G").CheckSize("scsi0", "100")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"text   \"")]
    [InlineData("\"text \\n \\n\\t\\n\"")]
    [InlineData("\"one  \\ntwo\\t\\n  three \"")]
    [InlineData("\"\\n  text\\n\"")]
    [InlineData("\"   \"")]
    [InlineData("\"a\\u00a0\"")]
    public async Task Apply_DescriptionWithBlanksAtItsEnds_IsAppliedOnce(string text)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("notes.yaml", $"prox: 1\nguests: [{{vmid: 106, config: {{description: {text}}}}}, {{vmid: 200, config: {{description: {text}}}}}]\n");
        (await cli.LineAsync("apply -f notes.yaml --yes")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f notes.yaml")).Succeeded());
    }

    [Fact]
    public async Task Diff_KeysOfTheServer_AreRemarkedOn()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = "prox: 1\nguests: [{vmid: 106, config: {lock: backup, net7: null}}]\n";

        CliRun run = await cli.LineAsync("diff -f -");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("lock is written by the server alone, and stays as is", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_JobWithOneGuestByTwoNames_HasItOnce()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Input = "prox: 1\nbackup-jobs: [{id: one, schedule: daily, storage: local, vmid: [101, web-2]}, {id: two, schedule: daily, storage: local, vmid: '101,web-2,100'}]\n";

        string dry = (await cli.LineAsync("apply -f - --dry-run")).Succeeded();

        Assert.DoesNotContain("101,101", dry, StringComparison.Ordinal);
        Assert.Contains("vmid=101,100", dry, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmid: '100,101'", "pool: production", "vmid")]
    [InlineData("all: true, exclude: '100'", "vmid: '101'", "exclude")]
    [InlineData("pool: production", "all: true", "pool")]
    public async Task Diff_OtherWayToChooseGuests_ShowsWhatGoes(string before, string after, string gone)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("job.yaml", $"prox: 1\nbackup-jobs: [{{id: job2, schedule: daily, storage: local, {before}}}]\n");
        (await cli.LineAsync("apply -f job.yaml")).Succeeded();
        cli.Write("job.yaml", $"prox: 1\nbackup-jobs: [{{id: job2, {after}}}]\n");

        string differences = (await cli.LineAsync("diff -f job.yaml")).Output;
        (await cli.LineAsync("apply -f job.yaml --yes")).Succeeded();

        Assert.Contains($"- {gone}: ", differences, StringComparison.Ordinal);
        Assert.Equal("", (await cli.LineAsync("diff -f job.yaml")).Succeeded());
        Assert.DoesNotContain($"\"{gone}\"", (await cli.LineAsync("backup-job show job2 -o json")).Succeeded(), StringComparison.Ordinal);
    }
}
