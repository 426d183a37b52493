using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>What comes with the server is, after its removal, as it was delivered, and not gone: its undo gives it back what its owner had set.</summary>
public sealed class BuiltInNotificationTests
{
    private const string Matcher = "/cluster/notifications/matchers/default-matcher";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":9},
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Fact]
    public async Task Removal_OfAChangedOne_IsTakenBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/access/acl", TextPlans.Parameters($"path=/ roles=Administrator users=demo@pve tokens={DefaultCluster.TokenId}"));
        await root.Raw.PutAsync(Matcher, TextPlans.Parameters("comment=ours mode=any target=mail-to-root"));
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", Matcher, "");
        Assert.Equal("PUT", plan.Undo.Single().Method.ToString().ToUpperInvariant());

        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.NotEqual("ours", (await root.Raw.GetAsync(Matcher)).Data.Text("comment"));
        Plan back = await cluster.Guard.PlanUndoAsync(cluster.Guard.Ledger.List()[^1].Number);
        done = await cluster.Guard.ApplyAsync(back.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));

        Assert.Equal(("ours", "any"), ((await root.Raw.GetAsync(Matcher)).Data.Text("comment"), (await root.Raw.GetAsync(Matcher)).Data.Text("mode")));
    }
}
