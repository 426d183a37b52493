using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>Protected guests that are reached through the host below them: its disks, volume groups and devices.</summary>
public sealed class RedTeamHostTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"tags":["prod"]},
         "limits":{"targetsPerPlan":20},"approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("/dev/mapper/pve-vm--102--disk--0")]
    [InlineData("/dev/mapper/pve-snap_vm--102--disk--0_before")]
    [InlineData("/dev/mapper/my--group-vm--102--disk--0")]
    [InlineData("/dev/disk/by-id/dm-name-pve-vm--102--disk--0")]
    [InlineData("/dev/pve/vm-102-disk-0")]
    [InlineData("/dev/pve/snap_vm-102-disk-0_before")]
    [InlineData("/dev/zvol/rpool/vm-102-disk-0")]
    public async Task DiskOfAProtectedGuest_IsNotGivenToAnotherByItsPath(string path)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", $"scsi3={path}", "guest 102");
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sda")]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sda1")]
    [InlineData("PUT", "/nodes/localhost/disks/wipedisk", "disk=/dev/sdb")]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/disk/by-path/some")]
    [InlineData("POST", "/nodes/pve1/disks/initgpt", "disk=/dev/sdb")]
    [InlineData("POST", "/nodes/pve1/disks/lvm", "name=other device=/dev/sdb")]
    [InlineData("POST", "/nodes/pve1/disks/zfs", "name=other raidlevel=mirror devices=/dev/sdc,/dev/sdb")]
    [InlineData("POST", "/nodes/pve1/ceph/osd", "dev=/dev/sdc db_dev=/dev/sdb")]
    [InlineData("DELETE", "/nodes/localhost/disks/lvm/pve", "")]
    public async Task DiskBelowAProtectedGuest_IsNotOverwritten(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 10");
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sdc", "/dev/sdc")]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sdc", "/dev/sdc1")]
    [InlineData("POST", "/nodes/pve1/disks/directory", "name=data device=/dev/sdc", "/dev/sdc")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvm/other", "", "/dev/other/data")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvm/my-group", "", "/dev/mapper/my--group-data")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvmthin/pool", "volume-group=other", "/dev/other/data")]
    [InlineData("DELETE", "/nodes/pve1/disks/zfs/tank", "", "/dev/zvol/tank/data")]
    [InlineData("DELETE", "/nodes/pve1/disks/directory/data", "", "/mnt/pve/data/db.raw")]
    public async Task DiskThatAProtectedGuestHasByItsPath_IsKept(string method, string path, string parameters, string disk)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/disks/zfs", TextPlans.Parameters("name=tank raidlevel=single devices=/dev/sdd")));
        Assert.DoesNotContain(
            await TextPlans.TargetsAsync(cluster, method, path, parameters), static target => target.StartsWith("guest", StringComparison.Ordinal));
        await root.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "scsi5", disk } });
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Fact]
    public async Task DiskOfAVolumeGroup_StandsForTheGuestsOnIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/disks/lvm", TextPlans.Parameters("name=fast device=/dev/sdd add_storage=1")));
        await root.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "scsi5", "fast:4" } });
        Assert.Equal(
            ["guest 106", "/nodes/pve1/disks/wipedisk", "disk /dev/sdd of pve1"],
            await TextPlans.TargetsAsync(cluster, "PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sdd"));
        Assert.Equal(["guest 106", "/nodes/pve1/disks/lvm/fast"], await TextPlans.TargetsAsync(cluster, "DELETE", "/nodes/pve1/disks/lvm/fast", ""));
    }

    [Fact]
    public async Task VolumeGroupThatNodesShare_StandsForTheGuestsOfAllNodes()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/storage", TextPlans.Parameters("storage=san type=lvm vgname=san shared=1 content=images"));
        await root.Raw.PutAsync("/nodes/pve3/qemu/105/config", new ApiParameters { { "scsi5", "san:4" } });
        Assert.Equal(["guest 105", "/nodes/pve1/disks/lvm/san"], await TextPlans.TargetsAsync(cluster, "DELETE", "/nodes/pve1/disks/lvm/san", ""));
        await root.Raw.PutAsync("/nodes/pve3/qemu/103/config", new ApiParameters { { "scsi5", "san:4" } });
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/nodes/pve1/disks/lvm/san", "", "guest 103");
    }

    [Fact]
    public async Task DisksThatCannotBeRead_AreNotOverwritten()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Fail(static request => request.Path.EndsWith("/disks/list", StringComparison.Ordinal));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sdc"));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("disks of pve1", refusal.Message, StringComparison.Ordinal);
    }
}
