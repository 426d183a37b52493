using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Protected guests that are reached through processor models, backups, rules of affinity and Ceph; and what a plan counts and reads.</summary>
public sealed class RedTeamReachTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"tags":["prod"]},
         "limits":{"targetsPerPlan":20},"approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("PUT", "/cluster/qemu/custom-cpu-models/fast", "flags=-aes", "custom-fast")]
    [InlineData("PUT", "/cluster/qemu/custom-cpu-models/custom-fast", "flags=-aes", "cputype=custom-fast,hidden=1")]
    [InlineData("DELETE", "/cluster/qemu/custom-cpu-models/fast", "", "custom-fast,flags=+aes")]
    public async Task ProcessorModelOfAProtectedGuest_IsNotChangedNorRemoved(string method, string path, string parameters, string processor)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/qemu/custom-cpu-models", TextPlans.Parameters("cputype=fast reported-model=EPYC"));
        await root.Raw.PostAsync("/cluster/qemu/custom-cpu-models", TextPlans.Parameters("cputype=faster reported-model=EPYC"));
        await root.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "cpu", processor } });
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "cpu", "custom-faster" } });
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        Assert.Equal(["guest 106", path], plan.Targets.Select(static target => target.Key));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "cpu", processor } });
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106")]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily")]
    public async Task BackupToWhereOlderOnesArePruned_IsDestructive(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        Task<Plan> Plan(string more) => TextPlans.PlanAsync(cluster, "POST", path, $"{parameters}{more}");
        Assert.Equal(OperationClass.Reversible, (await Plan("")).Class);
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-all=1"));
        Assert.Equal(OperationClass.Reversible, (await Plan("")).Class);
        Plan early = await Plan(" remove=0");
        Plan late = await Plan("");
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));
        Plan plan = await Plan("");
        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Equal(OperationClass.Destructive, cluster.Guard.Plans.Load(plan.Id).Class);
        Assert.Contains(plan.Consequences, static line => line.EndsWith(": destructive.", StringComparison.Ordinal));
        Assert.Equal(OperationClass.Reversible, (await Plan(" remove=0")).Class);
        await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(late.Id));
        if (path == "/nodes/pve1/vzdump")
        {
            Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(early.Id)));
            Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        }
    }

    [Theory]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local", "/nodes/pve1/vzdump/defaults")]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily", "/storage/local")]
    public async Task BackupToAStorageThatCannotBeRead_CountsAsPruning(string path, string parameters, string unread)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Lack(request => request.Path.EndsWith(unread, StringComparison.Ordinal));
        Assert.Equal(OperationClass.Destructive, (await TextPlans.PlanAsync(cluster, "POST", path, parameters)).Class);

        // Without a storage the nodes tell.
        Assert.Equal(
            unread.EndsWith("/defaults", StringComparison.Ordinal) ? OperationClass.Destructive : OperationClass.Reversible,
            (await TextPlans.PlanAsync(cluster, "POST", "/cluster/backup", "vmid=106 schedule=daily node=pve1")).Class);
    }

    [Theory]
    [InlineData("/nodes/pve2/vzdump", "vmid=104 storage=local", true)]
    [InlineData("/nodes/pve2/vzdump", "vmid=104 storage=local remove=0", false)]
    [InlineData("/nodes/pve2/vzdump", "vmid=104 storage=keeping", false)]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local", false)]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily", true)]
    [InlineData("/cluster/backup", "vmid=106 schedule=daily", true)]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily node=pve2", true)]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily node=pve1", false)]
    [InlineData("/cluster/backup", "vmid=106 storage=local schedule=daily remove=0", false)]
    [InlineData("/cluster/backup", "vmid=106 storage=keeping schedule=daily", false)]
    public async Task BackupOnANodeThatPrunesByItself_IsDestructive(string path, string parameters, bool prunes)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most, static scenario =>
        {
            DefaultCluster.Build(scenario);
            scenario.AddStorage("keeping", "dir", static storage => storage.Set("path", "/srv/keeping").Set("prune-backups", "keep-all=1").Content.Add("backup"))
                .WithBackupRule("pve2", "keep-last=2");
        });
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        Assert.Equal(prunes ? OperationClass.Destructive : OperationClass.Reversible, plan.Class);
        Assert.Equal(plan.Class, cluster.Guard.Plans.Load(plan.Id).Class);
    }

    [Theory]
    [InlineData("stop=1")]
    [InlineData("stop=1 vmid=106 storage=local")]
    public async Task BackupsOfANode_AreNotEnded_WhereAProtectedGuestIs(string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, "POST", "/nodes/pve1/vzdump", parameters, "guest 10");
        Assert.Equal("target", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/localhost/vzdump", parameters)));
    }

    [Theory]
    [InlineData("/cluster/ha/resources/vm:106/migrate", "node=pve2")]
    [InlineData("/cluster/ha/resources/vm:106/relocate", "node=pve2")]
    [InlineData("/nodes/pve1/qemu/106/migrate", "target=pve2")]
    [InlineData("/nodes/pve1/migrateall", "target=pve2 vms=106")]
    [InlineData("/cluster/bulk-action/guest/migrate", "target=pve2 vms=106")]
    public async Task GuestThatAProtectedOneFollows_IsNotMoved(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        foreach (string vmid in new[] { "100", "102", "106" })
        {
            await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", $"vm:{vmid}" } });
        }

        async Task RuleAsync(string name, string resources, string affinity) => await root.Raw.PostAsync(
            "/cluster/ha/rules", TextPlans.Parameters($"rule={name} type=resource-affinity affinity={affinity} resources={resources}"));
        await RuleAsync("apart", "vm:106,vm:102", "negative");
        Assert.DoesNotContain("guest 102", await TextPlans.TargetsAsync(cluster, "POST", path, parameters));
        await root.Raw.DeleteAsync("/cluster/ha/rules/apart");
        await RuleAsync("chain", "vm:106,vm:777", "positive");
        Assert.Contains("guest 777", await TextPlans.TargetsAsync(cluster, "POST", path, parameters));
        await RuleAsync("both", "vm:777,vm:102", "positive");
        await TextPlans.IsProtectedAsync(cluster, "POST", path, parameters, "guest 102");
        await root.Raw.PutAsync("/cluster/ha/rules/both", TextPlans.Parameters("type=resource-affinity disable=1"));
        Assert.DoesNotContain("guest 102", await TextPlans.TargetsAsync(cluster, "POST", path, parameters));
    }

    [Fact]
    public async Task RulesOfAnOldServer_AreNone_AndThoseThatCannotBeReadLeaveNothingToChance()
    {
        const string path = "/nodes/pve1/qemu/106/migrate";
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Lack(static request => request.Path.EndsWith("/cluster/ha/rules", StringComparison.Ordinal));
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "POST", path, "target=pve2"));
        await using GuardedCluster other = await GuardedCluster.StartAsync(Most);
        other.Fail(static request => request.Path.EndsWith("/cluster/ha/rules", StringComparison.Ordinal));
        Assert.Equal("target", await other.RefusedAsync(() => TextPlans.PlanAsync(other, "POST", path, "target=pve2")));
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/ceph/pool/vms", "size=1")]
    [InlineData("PUT", "/cluster/ceph/flags", "pause=1")]
    [InlineData("PUT", "/cluster/ceph/flags/noout", "value=1")]
    [InlineData("POST", "/nodes/pve1/ceph/osd/0/out", "")]
    [InlineData("POST", "/nodes/pve1/ceph/stop", "")]
    [InlineData("POST", "/nodes/pve1/ceph/osd/0/in", "")]
    [InlineData("POST", "/nodes/pve1/ceph/restart", "")]
    [InlineData("POST", "/nodes/pve1/ceph/restart-bulk", "service=osd")]
    [InlineData("POST", "/cluster/ceph/restart-bulk", "service=mon")]
    [InlineData("DELETE", "/nodes/pve1/ceph/mon/pve1", "")]
    [InlineData("DELETE", "/nodes/pve1/ceph/mgr/pve1", "")]
    [InlineData("DELETE", "/nodes/pve1/ceph/mds/pve1", "")]
    [InlineData("DELETE", "/nodes/pve1/ceph/osd/0", "")]
    public async Task CephBelowAProtectedGuest_IsNotChanged(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 10");
    }

    [Fact]
    public async Task OtherPoolOfCeph_NamesNoGuests()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/ceph/pool", TextPlans.Parameters("name=other")));
        Assert.DoesNotContain(
            await TextPlans.TargetsAsync(cluster, "PUT", "/nodes/pve1/ceph/pool/other", "size=2"),
            static target => target.StartsWith("guest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SourceOfAClone_DoesNotCount_AndWhatIsChangedDoes()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""");
        PlanRequest clone = TextPlans.Request("POST", "/nodes/pve1/qemu/106/clone", "newid=300");
        Assert.Equal(2, (await cluster.Guard.PlanAsync([clone])).Targets.Count);
        PlanRequest change = TextPlans.Request("PUT", "/nodes/pve1/qemu/106/config", "memory=3072");
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync([clone, change])));
        Assert.Equal("limit", await cluster.RefusedAsync(
            () => cluster.Guard.PlanAsync([clone, TextPlans.Request("POST", "/nodes/pve1/qemu/106/clone", "newid=301")])));
    }

    [Fact]
    public async Task PlanThatReachesFarTooMany_IsRefusedBeforeAllAreRead()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most, LargeCluster.Of(500, 3));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "PUT", "/storage/ceph", "nodes=pve1"));
        Assert.Equal("limit", refusal.Reason);
        Assert.Contains("; the policy allows 20 in one.", refusal.Message, StringComparison.Ordinal);
        Assert.True(cluster.Requests < 100, $"{cluster.Requests} requests were made.");
    }

    [Theory]
    [InlineData("storage=local", OperationClass.Destructive)]
    [InlineData("storage=local remove=0", OperationClass.Disruptive)]
    [InlineData("storage=ceph", OperationClass.Disruptive)]
    [InlineData("delete=storage", OperationClass.Destructive)]
    [InlineData("vmid=106,105", OperationClass.Disruptive)]
    [InlineData("comment=x", OperationClass.Reversible)]
    public async Task JobThatIsTurnedToWhereOlderBackupsArePruned_IsDestructive(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most.Replace("prod", "nobody", StringComparison.Ordinal));
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));
        await root.Raw.PostAsync("/storage", TextPlans.Parameters("storage=spare type=dir path=/mnt/spare content=backup"));
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=spare schedule=daily"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", parameters);
        Assert.Equal(expected, plan.Class);
    }

    [Fact]
    public async Task JobWithARuleOfItsOwn_ThatTakesInAnotherGuest_IsDestructive()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most.Replace("prod", "nobody", StringComparison.Ordinal));
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=nightly vmid=106 storage=local schedule=daily prune-backups=keep-last=3"));
        Assert.Equal(OperationClass.Destructive, (await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", "vmid=106,105")).Class);
        await root.Raw.PutAsync("/cluster/backup/nightly", TextPlans.Parameters("prune-backups=keep-all=1"));
        Assert.Equal(OperationClass.Disruptive, (await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/nightly", "vmid=106,105")).Class);
    }

    [Fact]
    public async Task Configuration_IsReadOncePerPlan()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most.Replace("prod", "nobody", StringComparison.Ordinal));
        int read = 0;
        cluster.When(request =>
        {
            if (request.Path.EndsWith("/qemu/101/config", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref read);
            }

            return false;
        });
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("PUT", "/storage/ceph", "nodes=pve1"), TextPlans.Request("PUT", "/nodes/pve1/ceph/pool/vms", "size=2")]);
        Assert.Contains("guest 101", plan.Targets.Select(static target => target.Key));
        Assert.Equal(1, read);
    }
}
