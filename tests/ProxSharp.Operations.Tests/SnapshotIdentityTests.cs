using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>The name of a snapshot is used again: what was taken later is another one.</summary>
public sealed class SnapshotIdentityTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData("/nodes/pve1/qemu/106")]
    [InlineData("/nodes/pve2/lxc/203")]
    public async Task Undo_OfASnapshot_LeavesALaterOneOfThatName(string guest)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "POST", $"{guest}/snapshot", "snapname=s0"));
        Assert.Equal($"DELETE {guest}/snapshot/s0", Assert.Single((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Calls).ToString());
        await ReplaceAsync(cluster, guest);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains($"snapshot s0 of guest {guest[^3..]}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106", "/rollback")]
    [InlineData("POST", "/nodes/pve2/lxc/203", "/rollback")]
    [InlineData("DELETE", "/nodes/pve2/lxc/203", "")]
    public async Task Plan_OnASnapshotThatWasTakenAgain_IsRefused(string method, string guest, string below)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{guest}/snapshot", TextPlans.Parameters("snapname=s0 description=first")));
        Plan plan = await TextPlans.PlanAsync(cluster, method, $"{guest}/snapshot/s0{below}", "");
        Assert.Contains(plan.Describe(), static line => line.StartsWith("Acts on snapshot s0 of guest ", StringComparison.Ordinal)
            && line.EndsWith("notes \u201Cfirst\u201D.", StringComparison.Ordinal));
        await ReplaceAsync(cluster, guest);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Plan_OnASnapshotThatIsNotThere_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/snapshot/missing/rollback", ""));
        Assert.Contains("guest 106 has no snapshot 'missing'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ThatTakesASnapshotAndGoesBackToIt_IsApplied()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/snapshot", "snapname=s0"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "description=new"),
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/snapshot/s0/rollback", ""),
        ]);
        await ApplyAsync(cluster, plan);
    }

    [Fact]
    public async Task Plan_ThatMovesAGuestAndChangesItThere_IsAppliedAndTakenBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "description=before"),
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/migrate", "target=pve2"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "description=after"),
        ]);
        Assert.StartsWith("PUT /nodes/pve2/qemu/106/config", plan.Calls[2].ToString(), StringComparison.Ordinal);
        ApplyResult done = await ApplyAsync(cluster, plan);
        Assert.Equal("after", (await cluster.ConfigAsync(106, "description", "pve2"))?.Trim());
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Null(await cluster.ConfigAsync(106, "description"));
    }

    [Fact]
    public async Task Plan_ThatGoesOnAfterAMoveByHighAvailability_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using (Pve.PveClient root = cluster.OpenRoot())
        {
            await root.Raw.PostAsync("/cluster/ha/resources", TextPlans.Parameters("sid=vm:106 state=started"));
        }

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/migrate", "target=pve2"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "description=after"),
        ]));
        Assert.Contains("high availability moves guest 106 in its own time", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task ReplaceAsync(GuardedCluster cluster, string guest)
    {
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(1);
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync($"{guest}/snapshot/s0"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{guest}/snapshot", TextPlans.Parameters("snapname=s0 description=theirs")));
    }

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps.Select(static step => step.Message)));
        return done;
    }
}
