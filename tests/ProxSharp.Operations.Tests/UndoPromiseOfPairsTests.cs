using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>What a plan promises to take back is taken back, also where a later call removes, or fills, what an earlier one has changed or made.</summary>
public sealed class UndoPromiseOfPairsTests
{
    internal const string Open = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"reversible":"none","disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("/cluster/backup id=backup-k9 schedule=21:00 vmid=106 storage=ceph comment=c", "/cluster/backup/backup-k9", "schedule=22:00", "")]
    [InlineData("/nodes/pve1/qemu/106/firewall/aliases name=al9 cidr=10.0.0.1", "/nodes/pve1/qemu/106/firewall/aliases/al9", "cidr=10.0.0.9", "")]
    [InlineData("/cluster/notifications/matchers name=mk9 target=mail-to-root mode=all", "/cluster/notifications/matchers/mk9", "mode=any", "")]
    [InlineData("/cluster/ha/resources sid=vm:106 state=ignored", "/cluster/ha/resources/vm:106", "comment=zz", "purge=0")]
    public async Task Change_AndRemovalInOnePlan_IsTakenBackByOneCall(string made, string path, string change, string removal)
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        string[] words = made.Split(' ', 2);
        await root.Raw.PostAsync(words[0], TextPlans.Parameters(words[1]));
        string before = await SaysAsync(root, path);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", path, change), TextPlans.Request("DELETE", path, removal)]);
        Assert.Single(plan.Undo);
        Assert.Empty(plan.NotTakenBack);

        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[1].LedgerNumber);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(before, await SaysAsync(root, path));
    }

    [Fact]
    public async Task Pool_ThatIsMadeAndFilled_IsTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("POST", "/pools", "poolid=pk6 comment=c"), TextPlans.Request("PUT", "/pools", "poolid=pk6 vms=106")]);
        Assert.Empty(plan.NotTakenBack);

        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[1].LedgerNumber);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.DoesNotContain("pk6", await SaysAsync(root, "/pools"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("poolid=production vms=106 allow-move=1")]
    [InlineData("poolid=production comment=c")]
    public async Task Pool_WhoseMembersComeFromElsewhere_HasNoWayBack(string parameters)
    {
        await using GuardedCluster cluster = await StartAsync();
        Assert.Empty((await cluster.Guard.PlanAsync([TextPlans.Request("PUT", "/pools", parameters)])).Undo);
    }

    /// <summary>A cluster whose token may do all that the policy allows.</summary>
    internal static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Open);
        await using PveClient root = cluster.OpenRoot();
        string token = DefaultCluster.TokenId;
        await root.Raw.PutAsync("/access/acl", new ApiParameters
        {
            { "path", "/" }, { "roles", "Administrator" }, { "users", token[..token.IndexOf('!', StringComparison.Ordinal)] }, { "tokens", token },
        });
        return cluster;
    }

    private static async Task<string> SaysAsync(PveClient root, string path)
    {
        JsonElement value = (await root.Raw.GetAsync(path)).Data;
        return value.ValueKind == JsonValueKind.Object
            ? string.Join('\n', value.EnumerateObject().Where(static member => member.Name != "digest").Select(static member => $"{member.Name}={member.Value}").Order(StringComparer.Ordinal))
            : value.ToString();
    }
}
