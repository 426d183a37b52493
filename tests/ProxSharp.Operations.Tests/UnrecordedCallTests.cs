using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>The disk is full while a plan is applied: what could not be put on record was not sent, and what was sent is told.</summary>
public sealed class UnrecordedCallTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible"]}]}""";

    [Fact]
    public async Task Intent_ThatCannotBeRecorded_LeavesThePlanToBeAppliedLater()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await PlanAsync(cluster);
        Block(cluster);
        int before = cluster.Writes;

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(plan.Id));

        Assert.Equal("ledger", refusal.Reason);
        Assert.Contains($"Plan {plan.Id[..12]} was not applied, and nothing of it was sent; it can still be applied.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
        Assert.Empty(cluster.Guard.Ledger.List());
        Assert.Equal(PlanState.Open, cluster.Guard.Plans.StateOf(plan, cluster.Time.GetUtcNow()));

        Free(cluster);
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.True(cluster.Guard.Ledger.Verify().IsSound);
    }

    [Fact]
    public async Task Mark_ThatCannotBeMade_IsNoPlanThatWasUsed()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await PlanAsync(cluster);
        string mark = Path.Combine(cluster.Folder, "state", "plans", plan.Id + ".used");
        Directory.CreateDirectory(mark);
        Assert.Equal("ledger", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Directory.Delete(mark);
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
    }

    [Fact]
    public async Task Outcome_ThatCannotBeRecorded_SaysThatTheCallWasSent_AndThePlanIsUsed()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await PlanAsync(cluster);
        cluster.When(
            request =>
            {
                bool isMeant = request.Method == "POST" && request.Path.EndsWith("/106/config", StringComparison.Ordinal);
                if (isMeant)
                {
                    Block(cluster);
                }

                return isMeant;
            },
            Fault.SlowReply(TimeSpan.Zero));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(plan.Id));

        Assert.Contains("memory=3072", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(" was sent (succeeded: OK), and that is not on record. The ledger cannot be written: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("3072", await cluster.ConfigAsync(106, "memory"));
        Free(cluster);
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    private static Task<Plan> PlanAsync(GuardedCluster cluster) =>
        cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 3072 } });

    // The entry can be written and its head cannot: as on a disk with room for a line alone.
    private static void Block(GuardedCluster cluster) => Directory.CreateDirectory(Blocked(cluster));

    private static void Free(GuardedCluster cluster) => Directory.Delete(Blocked(cluster));

    private static string Blocked(GuardedCluster cluster) => Path.Combine(cluster.Folder, "state", "ledger.head.new");
}
