using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>A container that was removed and made anew under its number, with the same cards and volumes: it is another one, and is left alone.</summary>
public sealed class RedTeamContainerTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"reversible":"none","disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    private const string Nodes = "/nodes/pve1/lxc";
    private const string Own = "/nodes/pve1/lxc/300";

    private const string Same =
        "vmid=300 hostname=app ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst rootfs=local-lvm:4 unprivileged=1 net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01";

    [Theory]
    [InlineData("DELETE", Own, "")]
    [InlineData("PUT", Own + "/config", "memory=1024")]
    public async Task Apply_OnAContainerThatWasMadeAnew_IsRefused(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Nodes, TextPlans.Parameters(Same)));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        await AnewAsync(cluster);
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(plan.Id));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains("created was", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
    }

    [Fact]
    public async Task Undo_OfAContainerThatSomebodyElseHasMadeAnew_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "POST", Nodes, Same)).Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        await AnewAsync(cluster);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Fact]
    public async Task Undo_OfAChangeOfAContainerThatWasMadeAnew_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Nodes, TextPlans.Parameters(Same)));
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "PUT", Own + "/config", "memory=1024")).Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        await AnewAsync(cluster);
        await cluster.Other.Raw.PutAsync(Own + "/config", TextPlans.Parameters("memory=1024"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Fact]
    public async Task Undo_OfAContainerThatIsStillTheOne_RemovesIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "POST", Nodes, Same)).Id);
        cluster.ServerTime.Shift += TimeSpan.FromDays(1);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        await Assert.ThrowsAnyAsync<ProxmoxException>(() => cluster.Other.Raw.GetAsync(Own + "/config"));
    }

    [Fact]
    public async Task Apply_OnAContainerThatMovesToANodeWhereItsNumberWasUsedBefore_GoesOn()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve2/lxc", TextPlans.Parameters(Same)));
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync("/nodes/pve2/lxc/300"));
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(1);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Nodes, TextPlans.Parameters(Same.Replace("local-lvm", "ceph", StringComparison.Ordinal))));
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", Own + "/migrate", "target=pve2"), TextPlans.Request("PUT", Own + "/config", "memory=1024")]);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
    }

    // The same words make the same volumes.
    private static async Task AnewAsync(GuardedCluster cluster)
    {
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(1);
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync(Own));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Nodes, TextPlans.Parameters(Same)));
    }
}
