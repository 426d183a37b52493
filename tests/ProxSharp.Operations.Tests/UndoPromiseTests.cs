using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>A way back is promised only where there will be one.</summary>
public sealed class UndoPromiseTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"tags":["prod"]},
         "limits":{"targetsPerPlan":50},"approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    private const string Open = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"limits":{"targetsPerPlan":50},"approval":{"disruptive":"none"}}
        """;

    [Theory]
    [InlineData("/cluster/firewall/rules")]
    [InlineData("/nodes/pve1/firewall/rules")]
    [InlineData("/nodes/pve1/qemu/106/firewall/rules")]
    [InlineData("/cluster/firewall/groups/moved")]
    public async Task Move_OfAFirewallRule_HasNoWayBack(string path)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Open);
        await using (PveClient root = cluster.OpenRoot())
        {
            string token = DefaultCluster.TokenId;
            string user = token[..token.IndexOf('!', StringComparison.Ordinal)];
            ApiParameters grant = new() { { "path", "/" }, { "roles", "Administrator" }, { "users", user }, { "tokens", token } };
            await root.Raw.PutAsync("/access/acl", grant);
        }

        if (path.EndsWith("/moved", StringComparison.Ordinal))
        {
            await cluster.Other.Raw.PostAsync("/cluster/firewall/groups", new ApiParameters { { "group", "moved" } });
        }

        foreach (string comment in new[] { "c", "b", "a" })
        {
            await cluster.Other.Raw.PostAsync(path, new ApiParameters { { "type", "in" }, { "action", "ACCEPT" }, { "comment", comment } });
        }

        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{path}/0", "moveto=2");
        Assert.Empty(plan.Undo);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Assert.Equal("a", (await cluster.Other.Raw.GetAsync($"{path}/1")).Data.Text("comment"));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Contains($"There is no way back from PUT {path}/0 moveto=2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "revert=memory cores=3", "what waits for the next start")]
    [InlineData("POST", "/nodes/pve1/qemu/106/migrate", "target=pve2 targetstorage=local with-local-disks=1", "come to other storages")]
    [InlineData("POST", "/nodes/pve2/lxc/203/migrate", "target=pve1 target-storage=local", "come to other storages")]
    [InlineData("POST", "/pools", "poolid=side/below", "a pool within another one")]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "lock=backup", "a guest that is locked takes no change")]
    [InlineData("PUT", "/nodes/pve2/lxc/203/config", "lock=backup memory=2048", "a guest that is locked takes no change")]
    public async Task CallsWhoseStateIsNotKept_HaveNoWayBackAndSayWhy(string method, string path, string parameters, string reason)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", TextPlans.Parameters("poolid=side"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Empty(plan.Undo);
        Assert.Contains(plan.Consequences, line => line.StartsWith($"There is no way back from {method} {path}", StringComparison.Ordinal)
            && line.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("resume")]
    public async Task Start_OfAHibernatedGuest_HasNoWayBack(string how)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/status/start"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/status/suspend", TextPlans.Parameters("todisk=1")));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", $"/nodes/pve1/qemu/106/status/{how}", "");
        Assert.Empty(plan.Undo);
        Assert.Contains(plan.Consequences, static line => line.Contains("the memory with which the guest was suspended is used up", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/firewall/rules", "type=in action=ACCEPT pos=1")]
    [InlineData("PUT", "/pools", "poolid=side vms=106 allow-move=1")]
    [InlineData("PUT", "/nodes/pve1/qemu/106/resize", "disk=scsi0 size=+1G")]
    [InlineData("POST", "/nodes/pve1/qemu/106/snapshot/old/rollback", "")]
    [InlineData("POST", "/storage", "storage=more type=dir path=/srv/more")]
    public async Task CallsThatTheGuideNames_HaveNoWayBack(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", TextPlans.Parameters("poolid=side"));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/qemu/106/snapshot", TextPlans.Parameters("snapname=old")));
        Assert.Empty((await TextPlans.PlanAsync(cluster, method, path, parameters)).Undo);
    }

    [Theory]
    [InlineData("POST", "/admin/datastore/store1/namespace", "name=more")]
    [InlineData("PUT", "/admin/datastore/store1/protected", "backup-type=vm backup-id=100 protected=1 backup-time=")]
    public async Task CallsOnABackupServerThatTheGuideNames_HaveNoWayBack(string method, string path, string parameters)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        string time = (await server.Other.Raw.GetAsync("/admin/datastore/store1/snapshots", TextPlans.Parameters("backup-type=vm backup-id=100"))).Data[0].Text("backup-time")!;
        Assert.Empty((await server.Guard.PlanAsync([TextPlans.Request(method, path, method == "PUT" ? parameters + time : parameters)])).Undo);
    }

    [Fact]
    public async Task ChangeOfARule_ThatMovesItNowhere_IsTakenBackWithoutAMove()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Open);
        const string path = "/nodes/pve1/qemu/106/firewall/rules";
        await cluster.Other.Raw.PostAsync(path, new ApiParameters { { "type", "in" }, { "action", "ACCEPT" }, { "comment", "old" } });
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{path}/0", "comment=new moveto=0");
        Assert.Equal($"PUT {path}/0 comment=old", Assert.Single(plan.Undo).ToString());
    }

    [Theory]
    [InlineData("protection=1", 0)]
    [InlineData("memory=3072 protection=1", 0)]
    [InlineData("tags=web;prod", 0)]
    [InlineData("tags=web;other", 1)]
    [InlineData("memory=3072", 1)]
    public async Task ChangeThatProtectsItsGuest_HasNoWayBack(string change, int ways)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", change);
        Assert.Equal(ways, plan.Undo.Count);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        if (ways == 0)
        {
            GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
            Assert.Contains("There is no way back from PUT", refusal.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Single((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Calls);
        }
    }

    [Fact]
    public async Task PlanThatProtectsAGuest_PromisesTheWayBackOfOthersAlone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=3072"),
            TextPlans.Request("PUT", "/nodes/pve2/qemu/104/config", "description=new"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "protection=1"),
        ]);
        Assert.StartsWith("PUT /nodes/pve2/qemu/104/config", Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
    }

    [Theory]
    [InlineData("vmid=900 protection=1", 0)]
    [InlineData("vmid=900", 1)]
    public async Task GuestThatIsMadeProtected_IsNotPromisedToBeRemoved(string parameters, int ways)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Equal(ways, (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", parameters)).Undo.Count);
    }
}
