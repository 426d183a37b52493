using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>A guest that has a disk which is called after another one loses it with that one: it is told, and what protects it holds.</summary>
public sealed class VolumeUserTests
{
    private const string Open = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":5},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Guarded = """
        {"version":1,"protect":{"tags":["db"]},"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}]}
        """;

    private const string Machine = "/nodes/pve1/qemu/106";
    private const string Disk = "local-lvm:vm-106-disk-0";

    [Theory]
    [InlineData("DELETE", Machine, "")]
    [InlineData("DELETE", Machine, "destroy-unreferenced-disks=1 purge=1")]
    [InlineData("POST", Machine + "/migrate", "target=pve2")]
    [InlineData("POST", Machine + "/template", "")]
    [InlineData("PUT", Machine + "/unlink", "idlist=scsi0 force=1")]
    [InlineData("POST", Machine + "/config", "delete=scsi0 force=1")]
    [InlineData("POST", Machine + "/move_disk", "disk=scsi0 storage=local delete=1")]
    [InlineData("POST", Machine + "/snapshot/before/rollback", "")]
    [InlineData("DELETE", "/nodes/pve1/storage/local-lvm/content/" + Disk, "")]
    public async Task Disk_ThatAnotherGuestHasToo_IsNotTakenFromItUnseen(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync("scsi3=" + Disk);

        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);

        Assert.Equal(OperationClass.Destructive, plan.Calls[0].Set.Items.Single(static kind => kind == OperationClass.Destructive));
        Assert.Contains(plan.Describe(), static line => line.StartsWith("Acts on guest 102 (db-1)", StringComparison.Ordinal) && line.Contains($"has {Disk} as scsi3", StringComparison.Ordinal));
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
        cluster.Policy(Guarded);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Fact]
    public async Task UnusedDisk_ThatAnotherGuestHas_IsNotDeletedUnseen()
    {
        await using GuardedCluster cluster = await StartAsync("");
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync(Machine + "/config", TextPlans.Parameters("delete=scsi0"));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters("scsi3=" + Disk));
        cluster.Policy(Guarded);

        await TextPlans.IsProtectedAsync(cluster, "PUT", Machine + "/config", "delete=unused0", "guest 102");
    }

    [Fact]
    public async Task Migration_OfADiskThatAnotherGuestHas_SaysWhatItDoes()
    {
        await using GuardedCluster cluster = await StartAsync("scsi3=" + Disk);

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Machine + "/migrate", "target=pve2");

        Assert.Contains(plan.Describe(), static line => line.Contains(VolumeUsers.Why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Migration_OfAGuestWhoseDiskIsGivenToAnotherSince_IsRefused()
    {
        await using GuardedCluster cluster = await StartAsync("");
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Machine + "/migrate", "target=pve2");
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters("scsi3=" + Disk));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task LeftOverVolume_OfAGuestThatIsGone_CanBePlannedAway()
    {
        await using GuardedCluster cluster = await StartAsync("");
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/nodes/pve1/storage/local-lvm/content", TextPlans.Parameters("vmid=777 filename=vm-777-disk-0 size=1G"));

        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/storage/local-lvm/content/local-lvm:vm-777-disk-0", "");

        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Contains(plan.Describe(), static line => line.StartsWith("Acts on guest 777 (not there)", StringComparison.Ordinal));
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).Steps[0].Succeeded);
    }

    [Fact]
    public async Task Rollback_AmongThousandsOfGuests_TellsThatTheirDisksWereNotCompared()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Open, LargeCluster.Of(1000, 4));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve3/qemu/130/snapshot", TextPlans.Parameters("snapname=before")));

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve3/qemu/130/snapshot/before/rollback", "");

        Assert.Contains(plan.Describe(), static line => line.Contains("disks not compared with those of 1000 guests", StringComparison.Ordinal));
    }

    private static async Task<GuardedCluster> StartAsync(string given)
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Open);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync(Machine + "/snapshot", TextPlans.Parameters("snapname=before")));
        if (given.Length > 0)
        {
            await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters(given));
        }

        return cluster;
    }
}
