using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>What stands behind a name that a call gives, such as the privileges of a role: the plan tells it, and is refused once it is another.</summary>
public sealed class NamedSettingTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Group = "/cluster/firewall/groups";
    private const string Pci = "map=node=pve1,path=0000:01:00.0,id=8086:1533 id=gpu1";

    [Theory]
    [InlineData("/access/roles", "roleid=Operator privs=VM.Audit", "PUT", "/access/acl", "path=/vms/106 roles=Operator users=demo@pve", "role Operator VM.Audit",
        "PUT", "/access/roles/Operator", "privs=VM.Audit,VM.Allocate")]
    [InlineData(Group, "group=web", "POST", "/nodes/pve1/qemu/106/firewall/rules", "type=group action=web", "security group web 0 rules",
        "POST", Group + "/web", "type=in action=ACCEPT enable=1")]
    [InlineData("/cluster/mapping/pci", Pci, "POST", "/nodes/pve1/qemu/106/config", "hostpci0=mapping=gpu1,pcie=1", "device mapping gpu1 map=node=pve1",
        "PUT", "/cluster/mapping/pci/gpu1", "map=node=pve1,path=0000:02:00.0,id=8086:1533")]
    [InlineData("/cluster/qemu/custom-cpu-models", "cputype=fast reported-model=kvm64", "POST", "/nodes/pve1/qemu/106/config", "cpu=custom-fast,flags=+aes", "processor fast",
        "PUT", "/cluster/qemu/custom-cpu-models/fast", "hidden=1")]
    [InlineData("/cluster/firewall/aliases", "name=office cidr=192.0.2.1/32", "POST", "/nodes/pve1/qemu/106/firewall/rules",
        "type=in action=ACCEPT dport=22 proto=tcp source=office", "alias office 192.0.2.1", "PUT", "/cluster/firewall/aliases/office", "cidr=0.0.0.0/0")]
    [InlineData("/nodes/pve1/qemu/106/firewall/aliases", "name=own cidr=192.0.2.1/32", "POST", "/nodes/pve1/qemu/106/firewall/rules",
        "type=in action=ACCEPT source=guest/own", "alias own 192.0.2.1", "PUT", "/nodes/pve1/qemu/106/firewall/aliases/own", "cidr=0.0.0.0/0")]
    [InlineData("/cluster/firewall/ipset", "name=admins", "POST", "/nodes/pve1/qemu/106/firewall/rules", "type=in action=ACCEPT source=+dc/admins", "set of addresses admins 0 addresses",
        "POST", "/cluster/firewall/ipset/admins", "cidr=0.0.0.0/1")]
    public async Task Name_BehindWhichThereIsSomethingElseNow_IsRefused(
        string list, string made, string method, string path, string parameters, string told, string change, string changed, string values)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync(list, TextPlans.Parameters(made));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Contains(told, string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await (change == "PUT" ? root.Raw.PutAsync(changed, TextPlans.Parameters(values)) : root.Raw.PostAsync(changed, TextPlans.Parameters(values)));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Plan again = await TextPlans.PlanAsync(cluster, method, path, parameters);
        ApplyResult result = await cluster.Guard.ApplyAsync(again.Id);
        Assert.True(result.IsComplete, result.Steps[0].Message);
    }

    [Theory]
    [InlineData("POST", "type=group action=web", "alias", "")]
    [InlineData("POST", "type=in action=ACCEPT source=+admins", "alias", "")]
    [InlineData("POST", "type=group action=sets", "set", "")]
    [InlineData("PUT", "enable=1", "alias", "/0")]
    public async Task NameBehindAName_IsAFactToo(string method, string parameters, string changed, string place)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/aliases", TextPlans.Parameters("name=office cidr=192.0.2.1/32"));
        await root.Raw.PostAsync("/cluster/firewall/ipset", TextPlans.Parameters("name=admins"));
        await root.Raw.PostAsync("/cluster/firewall/ipset/admins", TextPlans.Parameters("cidr=dc/office"));
        await root.Raw.PostAsync(Group, TextPlans.Parameters("group=web"));
        await root.Raw.PostAsync($"{Group}/web", TextPlans.Parameters("type=in action=ACCEPT source=office enable=1"));
        await root.Raw.PostAsync(Group, TextPlans.Parameters("group=sets"));
        await root.Raw.PostAsync($"{Group}/sets", TextPlans.Parameters("type=in action=ACCEPT source=+admins enable=1"));
        const string rules = "/nodes/pve1/qemu/106/firewall/rules";
        await root.Raw.PostAsync(rules, TextPlans.Parameters("type=in action=ACCEPT source=office enable=0"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, rules + place, parameters);
        Assert.Contains("alias office 192.0.2.1", string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await (changed == "set"
            ? root.Raw.PostAsync("/cluster/firewall/ipset/admins", TextPlans.Parameters("cidr=0.0.0.0/1"))
            : root.Raw.PutAsync("/cluster/firewall/aliases/office", TextPlans.Parameters("cidr=0.0.0.0/0")));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Name_BehindWhichThereIsNothing_IsUnknown()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/config", "usb0=mapping=stick");

        Assert.Contains("device mapping stick unknown", string.Join('\n', plan.Describe()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rule_ThatChangesBetweenTwoCalls_StopsThePlan()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=50"));
        Plan plan = await cluster.Guard.PlanAsync([
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/snapshot", "snapname=before"),
            TextPlans.Request("POST", "/nodes/pve1/vzdump", "vmid=106 storage=local")]);

        // The first call is made, and its task ends, before anybody looks at the rule again.
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id, new Meddler(() =>
            root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=1")).GetAwaiter().GetResult()));

        Assert.False(result.IsComplete);
        Assert.Contains("Refused (drift)", result.Steps[^1].Message, StringComparison.Ordinal);
        Assert.Contains("backups kept was", result.Steps[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_ThatThePlanItselfMakes_StopNothing()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync([
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/firewall/aliases", "name=office cidr=192.0.2.1/32"),
            TextPlans.Request("POST", "/nodes/pve1/qemu/106/firewall/rules", "type=in action=ACCEPT source=office")]);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, result.Steps[^1].Message);
    }

    [Fact]
    public async Task Rule_ThatThePlanItselfChanges_StopsNothing()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=50"));
        Plan plan = await cluster.Guard.PlanAsync([
            TextPlans.Request("PUT", "/storage/local", "prune-backups=keep-last=9"),
            TextPlans.Request("POST", "/nodes/pve1/vzdump", "vmid=106 storage=local")]);

        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);

        Assert.True(result.IsComplete, string.Join('\n', result.Steps.Select(static step => step.Message)));
    }

    [Fact]
    public async Task Replication_ThatIsToRemoveItsCopy_IsDestructive()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/replication", TextPlans.Parameters("id=106-0 target=pve2 type=local"));
        Assert.Equal(OperationClass.Reversible, (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/replication/106-0/schedule_now", "")).Class);

        await root.Raw.PutAsync("/cluster/replication/106-0", TextPlans.Parameters("remove_job=full"));

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/replication/106-0/schedule_now", "");
        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Contains("marked for removal", string.Join('\n', plan.Describe()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_ThatTookThePlaceOfTheOneOfThePlan_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
        string volume = (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data
            .EnumerateArray().First().Text("volid")!;
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=520 archive={volume}");
        Assert.Contains($"{volume} ", string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync($"/nodes/pve1/storage/local/content/{Uri.EscapeDataString(volume)}"));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("PUT", "/cluster/firewall/aliases/office", "cidr=10.1.1.2")]
    [InlineData("PUT", "/nodes/pve1/dns", "search=example.test dns1=192.0.2.9")]
    public async Task Object_ThatIsWrittenAsAWhole_IsToldSo(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/aliases", TextPlans.Parameters("name=office cidr=10.1.1.1 comment=kept"));
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);

        Assert.Contains("It is written as a whole", string.Join('\n', plan.Describe()), StringComparison.Ordinal);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    private sealed class Meddler(Action meddle) : IProgress<ApplyProgress>
    {
        private bool _isDone;

        public void Report(ApplyProgress value)
        {
            if (value.Done == 1 && !_isDone)
            {
                _isDone = true;
                meddle();
            }
        }
    }
}
