using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>A program in a guest that fails is a call that failed: what follows it in the plan is not done.</summary>
public sealed class FailedProgramTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["exec","reversible"]}],"approval":{"exec":"none"},"limits":{"targetsPerPlan":2},
         "exec":{"enabled":true,"templates":[{"command":["true"]},{"command":["false"]}]}}
        """;

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Plan_GoesOn_OnlyAfterAProgramThatSucceeded(string program, bool goesOn)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string? before = await cluster.ConfigAsync(106, "memory");
        ApplyResult result = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu/100/agent/exec", $"command={program}"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=4096"),
        ])).Id);
        Assert.Equal(goesOn, result.IsComplete);
        Assert.Equal(goesOn, result.Steps[0].Succeeded);
        Assert.Equal(goesOn ? 2 : 1, result.Steps.Count);
        Assert.Equal(goesOn ? [] : ["PUT /nodes/pve1/qemu/106/config"], result.NotMade.Select(static call => call[..call.IndexOf(" memory", StringComparison.Ordinal)]));
        Assert.Equal(goesOn ? "4096" : before, await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task Undo_OfAProgramThatFailed_SaysThatThereIsNoWayBack_AndOfWhatWasDoneBeforeIsPlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        PlanRequest program = TextPlans.Request("POST", "/nodes/pve1/qemu/100/agent/exec", "command=false");
        ApplyResult alone = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanAsync([program])).Id);
        Assert.Equal("failed", cluster.Guard.Ledger.Show(alone.Steps[0].LedgerNumber)!.Facts.Text("result"));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(alone.Steps[0].LedgerNumber));
        Assert.StartsWith("There is no way back from POST /nodes/pve1/qemu/100/agent/exec", refusal.Message, StringComparison.Ordinal);

        ApplyResult both = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanAsync(
            [TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=4096"), program])).Id);
        Assert.False(both.IsComplete);
        Assert.Empty(both.NotMade);
        Assert.Single((await cluster.Guard.PlanUndoAsync(both.Steps[0].LedgerNumber)).Calls);
    }
}
