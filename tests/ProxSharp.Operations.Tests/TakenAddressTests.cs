using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>A guest that is made with the address of another one takes that one off the network once both run.</summary>
public sealed class TakenAddressTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Mac = "BC:24:11:00:0A:01";

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=900 net0=virtio=bc:24:11:00:0a:01,bridge=vmbr0", true)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 net0=virtio,bridge=vmbr0,macaddr=BC:24:11:00:0A:01", true)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 ipconfig0=ip=192.0.2.50/24,gw=192.0.2.1", true)]
    [InlineData("/nodes/pve1/lxc", "vmid=900 ostemplate=local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst unprivileged=1 net0=name=eth0,bridge=vmbr0,ip=192.0.2.50/24", true)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 net0=virtio=BC:24:11:00:0A:02,bridge=vmbr0", false)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 net0=virtio,bridge=vmbr0 ipconfig0=ip=dhcp,ip6=auto", false)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 ipconfig0=ip=192.0.2.5/24,gw=192.0.2.50", false)]
    [InlineData("/nodes/pve1/qemu", "vmid=900 memory=1024", false)]
    public async Task NewGuest_WithAnAddressOfAnother_IsDisruptive(string path, string parameters, bool isTaken)
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        Check(cluster, plan, isTaken);
        Assert.Equal(isTaken, plan.Class == OperationClass.Disruptive);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" unique=1", false)]
    [InlineData(" net0=virtio,bridge=vmbr0 ipconfig0=ip=dhcp", false)]
    public async Task Restore_BesideTheGuestItself_HasItsAddresses(string more, bool isTaken)
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
        string backup = (await root.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data[0].Text("volid")!;
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=900 archive={backup}{more}");
        Check(cluster, plan, isTaken);
    }

    [Fact]
    public async Task Copy_SaysWhichAddressesItKeeps()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/clone", "newid=900");
        Assert.Contains(plan.Describe(), static line => line.Contains("addresses of its source 192.0.2.50", StringComparison.Ordinal));
        Assert.Equal(OperationClass.Reversible, plan.Class);
    }

    [Theory]
    [InlineData("ipconfig0=ip=192.0.2.50/24", true)]
    [InlineData("net0=virtio=BC:24:11:00:0A:01,bridge=vmbr0", true)]
    [InlineData("ipconfig0=ip=192.0.2.51/24", false)]
    public async Task Change_ToAnAddressOfAnother_SaysWhose(string change, bool isTaken)
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve2/qemu/104/config", change);
        Assert.Equal(isTaken, plan.Describe().Any(static line => line.Contains("addresses of others guest 106", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guest_ThatGetsTheAddressAfterThePlan_EndsIt()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", "vmid=900 ipconfig0=ip=192.0.2.60/24");
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", TextPlans.Parameters("ipconfig0=ip=192.0.2.60/24"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    private static void Check(GuardedCluster cluster, Plan plan, bool isTaken)
    {
        string lines = string.Join('\n', plan.Describe());
        Assert.Equal(isTaken, lines.Contains(TakenAddresses.Why, StringComparison.Ordinal));
        Assert.Equal(isTaken, lines.Contains("addresses of others guest 106", StringComparison.Ordinal));
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    private static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/nodes/pve1/qemu/106/config", TextPlans.Parameters($"net0=virtio={Mac},bridge=vmbr0 ipconfig0=ip=192.0.2.50/24,gw=192.0.2.1"));
        return cluster;
    }
}
