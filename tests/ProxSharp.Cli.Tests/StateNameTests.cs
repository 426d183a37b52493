using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Files that call guests by their names.</summary>
public sealed class StateNameTests
{
    [Fact]
    public async Task Apply_NamesOfGuests_AreTheirNumbers()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("named.yaml", """
            prox: 1
            guests:
            - name: staging
              config: {cores: 4}
            - {vmid: wiki, config: {memory: 2048}}
            - {vmid: 4711, node: pve1, config: {name: fresh, memory: 512}}
            pools:
            - poolid: production
              vms: [web-1, 101, db-1, db-2, fresh]
            acl:
            - {path: /vms/wiki, type: user, ugid: demo@pve, roleid: PVEVMUser}
            ha:
              resources:
              - {sid: 'vm:web-1', state: started}
              - {sid: 'ct:dns', state: started}
              rules:
              - {rule: together, type: resource-affinity, affinity: positive, resources: 'vm:web-1,vm:web-2'}
            backup-jobs:
            - {id: nightly, schedule: daily, storage: local, vmid: 'web-1,dns'}
            firewall:
              guests:
              - vmid: staging
                options: {enable: true}
            """);
        string dry = (await cli.LineAsync("apply -f named.yaml --dry-run")).Succeeded();
        foreach (string call in (string[])
            [
                "PUT /nodes/pve1/qemu/106/config", "PUT /nodes/pve2/lxc/203/config", "POST /nodes/pve1/qemu ", "vms=4711", "path=/vms/203", "sid=vm:100", "sid=ct:200",
                "vmid=100,200", "/nodes/pve1/qemu/106/firewall/options",
            ])
        {
            Assert.Contains(call, dry, StringComparison.Ordinal);
        }

        (await cli.LineAsync("apply -f named.yaml --yes")).Succeeded();
        Assert.Equal("", (await cli.LineAsync("diff -f named.yaml")).Succeeded());
        Assert.Equal("4\n", (await cli.LineAsync("vm config staging --query cores -o name")).Succeeded());
        Assert.Equal("4711\n", (await cli.LineAsync("vm list 4711 --query '[].vmid' -o name")).Succeeded());
    }

    [Theory]
    [InlineData("pools: [{poolid: production, vms: [web-9]}]", "'pools' names the guest 'web-9', and there is none of that name")]
    [InlineData("guests: [{vmid: web-9, node: pve1}]", "'guests' names the guest 'web-9', and there is none of that name")]
    [InlineData("backup-jobs: [{id: a, schedule: daily, vmid: '100,web-9'}]", "'backup-jobs' names the guest 'web-9', and there is none of that name")]
    [InlineData("ha: {resources: [{sid: 'vm:dns'}]}", "'ha' names the virtual machine 'dns', and there is none of that name")]
    [InlineData("guests: [{vmid: 4711, node: pve1, name: web-1}, {name: web-1}]", "and there are several of that name: 100, 4711")]
    [InlineData("guests: [{vmid: 106}, {vmid: staging}]", "'guests' names 106 twice")]
    public async Task Diff_NameOfNobody_OrOfSeveral_IsRefused(string section, string message)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = "prox: 1\n" + section + "\n";
        Assert.Contains(message, (await cli.LineAsync("diff -f -")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_PoolsInPools_AreMadeFromTheOutsideAndTakenFromTheInside()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Input = "prox: 1\npools: [{poolid: z/y/x}, {poolid: z/y}, {poolid: z}, {poolid: production}]\n";
        (await cli.LineAsync("apply -f - --yes")).Succeeded();

        cli.Input = "prox: 1\npools: [{poolid: z/y}, {poolid: production}]\n";
        (await cli.LineAsync("apply -f - --prune --yes")).Succeeded();
        Assert.Equal("production\nz\nz/y\n", (await cli.LineAsync("pool list -o name")).Succeeded());

        cli.Input = "prox: 1\npools: [{poolid: production}]\n";
        (await cli.LineAsync("apply -f - --prune --yes")).Succeeded();
        Assert.Equal("production\n", (await cli.LineAsync("pool list -o name")).Succeeded());
    }

    [Theory]
    [InlineData("{delete: net0}", "'delete' in the config of a guest says how a call is made")]
    [InlineData("{scsi1: null, force: 1}", "'force' in the config of a guest says how a call is made")]
    public async Task Diff_WordOfTheCallInAConfig_IsRefused(string config, string message)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = $"prox: 1\nguests: [{{vmid: 106, config: {config}}}]\n";
        Assert.Contains(message, (await cli.LineAsync("diff -f -")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_CopyOfANameThatTwoGuestsHave_IsRefused()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm set 105 --name staging")).Succeeded();
        cli.Input = "prox: 1\nguests: [{vmid: 4711, clone: staging}]\n";
        Assert.Contains("There are several guests named 'staging'", (await cli.LineAsync("diff -f -")).FailedWith(2), StringComparison.Ordinal);
    }
}
