using ProxSharp.Operations.Plans;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Operations.Tests;

/// <summary>Disks of nodes, and tapes in drives, have names that others get as well: a plan says which they are and what they hold, and is refused once that is another.</summary>
public sealed class DiskIdentityTests
{
    [Theory]
    [InlineData("PUT", "/nodes/pve1/disks/wipedisk", "disk=/dev/sdc")]
    [InlineData("POST", "/nodes/pve1/disks/initgpt", "disk=/dev/sdc")]
    [InlineData("POST", "/nodes/pve1/disks/lvm", "name=other device=/dev/sdc")]
    [InlineData("POST", "/nodes/pve1/disks/lvmthin", "name=other device=/dev/sdc")]
    [InlineData("POST", "/nodes/pve1/disks/directory", "name=other device=/dev/sdc")]
    [InlineData("POST", "/nodes/pve1/disks/zfs", "name=other raidlevel=mirror devices=/dev/sdc,/dev/sde")]
    [InlineData("POST", "/nodes/pve1/ceph/osd", "dev=/dev/sdc")]
    public async Task Disk_IsNamedByWhatItIs_AndNotWrittenOnceItHoldsSomething(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        await using PveClient root = cluster.OpenRoot();
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        PlanTarget disk = plan.Targets.Single(static target => target.Key == "disk /dev/sdc of pve1");
        Assert.Equal("SIM1c", disk.Identity["serial"]);
        Assert.Contains(plan.Describe(), static line => line.Contains("serial SIM1c", StringComparison.Ordinal) && line.Contains("holds nothing", StringComparison.Ordinal));

        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/disks/zfs", TextPlans.Parameters("name=precious raidlevel=single devices=/dev/sdc")));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task SeveralCallsOnDisks_CanBeMadeByOnePlan()
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/disks/initgpt", "disk=/dev/sdc"),
            TextPlans.Request("POST", "/nodes/pve1/disks/initgpt", "disk=/dev/sdd"),
            TextPlans.Request("POST", "/nodes/pve1/disks/lvm", "name=other device=/dev/sdc"),
        ]);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps.Select(static step => $"{step.Call}: {step.Message}")));
    }

    [Fact]
    public async Task DiskOfABackupServer_IsNamedByWhatItIs()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(UndoPromiseOfPairsTests.Open);
        string free = (await server.Other.Raw.GetAsync("/nodes/localhost/disks/list")).Data.EnumerateArray().First(static disk => disk.Text("used") == "unused").Text("name")!;
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/nodes/localhost/disks/initgpt", $"disk={free}")]);
        Assert.Equal($"SIM{free[^1]}", plan.Targets.Single(target => target.Key == $"disk {free} of localhost").Identity["serial"]);
        string task = (await server.Other.Raw.PostAsync("/nodes/localhost/disks/directory", TextPlans.Parameters($"name=precious disk={free} filesystem=ext4"))).Data.GetString()!;
        await server.Other.Tasks[task].WaitForCompletionAsync(TaskWaitOptions.Default);
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("changer=ch1", "nobody knows", false)]
    [InlineData("", "nobody knows", false)]
    [InlineData("changer=ch1", "SIM006L8", true)]
    public async Task TapeInADrive_IsNamedWhereTheChangerTells(string changer, string told, bool isLoaded)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(UndoPromiseOfPairsTests.Open);
        await using PbsClient root = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword),
            Trust = ServerTrust.Pin(server.Simulator.Fingerprint),
        });
        async Task<string> FirstAsync(string scan) => (await root.Raw.GetAsync(scan)).Data[0].Text("path")!;
        await root.Raw.PostAsync("/config/changer", TextPlans.Parameters($"name=ch1 path={await FirstAsync("/tape/scan-changers")}"));
        await root.Raw.PostAsync("/config/drive", TextPlans.Parameters($"name=drive1 path={await FirstAsync("/tape/scan-drives")} {changer}"));
        if (isLoaded)
        {
            string task = (await root.Raw.PostAsync("/tape/drive/drive1/load-media", TextPlans.Parameters("label-text=SIM006L8"))).Data.GetString()!;
            await root.Tasks[task].WaitForCompletionAsync(TaskWaitOptions.Default);
        }

        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/tape/drive/drive1/label-media", "label-text=NEW001")]);
        Assert.Contains(plan.Describe(), line => line.StartsWith("Acts on tape in drive drive1", StringComparison.Ordinal) && line.Contains(told, StringComparison.Ordinal));
    }
}
