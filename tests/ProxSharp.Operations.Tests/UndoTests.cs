using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

public sealed class UndoTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "limits":{"targetsPerPlan":2},"approval":{"disruptive":"none","destructive":"none","privileged":"prompt"}}
        """;

    [Fact]
    public async Task Undo_ConfigChange_RestoresWhatWasThere()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await cluster.PlanAsync(
            ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "tags", "changed" }, { "description", "new" } }));
        Assert.Equal("changed", await cluster.ConfigAsync(106, "tags"));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal("web", await cluster.ConfigAsync(106, "tags"));
        Assert.Null(await cluster.ConfigAsync(106, "description"));
    }

    [Fact]
    public async Task Undo_Snapshot_RemovesItAgain()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/snapshot", new ApiParameters { { "snapname", "before" } });
        ApplyResult done = await ApplyAsync(cluster, plan);
        Assert.NotNull(done.Steps[0].Upid);
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal("DELETE /nodes/pve1/qemu/106/snapshot/before", undo.Calls[0].ToString());
        await ApplyAsync(cluster, undo);
    }

    [Fact]
    public async Task Undo_Start_ShutsDown()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start"));
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Equal("POST /nodes/pve1/qemu/106/status/shutdown", undo.Calls[0].ToString());
    }

    [Fact]
    public async Task Undo_OfADeletion_IsRefusedPlainly()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve1/qemu/106");
        Assert.Contains(plan.Consequences, static line => line.Contains("no backup of guest 106", StringComparison.Ordinal));
        ApplyResult done = await ApplyAsync(cluster, plan);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Contains("no way back", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retire_RunningGuest_StopsTagsAndProtectsIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanRetirementAsync(104, TimeSpan.FromDays(30));
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        await ApplyAsync(cluster, plan);
        Assert.Equal("ci;retired", await cluster.ConfigAsync(104, "tags", "pve2"));
        Assert.Equal("1", await cluster.ConfigAsync(104, "protection", "pve2"));
        Assert.StartsWith("Retired.", await cluster.ConfigAsync(104, "description", "pve2"), StringComparison.Ordinal);
        Assert.Equal("stopped", (await cluster.Other.Raw.GetAsync("/nodes/pve2/qemu/104/status/current")).Data.Text("status"));
        await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve2/qemu/104"));
    }

    [Fact]
    public async Task SnapshotFirst_BeforeAChange_IsTaken()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        PlanRequest change = new(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", "4096" } });
        Plan plan = await cluster.Guard.PlanAsync([change], new PlanOptions { SnapshotFirst = true });
        Assert.Equal(2, plan.Calls.Count);
        await ApplyAsync(cluster, plan);
        Assert.Equal(2, (await cluster.Other.Raw.GetAsync("/nodes/pve1/qemu/106/snapshot")).Data.GetArrayLength());
    }

    [Fact]
    public async Task Apply_Container_IsBoundToItsCardsAndVolumes()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve2/lxc/203/config", new ApiParameters { { "memory", 1024 } });
        Assert.Contains("rootfs", plan.Targets[0].Identity.Keys);
        Assert.NotEqual("", plan.Targets[0].Identity["net0"]);
        await ApplyAsync(cluster, plan);
        Assert.Equal("1024", await cluster.ConfigAsync(203, "memory", "pve2", "lxc"));
    }

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.True(cluster.Guard.Ledger.Verify().IsSound);
        return result;
    }
}
