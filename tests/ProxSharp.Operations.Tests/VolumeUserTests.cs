using System.Text.Json;
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

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=300 scsi0=" + Disk)]
    [InlineData("/nodes/pve1/qemu", "vmid=300 scsi0=local-lvm:4 efidisk0=file=" + Disk + ",size=4M")]
    [InlineData("/nodes/pve1/qemu", "vmid=300 unused0=" + Disk)]
    [InlineData("/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst scsi3=" + Disk)]
    [InlineData("/nodes/pve1/lxc", "vmid=300 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst mp0=volume=" + Disk + ",mp=/data")]
    public async Task Disk_ThatComesToANewGuest_IsNotTakenUnseenFromWhoeverHasIt(string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync("scsi3=" + Disk);

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);

        Assert.True(plan.Calls[0].Set.Has(OperationClass.Destructive) && plan.Calls[0].Set.Has(OperationClass.Privileged));
        Assert.Contains(plan.Describe(), static line => line.StartsWith("Acts on guest 102 (db-1)", StringComparison.Ordinal) && line.Contains($"has {Disk} as scsi3", StringComparison.Ordinal));
        Assert.Empty(plan.Undo);
        cluster.Policy(Guarded);
        await TextPlans.IsProtectedAsync(cluster, "POST", path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=local-lvm:0,import-from=" + Disk)]
    [InlineData("PUT", "/nodes/pve1/qemu/100/config", "scsi7=local-lvm:0,import-from=" + Disk)]
    [InlineData("POST", Machine + "/move_disk", "disk=unused0 storage=local")]
    public async Task Disk_ThatIsCopied_StaysWithWhoeverHasIt_WhoIsNamed(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync("");
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync(Machine + "/config", TextPlans.Parameters("delete=scsi0"));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters("scsi3=" + Disk));

        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);

        Assert.False(plan.Calls[0].Set.Has(OperationClass.Destructive));
        Assert.Contains("guest 102", plan.Targets.Select(static target => target.Key));
        cluster.Policy(Guarded);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("lxc", 203, "delete=mp0", 104, true)]
    [InlineData("qemu", 106, "", 102, true)]
    [InlineData("qemu", 106, "delete=scsi0", 102, false)]
    public async Task RestoreOverAGuest_WhoseDiskAnotherGuestHas_IsNotMadeUnseen(string type, int vmid, string change, int holder, bool isLost)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Open);
        await using PveClient root = cluster.OpenRoot();
        string node = type == "lxc" ? "pve2" : "pve1", guest = $"/nodes/{node}/{type}/{vmid}", other = type == "lxc" ? "rootfs" : "scsi0";
        await cluster.DoneAsync(await root.Raw.PostAsync($"/nodes/{node}/vzdump", TextPlans.Parameters($"vmid={vmid} storage=local")));
        if (type == "lxc")
        {
            await root.Raw.PutAsync(guest + "/config", TextPlans.Parameters("mp0=local-lvm:1,mp=/data"));
        }

        JsonElement before = (await root.Raw.GetAsync(guest + "/config")).Data;
        string disk = Replacements.Volume(before.Text(type == "lxc" ? "mp0" : other)!);
        if (change.Length > 0)
        {
            await root.Raw.PutAsync(guest + "/config", TextPlans.Parameters(change));
        }

        await root.Raw.PutAsync($"/nodes/{node}/qemu/{holder}/config", TextPlans.Parameters($"scsi3={disk} tags=db"));
        string backup = (await root.Raw.GetAsync($"/nodes/{node}/storage/local/content", TextPlans.Parameters($"content=backup vmid={vmid}"))).Data[0].Text("volid")!;
        string restore = type == "lxc" ? $"vmid={vmid} ostemplate={backup} restore=1 force=1 unprivileged=1" : $"vmid={vmid} archive={backup} force=1";

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", $"/nodes/{node}/{type}", restore);

        // What a machine does not use stays after a restore.
        Assert.Equal(isLost, plan.Targets.Any(target => target.Key == $"guest {holder}"));
        cluster.Policy(Guarded);
        if (isLost)
        {
            await TextPlans.IsProtectedAsync(cluster, "POST", $"/nodes/{node}/{type}", restore, $"guest {holder}");
        }
    }

    [Fact]
    public async Task DiskCalledAfterANumberThatThePlanMakes_IsNotTakenUnseenFromWhoeverHasIt()
    {
        await using GuardedCluster cluster = await StartAsync("");
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/nodes/pve1/storage/local-lvm/content", TextPlans.Parameters("vmid=458 filename=vm-458-disk-0 size=1G"));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", TextPlans.Parameters("scsi3=local-lvm:vm-458-disk-0"));

        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", "/nodes/pve1/qemu", "vmid=458 memory=16"), TextPlans.Request("PUT", "/nodes/pve1/qemu/458/config", "scsi1=local-lvm:vm-458-disk-0")]);

        Assert.True(plan.Calls[1].Set.Has(OperationClass.Destructive));
        Assert.Contains("guest 102", plan.Targets.Select(static target => target.Key));
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
