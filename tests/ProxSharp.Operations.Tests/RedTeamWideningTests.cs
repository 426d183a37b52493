using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>An agent brings a guest to where the policy allows more, to do there what it may not do now: a person is asked first.</summary>
public sealed class RedTeamWideningTests
{
    private const string Scratch = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"],"tags":["scratch"]}],
         "protect":{"tags":["prod"]},"approval":{"disruptive":"none","destructive":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Nodes = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"],"nodes":["pve2"]}],
         "approval":{"disruptive":"none","destructive":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Pools = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","privileged"]},{"classes":["destructive"],"pools":["staging"]}],
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Container = "/nodes/pve2/lxc/203";
    private const string Machine = "/nodes/pve1/qemu/106";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delete_AfterAnAgentHasTaggedTheGuest_IsRefused_BecauseTheTagNeedsAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch);
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        PlanRequest delete = new(ApiMethod.Delete, Container);
        Assert.Equal("policy", await cluster.RefusedAsync(() => alone.PlanAsync([delete])));

        Plan plan = await alone.PlanAsync([TextPlans.Request("PUT", $"{Container}/config", "tags=scratch")], cancellationToken: Token);
        Assert.Equal(OperationClass.Reversible, plan.Class);
        Assert.Contains(plan.Consequences, static line => line.Contains("destructive calls on the guest are allowed afterwards", StringComparison.Ordinal));
        Assert.Contains(plan.Describe(), static line => line.Contains("a person has to agree", StringComparison.Ordinal));
        Assert.Equal("approval", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id, Token)));
        Assert.Equal("policy", await cluster.RefusedAsync(() => alone.PlanAsync([delete])));
        Assert.Equal("policy", await cluster.RefusedAsync(() => alone.PlanAsync(
            [TextPlans.Request("PUT", $"{Container}/config", "tags=scratch"), delete])));
    }

    [Fact]
    public async Task Tag_ThatAPersonAgreedTo_IsSet_AndOpensTheRule()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch);
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{Container}/config", "tags=scratch");
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id, Token)).IsComplete);
        Assert.Equal(1, cluster.Asked.Count);
        Plan delete = await cluster.PlanAsync(ApiMethod.Delete, Container);
        Assert.True((await cluster.Guard.ApplyAsync(delete.Id, Token)).IsComplete);
        Assert.Equal(1, cluster.Asked.Count);
    }

    [Theory]
    [InlineData(Scratch, "PUT", Machine + "/config", "tags=web;SCRATCH")]
    [InlineData(Scratch, "POST", Machine + "/config", "tags=web,scratch")]
    [InlineData(Scratch, "PUT", Machine + "/config", "revert=tags")]
    [InlineData(Nodes, "POST", Machine + "/migrate", "target=pve2")]
    [InlineData(Nodes, "POST", "/cluster/ha/resources/vm:106/migrate", "node=pve2")]
    [InlineData(Nodes, "POST", "/cluster/ha/resources", "sid=vm:106")]
    [InlineData(Nodes, "PUT", "/cluster/ha/resources/vm:106", "failback=1")]
    [InlineData(Nodes, "POST", "/cluster/ha/rules", "rule=r1 type=resource-affinity affinity=positive resources=vm:106,vm:101")]
    [InlineData(Pools, "PUT", "/pools/staging", "vms=106")]
    [InlineData(Pools, "PUT", "/pools", "poolid=staging vms=106")]
    public async Task Call_ThatOpensARule_Grants(string policy, string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(policy);
        await cluster.OpenRoot().Raw.PostAsync("/pools", new ApiParameters { { "poolid", "staging" } });
        if (path.StartsWith("/cluster/ha", StringComparison.Ordinal))
        {
            await cluster.OpenRoot().Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" }, { "state", "stopped" } });
        }

        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Equal(OperationClass.Destructive, plan.Calls[^1].Grants);
        cluster.Asked.Answer = static _ => Task.FromResult(false);
        Assert.Equal("declined", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id, Token)));
        Assert.Equal(OperationClass.Destructive, Plan.Parse(plan.ToJson()).Calls[^1].Grants);
    }

    [Theory]
    [InlineData(Scratch, "PUT", Machine + "/config", "tags=web;other")]
    [InlineData(Scratch, "PUT", Machine + "/config", "delete=tags")]
    [InlineData(Scratch, "PUT", Machine + "/config", "tags=scratch;prod")]
    [InlineData(Scratch, "PUT", Machine + "/config", "tags=scratch protection=1")]
    [InlineData(Scratch, "PUT", Machine + "/config", "memory=1024")]
    [InlineData(Scratch, "PUT", "/nodes/pve2/qemu/104/config", "tags=scratch;ci")]
    [InlineData(Scratch, "POST", Machine + "/migrate", "target=pve2")]
    [InlineData(Scratch, "POST", "/nodes/pve1/lxc", "vmid=300 ostemplate=local:vztmpl/x.tar.zst unprivileged=1 tags=scratch")]
    [InlineData(Scratch, "POST", Machine + "/clone", "newid=300 pool=production")]
    [InlineData(Nodes, "PUT", Machine + "/config", "tags=scratch")]
    [InlineData(Nodes, "PUT", "/cluster/ha/resources/vm:106", "comment=x")]
    [InlineData(Nodes, "POST", Machine + "/migrate", "target=pve3")]
    public async Task Call_ThatOpensNoRule_GrantsNothing(string policy, string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(policy);
        await cluster.Other.Raw.PutAsync("/nodes/pve2/qemu/104/config", new ApiParameters { { "tags", "scratch" } });
        await cluster.OpenRoot().Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" }, { "state", "stopped" } });
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Equal(OperationClass.Read, plan.Calls[^1].Grants);
    }

    [Fact]
    public async Task Rollback_AndUndo_ThatBringATagBack_NeedAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch.Replace("\"reversible\",", "\"reversible\",\"destructive\",", StringComparison.Ordinal)
            .Replace("[\"destructive\"]", "[\"privileged\"]", StringComparison.Ordinal));
        await cluster.Other.Raw.PutAsync($"{Machine}/config", new ApiParameters { { "tags", "scratch" } });
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/snapshot", new ApiParameters { { "snapname", "old" } }));
        Plan away = await TextPlans.PlanAsync(cluster, "PUT", $"{Machine}/config", "tags=web");
        ApplyResult done = await cluster.Guard.ApplyAsync(away.Id, Token);
        Assert.Equal(0, cluster.Asked.Count);

        Plan back = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber, Token);
        Assert.Equal(OperationClass.Privileged, back.Calls[^1].Grants);
        Plan rollback = await cluster.PlanAsync(ApiMethod.Post, $"{Machine}/snapshot/old/rollback");
        Assert.Equal(OperationClass.Privileged, rollback.Calls[^1].Grants);
        Plan copy = await TextPlans.PlanAsync(cluster, "POST", $"{Machine}/clone", "newid=799 snapname=old full=1");
        Assert.Equal(OperationClass.Privileged, copy.Calls[^1].Grants);
        Plan recent = await TextPlans.PlanAsync(cluster, "POST", $"{Machine}/clone", "newid=799 full=1");
        Assert.Equal(OperationClass.Read, recent.Calls[^1].Grants);
        Assert.True((await cluster.OpenRoot().Raw.GetAsync($"{Machine}/config")).Data.ValueKind == JsonValueKind.Object);

        // The kind of the worst class that is gained: nobody at a terminal can give that.
        Assert.Equal("approval", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(back.Id, Token)));
    }

    [Fact]
    public async Task Disk_GivenToAGuestThatMayBeDestroyed_NeedsAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch.Replace("\"disruptive\"]}", "\"disruptive\",\"privileged\"]}", StringComparison.Ordinal));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/100/config", new ApiParameters { { "tags", "scratch" } });
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", $"{Machine}/move_disk", "disk=scsi0 target-vmid=100 target-disk=scsi7");
        Assert.Equal(OperationClass.Destructive, plan.Calls[^1].Grants);
    }

    [Theory]
    [InlineData("move_disk", "\"tags\":[\"scratch\"]")]
    [InlineData("move_disk", "\"vmids\":[\"100\"]")]
    [InlineData("config", "\"tags\":[\"scratch\"]")]
    [InlineData("config", "\"vmids\":[\"100\"]")]
    [InlineData("create", "\"vmids\":[\"300-399\"]")]
    public async Task Disk_OfAGuestThatMayNotBeDestroyed_IsGivenToNone(string way, string rule)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch.Replace("\"tags\":[\"scratch\"]", rule, StringComparison.Ordinal));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/100/config", new ApiParameters { { "tags", "scratch" } });
        string disk = (await cluster.Other.Raw.GetAsync($"{Machine}/config")).Data.GetProperty("scsi0").GetString()!.Split(',')[0];
        Task<Plan> Plan() => way switch
        {
            "config" => TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/100/config", $"scsi5={disk}"),
            "create" => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=300 scsi5={disk}"),
            _ => TextPlans.PlanAsync(cluster, "POST", $"{Machine}/move_disk", "disk=scsi0 target-vmid=100 target-disk=scsi7"),
        };
        // Whoever has the other guest would read what is on it; and where both have it, it is ruined.
        Assert.Equal("policy", await cluster.RefusedAsync(Plan));
    }

    [Fact]
    public async Task Calls_ThatOpenARuleTogether_NeedAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            Scratch.Replace("\"tags\":[\"scratch\"]", "\"tags\":[\"scratch\"],\"nodes\":[\"pve2\"]", StringComparison.Ordinal));
        PlanRequest tag = TextPlans.Request("PUT", $"{Machine}/config", "tags=scratch"), move = TextPlans.Request("POST", $"{Machine}/migrate", "target=pve2");
        foreach (PlanRequest[] calls in new PlanRequest[][] { [tag, move], [move, tag] })
        {
            Plan plan = await cluster.Guard.PlanAsync(calls, cancellationToken: Token);
            Assert.Equal(OperationClass.Destructive, plan.Calls[^1].Grants);
        }

        Assert.Equal(OperationClass.Read, (await cluster.Guard.PlanAsync([tag], cancellationToken: Token)).Calls[^1].Grants);
    }

    [Fact]
    public async Task Plan_WithoutItsGrant_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch.Replace("scratch", "other", StringComparison.Ordinal));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{Container}/config", "tags=scratch");
        Assert.Equal(OperationClass.Read, plan.Calls[^1].Grants);
        cluster.Policy(Scratch);
        Assert.Equal("tampered", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id, Token)));
    }
}
