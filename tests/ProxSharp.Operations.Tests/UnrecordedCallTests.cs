using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>The disk is full while a plan is applied: what could not be put on record was not sent, and what was sent is told.</summary>
public sealed class UnrecordedCallTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","destructive"]}],"limits":{"targetsPerPlan":9}}""";
    private const string Config = "/nodes/pve1/qemu/106/config";

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

    [Theory]
    [InlineData("memory=3072")]
    [InlineData("memory=3072;memory=2560")]
    [InlineData("cores=2;memory=3072")]
    [InlineData("cores=2;memory=3072;memory=2560")]
    public async Task Outcome_ThatCannotBeRecorded_SaysThatTheCallWasSent_WhatElseWasMade_AndWhatWasNot(string changes)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string[] calls = changes.Split(';');
        Plan plan = await cluster.Guard.PlanAsync([.. calls.Select(static change => TextPlans.Request("POST", Config, change))]);
        int made = Array.IndexOf(calls, "memory=3072");
        int sent = 0;
        BlockWhen(cluster, request => request.Method == "POST" && request.Path.EndsWith("/106/config", StringComparison.Ordinal) && sent++ == made);

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.Equal(made + 1, result.Steps.Count);
        Assert.All(result.Steps.Take(made), static step => Assert.True(step is { Succeeded: true, LedgerNumber: > 0, Note: null, Fault: null }));
        ApplyStep last = result.Steps[made];
        Assert.Equal((true, 0L, "OK"), (last.Succeeded, last.LedgerNumber, last.Message));
        Assert.Equal("ledger", Assert.IsType<GuardRefusedException>(last.Fault).Reason);
        Assert.Equal(last.Note, last.Fault.Message);
        Assert.Contains("memory=3072", last.Note, StringComparison.Ordinal);
        Assert.Contains(" was sent (succeeded: OK), and that is not on record. The ledger cannot be written: ", last.Note, StringComparison.Ordinal);
        Assert.False(result.IsComplete);
        Assert.Equal(calls.Skip(made + 1), result.NotMade.Select(static call => call.Split(' ')[2]));
        Assert.Equal("3072", await cluster.ConfigAsync(106, "memory"));
        Free(cluster);
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("frozen")]
    [InlineData("limit")]
    [InlineData("unreachable")]
    public async Task Plan_OfWhichNothingWasSentBecauseOfTheMoment_CanBeAppliedLater(string obstacle)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"prompt"},"limits":{"mutationsPerHour":1}}
            """);
        Plan plan = await PlanAsync(cluster);
        Plan other = await cluster.PlanAsync(ApiMethod.Post, Config, new ApiParameters { { "cores", 4 } });
        int before = 0;
        cluster.Asked.Answer = _ =>
        {
            Hinder(cluster, obstacle, other);
            before = cluster.Writes;
            return Task.FromResult(true);
        };
        Exception refusal = await Assert.ThrowsAnyAsync<ProxmoxException>(() => cluster.Guard.ApplyAsync(plan.Id));
        Assert.Equal(obstacle, refusal is GuardRefusedException refused ? refused.Reason : "unreachable");
        Assert.Equal(before, cluster.Writes);

        cluster.Asked.Answer = static _ => Task.FromResult(true);
        cluster.Guard.Freeze.Thaw();
        if (obstacle == "limit")
        {
            cluster.Policy("""{"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"prompt"},"limits":{"mutationsPerHour":9}}""");
        }

        Assert.Equal(PlanState.Open, cluster.Guard.Plans.StateOf(plan, cluster.Time.GetUtcNow()));
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    // What happens while somebody is asked.
    private static void Hinder(GuardedCluster cluster, string obstacle, Plan other)
    {
        switch (obstacle)
        {
            case "frozen":
                cluster.Guard.Freeze.Freeze(TimeSpan.FromMinutes(1));
                break;
            case "limit":
                // By somebody else's guard, and elsewhere: the guest of the plan stays as it is.
                cluster.Guard.Ledger.Append("intent", other.Id, static json => json.WriteString("call", "POST /elsewhere"));
                cluster.Guard.Ledger.Append("outcome", other.Id, static json => json.WriteString("result", "succeeded"));
                break;
            case "unreachable":
                cluster.When(static request => request.Path.EndsWith("/106/config", StringComparison.Ordinal), Fault.Status(403, "Permission check failed"));
                break;
        }
    }

    [Fact]
    public async Task Guest_ThatWasMadeAndCannotBeRecorded_IsTold_AndWhatFollowsIsNotMade()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=800"),
            TextPlans.Request("POST", Config, "memory=3072"),
            TextPlans.Request("POST", Config, "memory=2560"),
        ]);
        BlockWhen(cluster, request => request.Path.EndsWith("/800/config", StringComparison.Ordinal)
            && cluster.Guard.Ledger.List().Any(static entry => entry.Kind == "outcome"));

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.Equal([true, false], result.Steps.Select(static step => step.Succeeded));
        Assert.True(result.Steps[0].LedgerNumber > 0);
        Assert.StartsWith("It was made; what it has left could not be read, or put on record, ", result.Steps[0].Note, StringComparison.Ordinal);
        Assert.Contains("The ledger cannot be written: ", result.Steps[0].Note, StringComparison.Ordinal);
        Assert.StartsWith("Refused (ledger): ", result.Steps[1].Message, StringComparison.Ordinal);
        Assert.Equal("POST /nodes/pve1/qemu/106/config memory=2560", Assert.Single(result.NotMade));
        Free(cluster);

        // Who it is tells the time at which it was made.
        Plan back = await cluster.Guard.PlanUndoAsync(result.Steps[0].LedgerNumber);
        Assert.StartsWith("DELETE /nodes/pve1/qemu/800", Assert.Single(back.Calls).ToString(), StringComparison.Ordinal);
        Assert.True((await cluster.Guard.ApplyAsync(back.Id)).IsComplete);
    }

    [Fact]
    public async Task Retirement_ThatCannotBeRecorded_IsTold()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}""");
        Plan plan = await cluster.Guard.PlanRetirementAsync(106, TimeSpan.FromDays(3));
        BlockWhen(cluster, request => request.Path.EndsWith("/106/config", StringComparison.Ordinal)
            && cluster.Guard.Ledger.List().Count(static entry => entry.Kind == "outcome") == plan.Calls.Count);

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.True(result.IsComplete);
        Assert.Contains("The ledger cannot be written: ", result.Steps[^1].Note, StringComparison.Ordinal);
        Assert.True(result.Steps[^1].LedgerNumber > 0);
        Free(cluster);
        Assert.DoesNotContain(cluster.Guard.Ledger.List(), static entry => entry.Kind == "retired");
    }

    // From the moment on in which such a request is there.
    private static void BlockWhen(GuardedCluster cluster, Func<SimulatedRequest, bool> which) => cluster.When(
        request =>
        {
            bool isMeant = which(request);
            if (isMeant)
            {
                Block(cluster);
            }

            return isMeant;
        },
        Fault.SlowReply(TimeSpan.Zero));

    private static Task<Plan> PlanAsync(GuardedCluster cluster) =>
        cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 3072 } });

    // The entry can be written and its head cannot: as on a disk with room for a line alone.
    private static void Block(GuardedCluster cluster) => Directory.CreateDirectory(Blocked(cluster));

    private static void Free(GuardedCluster cluster) => Directory.Delete(Blocked(cluster));

    private static string Blocked(GuardedCluster cluster) => Path.Combine(cluster.Folder, "state", "ledger.head.new");
}
