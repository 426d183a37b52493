using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>What the server is certain to refuse is not planned, and nobody is asked about it.</summary>
public sealed class CertainRefusalTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none"}}
        """;

    private const string Destroying = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":9},"approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData("/nodes/pve1/qemu/100/migrate", "target=pve2", "the server moves it only with online=1, or once it is stopped")]
    [InlineData("/nodes/pve1/qemu/100/migrate", "target=pve2 online=0", "only with online=1")]
    [InlineData("/nodes/pve1/lxc/200/migrate", "target=pve2", "only with restart=1, or")]
    [InlineData("/nodes/pve1/lxc/200/migrate", "target=pve2 online=1", "only with restart=1, or")]
    [InlineData("/nodes/pve1/qemu/106/migrate", "target=pve9", "the cluster has no node 'pve9'. It has pve1, pve2, pve3.")]
    public async Task MoveOfAGuestThatRuns_WithoutSayingHow_IsRefused(string path, string parameters, string said)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "POST", path, parameters));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/pve2/qemu/104", "")]
    [InlineData("/nodes/pve2/qemu/104", "purge=1")]
    [InlineData("/nodes/pve2/lxc/201", "purge=1")]
    public async Task DestructionOfAGuestThatRuns_IsRefused(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Destroying);
        string vmid = path[(path.LastIndexOf('/') + 1)..];
        Assert.Equal("running", (await cluster.Other.Raw.GetAsync($"{path}/status/current")).Data.GetProperty("status").GetString());
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "DELETE", path, parameters));
        Assert.Contains("destroys it only once it is stopped", refusal.Message, StringComparison.Ordinal);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("POST", $"{path}/status/stop", ""), TextPlans.Request("DELETE", path, parameters)]);
        Assert.Contains($"guest {vmid}", plan.Targets[0].Key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/100/migrate", "target=pve2 online=1 with-local-disks=1")]
    [InlineData("/nodes/pve1/qemu/106/migrate", "target=pve2 with-local-disks=1")]
    [InlineData("/nodes/pve1/lxc/200/migrate", "target=pve2 restart=1")]
    public async Task OtherMoves_ArePlanned(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Single((await TextPlans.PlanAsync(cluster, "POST", path, parameters)).Calls);
    }

    [Fact]
    public async Task BackupOfAGuestThatIsElsewhere_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/vzdump", "vmid=100,104 storage=local"));
        Assert.Contains("would leave out guest 104 without an error: it is on pve2.", refusal.Message, StringComparison.Ordinal);
        Assert.Single((await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve2/vzdump", "vmid=104 storage=local")).Calls);
        Plan moved = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve2/qemu/104/migrate", "target=pve1 online=1 with-local-disks=1"),
            TextPlans.Request("POST", "/nodes/pve1/vzdump", "vmid=104 storage=local"),
        ]);
        Assert.Equal(2, moved.Calls.Count);
    }

    [Fact]
    public async Task MoveBehindAStop_IsPlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", "/nodes/pve1/qemu/100/status/stop", ""), TextPlans.Request("POST", "/nodes/pve1/qemu/100/migrate", "target=pve2")]);
        Assert.Equal(2, plan.Calls.Count);
        Assert.StartsWith($"Plan {plan.Id[..12]} for lab ", plan.Describe()[0], StringComparison.Ordinal);
        Assert.Contains(": 2 calls, disruptive", plan.Describe()[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task GuestThatIsMadeAndMoved_IsChangedWhereItIsThen()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=901 name=new-1 memory=16"),
            TextPlans.Request("POST", "/nodes/pve1/qemu/901/migrate", "target=pve2"),
            TextPlans.Request("PUT", "/nodes/pve2/qemu/901/config", "cores=2"),
        ]);
        Assert.Equal(["/nodes/pve1/qemu", "/nodes/pve1/qemu/901/migrate", "/nodes/pve2/qemu/901/config"], plan.Calls.Select(static call => call.ConcretePath));
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
    }
}
