using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>What the calls of a plan have made cannot be read: they are made all the same, and whoever applied the plan hears of them.</summary>
public sealed class UnseenResultTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","destructive"]}],"limits":{"targetsPerPlan":9}}""";
    private const string Clone = "/nodes/pve1/qemu/106/clone";
    private const string Config = "/nodes/pve1/qemu/106/config";
    private static readonly Fault s_hidden = Fault.Status(403, "Permission check failed (/vms/800, VM.Audit)");

    [Fact]
    public async Task GuestThatCannotBeSeen_IsAStepThatWasMade_AndWhatNeedsItNotGoesOn()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult result = await ApplyAsync(cluster, s_hidden, ("/800/config", 1), (Clone, "newid=800"), (Config, "memory=3072"));

        Assert.True(result.IsComplete);
        Assert.Empty(result.NotMade);
        Assert.All(result.Steps, static step => Assert.True(step is { Succeeded: true, LedgerNumber: > 0, Fault: null }));
        Assert.Contains("VM.Audit", result.Steps[0].Note, StringComparison.Ordinal);
        Assert.Null(result.Steps[1].Note);
        Assert.Equal("3072", await cluster.ConfigAsync(106, "memory"));

        // Once it can be seen, it is known by the time at which it was made.
        Plan back = await cluster.Guard.PlanUndoAsync(result.Steps[0].LedgerNumber);
        Assert.Contains(back.Calls, static call => call.ToString().StartsWith("DELETE /nodes/pve1/qemu/800", StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(back.Id)).IsComplete);
    }

    [Fact]
    public async Task GuestThatCannotBeSeen_IsNotActedOn_AndTheRestIsNamed()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult result = await ApplyAsync(
            cluster, s_hidden, ("/800/config", 1), (Clone, "newid=800"), ("/nodes/pve1/qemu/800/config", "memory=1024"), (Config, "memory=3072"));

        Assert.Equal([true, false], result.Steps.Select(static step => step.Succeeded));
        Assert.NotNull(result.Steps[0].Note);
        Assert.True(result.Steps[0].LedgerNumber > 0);
        Assert.StartsWith("Refused (drift): ", result.Steps[1].Message, StringComparison.Ordinal);
        Assert.StartsWith($"POST {Config}", Assert.Single(result.NotMade), StringComparison.Ordinal);
        Assert.Equal("2048", await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task TargetThatCannotBeReadForALaterCall_IsAStepThatWasNotMade()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult result = await ApplyAsync(
            cluster, Fault.Status(403, "Permission check failed"), ("/pve2/qemu/104/config", 1), (Config, "memory=3072"), ("/nodes/pve2/qemu/104/config", "description=new"), (Config, "cores=2"));

        Assert.Equal([true, false], result.Steps.Select(static step => step.Succeeded));
        Assert.Equal(0, result.Steps[1].LedgerNumber);
        Assert.StartsWith("Not made, because what it acts on cannot be read: ", result.Steps[1].Message, StringComparison.Ordinal);
        Assert.IsType<ProxmoxPermissionException>(result.Steps[1].Fault);
        Assert.False(result.IsComplete);
        Assert.Equal($"POST {Config} cores=2", Assert.Single(result.NotMade));
    }

    // What is read while a plan is derived, once before it is used up and once after, is no look at what came of it.
    private static async Task<ApplyResult> ApplyAsync(
        GuardedCluster cluster, Fault fault, (string Path, int Made) hidden, params (string Path, string Parameters)[] calls)
    {
        Plan plan = await cluster.Guard.PlanAsync([.. calls.Select(static call => TextPlans.Request("POST", call.Path, call.Parameters))]);
        cluster.When(
            request => request.Method == "GET" && request.Path.EndsWith(hidden.Path, StringComparison.Ordinal)
                && cluster.Guard.Ledger.List().Count(static entry => entry.Kind == "outcome") >= hidden.Made,
            fault);
        return await cluster.Guard.ApplyAsync(plan.Id);
    }
}
