using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Rules of a firewall are known by their place: they are taken back only while their list is as it was left.</summary>
public sealed class RuleUndoTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}
        """;

    private const string Rules = "/nodes/pve1/qemu/106/firewall/rules";

    [Theory]
    [InlineData("PUT", Rules + "/0", "enable=0")]
    [InlineData("DELETE", Rules + "/1", "")]
    [InlineData("POST", Rules, "type=in action=DROP")]
    public async Task Rule_AfterSomebodyHasPutOneBeforeIt_IsNotTakenBack(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, method, path, parameters));
        await cluster.Other.Raw.PostAsync(Rules, TextPlans.Parameters("type=in action=DROP comment=theirs enable=0"));
        string[] before = await CommentsAsync(cluster);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber, new UndoOptions { EvenChanged = true }));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains($"{Rules} is not as the plan has left it", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await CommentsAsync(cluster));
    }

    [Fact]
    public async Task Rule_PutBeforeItBetweenTheUndoAndItsApplying_RefusesThat()
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "PUT", Rules + "/0", "enable=0"));
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        await cluster.Other.Raw.PostAsync(Rules, TextPlans.Parameters("type=in action=ACCEPT comment=a enable=0"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(undo.Id)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RemovedRule_ComesBackAtItsPlace_AndOnce(int place)
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "DELETE", $"{Rules}/{place}", ""));
        Assert.Equal(2, (await CommentsAsync(cluster)).Length);
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal(["a", "b", "c"], await CommentsAsync(cluster));
        Assert.Equal(
            GuardRefusedException.Unneeded, await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
        Assert.Equal(["a", "b", "c"], await CommentsAsync(cluster));
    }

    [Fact]
    public async Task NewRule_IsTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, await TextPlans.PlanAsync(cluster, "POST", Rules, "type=in action=DROP comment=new"));
        Assert.Equal(["new", "a", "b", "c"], await CommentsAsync(cluster));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal(["a", "b", "c"], await CommentsAsync(cluster));
    }

    [Fact]
    public async Task PlanThatMovesAndChangesRulesOfOneList_PromisesNoWayBackFromThem()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("DELETE", Rules + "/0", ""),
            TextPlans.Request("PUT", Rules + "/1", "comment=new"),
            TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "description=new"),
        ]);
        Assert.StartsWith("PUT /nodes/pve1/qemu/106/config", Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
        Assert.Equal([1, 2], plan.NotTakenBack);
        Assert.Contains("It can be taken back in part, without call 1, 2:", plan.Describe());
        Assert.Contains(plan.Consequences, static line => line.StartsWith($"There is no way back from the calls on {Rules}", StringComparison.Ordinal));
        await ApplyAsync(cluster, plan);
    }

    [Fact]
    public async Task PlanThatChangesTwoRulesWithoutMovingThem_IsTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("PUT", Rules + "/0", "comment=x"),
            TextPlans.Request("PUT", Rules + "/1", "comment=y"),
        ]));
        await ApplyAsync(cluster, await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));
        Assert.Equal(["a", "b", "c"], await CommentsAsync(cluster));
    }

    [Fact]
    public async Task PlanOnARule_ShowsTheRule()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", Rules + "/1", "");
        Assert.Contains($"Acts on {Rules}/1: rule “type=in action=ACCEPT comment=b (off)”.", plan.Describe());
    }

    [Fact]
    public async Task Change_SendsTheDigestOfItsList_SoThatTheServerComparesToo()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Rules + "/1", "comment=x");
        string digest = (await cluster.Other.Raw.GetAsync(Rules)).Data[0].Text("digest")!;
        Assert.Equal($"PUT {Rules}/1 digest={digest} comment=x", plan.Calls[0].ToString());
    }

    private static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        foreach (string comment in new[] { "c", "b", "a" })
        {
            await cluster.Other.Raw.PostAsync(Rules, TextPlans.Parameters($"type=in action=ACCEPT comment={comment}"));
        }

        return cluster;
    }

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps.Select(static step => step.Message)));
        return done;
    }

    private static async Task<string[]> CommentsAsync(GuardedCluster cluster) =>
        [.. (await cluster.Other.Raw.GetAsync(Rules)).Data.EnumerateArray().Select(static rule => rule.Text("comment") ?? "")];
}
