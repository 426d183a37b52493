using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>A way back is promised with the class that it has once it is wanted.</summary>
public sealed class WayBackClassTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Fact]
    public async Task BackupJob_ThatPrunes_IsSwitchedOffMoreEasilyThanOn()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=local schedule=weekly prune-backups=keep-last=3"));
        await GrantAsync(root);
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", "enabled=0");
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        Assert.Equal(OperationClass.Destructive, Assert.Single(plan.Undo).Class);
        Assert.Contains("It can be taken back by what is destructive:", plan.Describe());
        Assert.Equal(" by what is destructive", WaysBack.Words(plan));
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
        await IsAsPromisedAsync(cluster, plan);
    }

    [Fact]
    public async Task StorageRule_ThatComesAfterThePlan_EndsItWithoutAWordOfForgery()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=local schedule=weekly"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", "enabled=0");
        Assert.Equal(OperationClass.Disruptive, Assert.Single(plan.Undo).Class);
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve2/lxc/203/config", "memory=4096", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/pve2/lxc/203/config", "description=new", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "memory=4096", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "ide2=none,media=cdrom", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "boot=order=net0", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "cores=3 tags=a;b", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "net0=virtio,bridge=vmbr1", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "scsi5=local-lvm:2", OperationClass.Destructive)]
    [InlineData("DELETE", "/cluster/backup/nightly", "", OperationClass.Destructive)]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=900", OperationClass.Destructive)]
    [InlineData("POST", "/nodes/pve1/qemu/106/snapshot", "snapname=before", OperationClass.Destructive)]
    [InlineData("POST", "/nodes/pve1/qemu/106/status/start", "", OperationClass.Disruptive)]
    public async Task WayBack_HasTheClassThatWasPromised(string method, string path, string parameters, OperationClass worst)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=local schedule=weekly prune-backups=keep-last=3"));
        await GrantAsync(root);
        await cluster.Other.Raw.PutAsync("/nodes/pve2/lxc/203/config", TextPlans.Parameters("memory=1024"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve2/lxc/203/status/start"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.True(plan.Undo.Count == 0 || plan.Undo.Max(static back => back.Class) == worst, string.Join('\n', plan.Describe()));
        await IsAsPromisedAsync(cluster, plan);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/snapshot", "snapname=before", false)]
    [InlineData("POST", "/nodes/pve1/qemu/100/snapshot", "snapname=before", true)]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=900", false)]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=900 tags=special", true)]
    [InlineData("POST", "/nodes/pve1/qemu/100/clone", "newid=900", true)]
    [InlineData("POST", "/nodes/pve1/qemu/106/clone", "newid=900", false)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "tags=special scsi5=local-lvm:1", true)]
    public async Task WayBack_IsRefusedByThePolicyOfItsGuest(string method, string path, string parameters, bool mayBeAllowed)
    {
        const string OfSpecial = """{"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"],"tags":["special"]}],"limits":{"targetsPerPlan":5}}""";
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(OfSpecial);
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/100/config", TextPlans.Parameters("tags=special"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        PlannedCall back = plan.Undo.First(static call => call.Set.Has(OperationClass.Destructive));
        Assert.Equal(mayBeAllowed, WaysBack.MayBeAllowed(plan, back, OperationClass.Destructive, GuardPolicy.Parse(OfSpecial)));
    }

    [Fact]
    public async Task Retirement_IsNoLessThanItWas()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanRetirementAsync(106, TimeSpan.FromDays(3), TestContext.Current.CancellationToken);
        Assert.Equal("", WaysBack.Words(plan));
    }

    // Jobs are changed by those who may change the cluster.
    private static async Task GrantAsync(PveClient root)
    {
        string token = DefaultCluster.TokenId;
        await root.Raw.PutAsync("/access/acl", new ApiParameters
        {
            { "path", "/" }, { "roles", "Administrator" }, { "users", token[..token.IndexOf('!', StringComparison.Ordinal)] }, { "tokens", token },
        });
    }

    private static async Task IsAsPromisedAsync(GuardedCluster cluster, Plan plan)
    {
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps.Select(static step => step.Message)));
        if (plan.Undo.Count > 0)
        {
            Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
            Assert.Equal(plan.Undo.Select(static back => back.Set.Words), undo.Calls.Select(static back => back.Set.Words));
        }
    }
}
