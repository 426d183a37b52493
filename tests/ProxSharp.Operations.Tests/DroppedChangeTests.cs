using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>What waits to be put in force, and is dropped, the plan names key by key: it is kept nowhere else.</summary>
public sealed class DroppedChangeTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Config = "/nodes/pve1/qemu/106/config";

    [Theory]
    [InlineData("revert=memory", "drops memory \u201C3072\u201D", "drops cores")]
    [InlineData("revert=memory,cores", "drops cores \u201C7\u201D", "drops name")]
    [InlineData("delete=cores", "drops cores \u201C7\u201D", "drops memory")]
    [InlineData("revert=cipassword", "drops cipassword \u201C***\u201D", "swordfish")]
    [InlineData("revert=ostype", "drops ostype \u201Cits removal\u201D", "drops memory")]
    public async Task Change_OfWhatIsPending_SaysWhatIsDropped(string change, string told, string untold)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync(Config, TextPlans.Parameters("ostype=l26 cores=2"));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/qemu/106/status/start"));
        await root.Raw.PutAsync(Config, TextPlans.Parameters("memory=3072 cores=7 cipassword=swordfish delete=ostype"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, change);
        string lines = string.Join('\n', plan.Describe());
        Assert.Contains(told, lines, StringComparison.Ordinal);
        Assert.DoesNotContain(untold, lines, StringComparison.Ordinal);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);

        await root.Raw.PutAsync(Config, TextPlans.Parameters("memory=4096 cores=8"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("DELETE", "drops")]
    [InlineData("PUT", "puts in force")]
    public async Task NetworkOfANode_SaysWhatWaits(string method, string word)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/nodes/pve2/network", TextPlans.Parameters("iface=vmbr7 type=bridge cidr=192.0.2.77/24"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, "/nodes/pve2/network", "");
        string line = plan.Describe().Single(line => line.Contains($"{word} \u201C", StringComparison.Ordinal));
        Assert.Contains("+iface vmbr7 inet static; +address 192.0.2.77/24", line, StringComparison.Ordinal);
        Assert.DoesNotContain("interfaces.new", line, StringComparison.Ordinal);

        await root.Raw.PostAsync("/nodes/pve2/network", TextPlans.Parameters("iface=vmbr8 type=bridge"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task NetworkOfANode_WithNothingWaiting_SaysNothing()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve2/network", "");
        Assert.DoesNotContain(plan.Describe(), static line => line.Contains("drops", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/status/reboot", "", "puts in force \u201Ccipassword=***; cores=7; memory=3072; ostype=its removal\u201D")]
    [InlineData("/nodes/pve1/qemu/106/status/stop", "", "puts in force at the next start \u201Ccipassword=***; ")]
    [InlineData("/nodes/pve1/qemu/106/status/shutdown", "", "puts in force at the next start \u201C")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local mode=stop", "puts in force \u201Ccipassword=***; ")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106,100 storage=local mode=stop", "puts in force in 106 \u201Ccipassword=***; ")]
    [InlineData("/nodes/pve1/vzdump", "all=1 node=pve1 storage=local mode=stop", "puts in force in 106 \u201Ccipassword=***; ")]
    [InlineData("/nodes/pve1/stopall", "vms=106", "puts in force at the next start \u201Ccipassword=***; ")]
    [InlineData("/cluster/bulk-action/guest/shutdown", "vms=106 vms=100", "puts in force at the next start in 106 \u201Ccipassword=***; ")]
    [InlineData("/cluster/ha/resources", "sid=vm:106 state=stopped", "puts in force at the next start \u201Ccipassword=***; ")]
    [InlineData("/cluster/ha/resources", "sid=vm:106", "puts in force at the next start \u201Ccipassword=***; ")]
    public async Task StartAnew_SaysWhatWaitedForIt(string path, string parameters, string told)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync(Config, TextPlans.Parameters("ostype=l26 cores=2"));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/qemu/106/status/start"));
        Assert.DoesNotContain("puts in force", string.Join('\n', (await TextPlans.PlanAsync(cluster, "POST", path, parameters)).Describe()), StringComparison.Ordinal);
        await root.Raw.PutAsync(Config, TextPlans.Parameters("memory=3072 cores=7 cipassword=swordfish delete=ostype"));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        Assert.Contains(told, string.Join('\n', plan.Describe()), StringComparison.Ordinal);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);

        await root.Raw.PutAsync(Config, TextPlans.Parameters("memory=16"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task ChangeAndStartAnew_InOnePlan_IsDone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/qemu/106/status/start"));
        await root.Raw.PutAsync(Config, TextPlans.Parameters("memory=3072"));
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("PUT", Config, "cores=3"), TextPlans.Request("POST", "/nodes/pve1/qemu/106/status/reboot", "")]);

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.True(result.IsComplete, result.Steps[^1].Message);
        Assert.Equal("3", await cluster.ConfigAsync(106, "cores"));
    }

    [Fact]
    public async Task StartOfAGuestThatThePlanMakes_PutsNothingElseInForce()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=900"), TextPlans.Request("POST", "/nodes/pve1/qemu/900/status/start", "")]);
        Assert.DoesNotContain("puts in force", string.Join('\n', plan.Describe()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/cluster/sdn", "puts in force")]
    [InlineData("POST", "/cluster/sdn/rollback", "drops")]
    public async Task VirtualNetworks_SayWhatWaits(string method, string path, string word)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=lab type=simple mtu=1400"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("vnet=lab1 zone=lab"));
        await root.Raw.PostAsync("/cluster/sdn/vnets/lab1/subnets", TextPlans.Parameters("subnet=192.0.2.0/24 type=subnet gateway=192.0.2.1"));
        await cluster.DoneAsync(await root.Raw.PutAsync("/cluster/sdn"));
        await root.Raw.PutAsync("/cluster/sdn/zones/lab", TextPlans.Parameters("mtu=1300"));
        await root.Raw.DeleteAsync("/cluster/sdn/vnets/lab1/subnets/lab-192.0.2.0-24");
        await root.Raw.DeleteAsync("/cluster/sdn/vnets/lab1");
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("vnet=lab2 zone=lab alias=office"));

        Plan plan = await TextPlans.PlanAsync(cluster, method, path, "");

        string line = plan.Describe().Single(line => line.Contains($"{word} \u201C", StringComparison.Ordinal));
        Assert.Contains("deleted vnet lab1", line, StringComparison.Ordinal);
        Assert.Contains("new vnet lab2 (", line, StringComparison.Ordinal);
        Assert.Contains("alias=office", line, StringComparison.Ordinal);
        Assert.Contains("changed zone lab (mtu=1300)", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/clone", "newid=101")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=101")]
    public async Task Number_ThatIsTaken_IsNamedWithTheGuestThatHasIt(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, parameters));
        Assert.StartsWith("The number 101 is taken, by a guest on pve", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=900"), TextPlans.Request("POST", "/nodes/pve1/qemu/106/clone", "newid=900")]));
        Assert.StartsWith("The number 900 is taken, by an earlier call of the plan", refusal.Message, StringComparison.Ordinal);
    }
}
