using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>Protected guests that are reached by another way than their own path: each attempt is refused, and nothing is sent.</summary>
public sealed class RedTeamGuestTests
{
    private const string Giving = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":3},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"protect":{"tags":["prod"]},
         "limits":{"targetsPerPlan":3},"approval":{"destructive":"none","disruptive":"none"}}
        """;

    private static readonly string All = Most.Replace("\"destructive\"]", "\"destructive\",\"privileged\"]", StringComparison.Ordinal);

    private const string Own = "/nodes/pve1/qemu/106/config";

    [Theory]
    [InlineData("PUT", Own, "scsi5=local-lvm:vm-102-disk-0")]
    [InlineData("PUT", Own, "scsi5=file=local-lvm:vm-102-disk-0,size=64G")]
    [InlineData("POST", Own, "scsi5=local:102/vm-102-disk-0.qcow2")]
    [InlineData("PUT", Own, "scsi5=local:102/renamed.qcow2")]
    [InlineData("PUT", Own, "unused3=local-lvm:vm-102-disk-0")]
    [InlineData("PUT", Own, "scsi5=local-lvm:base-9000-disk-0/vm-102-disk-0")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=local-lvm:vm-102-disk-0")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-102-2026_01_01-00_00_00.vma.zst")]
    [InlineData("POST", "/nodes/pve1/lxc", "vmid=300 ostemplate=local:vztmpl/x.tar.zst mp0=local-lvm:vm-102-disk-0,mp=/data")]
    [InlineData("PUT", "/nodes/pve2/lxc/203/config", "mp0=volume=local-lvm:subvol-102-disk-0,mp=/data")]
    [InlineData("POST", "/nodes/pve1/storage/local-lvm/content", "filename=vm-102-disk-7 size=1G vmid=106")]
    public async Task VolumeOfAProtectedGuest_ThroughAnother_IsRefused(string method, string path, string parameters) =>
        await IsProtectedAsync(method, path, parameters, "guest 102");

    [Fact]
    public async Task VolumeOfAProtectedGuest_CopiedWherePrivilegedCallsAreAllowed_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            All);
        await TextPlans.IsProtectedAsync(cluster, "PUT", Own, "scsi5=local-lvm:0,import-from=local-lvm:vm-102-disk-0", "guest 102");
    }

    [Theory]
    [InlineData("PUT", Own, "delete=scsi5")]
    [InlineData("PUT", Own, "delete=onboot,unused0")]
    [InlineData("PUT", Own, "scsi5=local-lvm:4")]
    [InlineData("PUT", "/nodes/pve1/qemu/106/unlink", "idlist=unused0")]
    [InlineData("POST", "/nodes/pve1/qemu/106/move_disk", "disk=scsi5 storage=local delete=1")]
    public async Task VolumeOfAProtectedGuest_BehindAKey_IsRefused(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.Other.Raw.PutAsync(
            Own, new ApiParameters { { "scsi5", "local-lvm:vm-102-disk-0" }, { "unused0", "local-lvm:vm-102-disk-0" } });
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "scsi7=ceph:vm-105-disk-0", OperationClass.Destructive)]
    [InlineData("POST", "/nodes/pve1/qemu/106/config", "scsi7=file=ceph:vm-105-disk-0,discard=on", OperationClass.Destructive)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "unused7=local:105/vm-105-disk-3.qcow2", OperationClass.Destructive)]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=ceph:vm-105-disk-0", OperationClass.Destructive)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "scsi7=local:iso/vm-105-tools.iso,media=cdrom", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "scsi7=local-lvm:4", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "scsi7=local-lvm:vm-106-disk-7", OperationClass.Reversible)]
    public async Task VolumeOfAnotherGuest_ThatKeepsIt_IsDestructive(string method, string path, string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Giving);
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.True(plan.Calls[0].Set.Has(expected) && plan.Class >= expected);
        Assert.True(cluster.Guard.Plans.Load(plan.Id).Calls[0].Set.Has(expected));

        // Whoever has another guest's disk opens it, as target-vmid does.
        bool isShared = expected == OperationClass.Destructive;
        Assert.Equal(isShared, plan.Class == OperationClass.Privileged);
        Assert.Equal(isShared, plan.Consequences.Any(static line => line.Contains("The disk is that of another guest", StringComparison.Ordinal)));
        Assert.Equal(isShared, plan.Describe().Any(static line => line.Contains("The disk is that of another guest", StringComparison.Ordinal)));
        Assert.Equal(isShared, plan.Undo.Count == 0);
    }

    [Fact]
    public async Task VolumeOfAnotherGuest_ThatThePlanDetachesFirst_IsAsBadAsGivingItAway()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Giving);
        const string Holder = "/nodes/pve3/qemu/105/config", Volume = "ceph:vm-105-disk-0";
        PlanRequest detach = TextPlans.Request("PUT", Holder, "delete=scsi0"), attach = TextPlans.Request("PUT", Own, $"scsi7={Volume}");
        Assert.Equal(OperationClass.Privileged, (await cluster.Guard.PlanAsync([detach, attach])).Calls[^1].Class);
        async Task<bool> LosesAsync(int place, params PlanRequest[] calls) => (await cluster.Guard.PlanAsync(calls)).Calls[place].Set.Has(OperationClass.Destructive);
        Assert.True(await LosesAsync(0, attach));
        Assert.True(await LosesAsync(0, attach, detach));
        PlanRequest other = TextPlans.Request("PUT", Holder, "delete=net0");
        Assert.True(await LosesAsync(1, other, attach));
        Assert.False(await LosesAsync(1, detach, attach));

        // A new machine opens it as well as one that is there.
        Plan opened = await cluster.Guard.PlanAsync([detach, TextPlans.Request("POST", "/nodes/pve3/qemu", $"vmid=300 scsi0=local-lvm:4 scsi1={Volume}")]);
        Assert.Equal([OperationClass.Privileged], opened.Calls[1].Set.Items.Where(static kind => kind >= OperationClass.Destructive));
        Assert.Contains(opened.Describe(), static line => line.EndsWith(ForeignVolumes.Why, StringComparison.Ordinal));

        // What hangs there already stays as it is: its options may be changed.
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "scsi7", Volume } });
        Assert.Equal(OperationClass.Reversible, (await TextPlans.PlanAsync(cluster, "PUT", Own, $"scsi7={Volume},discard=on")).Calls[^1].Class);

        // A guest that runs may not let go of it.
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "delete", "scsi7" } });
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve3/qemu/105/status/start"));
        Assert.True(await LosesAsync(1, detach, attach));
    }

    [Fact]
    public async Task OwnVolume_ThatAnotherGuestHas_IsDestructive_AndProtectedWithIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        const string Volume = "local-lvm:vm-106-disk-0", Other = "/nodes/pve1/qemu/107";
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=107 memory=16")));
        await cluster.Other.Raw.PutAsync(Own, TextPlans.Parameters("delete=scsi0"));
        PlanRequest back = TextPlans.Request("PUT", Own, $"scsi0={Volume}");
        Assert.Equal(OperationClass.Reversible, (await cluster.Guard.PlanAsync([back])).Calls[0].Class);

        await cluster.OpenRoot().Raw.PutAsync($"{Other}/config", TextPlans.Parameters($"scsi6={Volume}"));
        Plan plan = await cluster.Guard.PlanAsync([back]);
        Assert.Equal(OperationClass.Destructive, plan.Calls[0].Class);
        Assert.Contains("guest 107", plan.Targets.Select(static target => target.Key));
        Assert.Contains(plan.Describe(), static line => line.Contains("has local-lvm:vm-106-disk-0 as scsi6", StringComparison.Ordinal));
        await cluster.OpenRoot().Raw.PutAsync($"{Other}/config", TextPlans.Parameters("tags=prod"));
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync([back])));
    }

    [Fact]
    public async Task OwnVolume_AndTheTemplateOfALinkedClone_AreNoOtherGuest()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "PUT", Own, "scsi3=local-lvm:base-100-disk-0/vm-106-disk-0"));
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "PUT", Own, "delete=scsi0"));
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "PUT", Own, "description=local-lvm:vm-102-disk-0"));
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "PUT", Own, "ipconfig0=ip6=fd00::100/64"));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/move_disk", "disk=scsi0 target-vmid=102")]
    [InlineData("POST", "/nodes/pve2/lxc/203/move_volume", "volume=rootfs target-vmid=102")]
    [InlineData("PUT", "/pools/production", "vms=102 delete=1")]
    [InlineData("POST", "/cluster/replication", "id=102-0 type=local target=pve2")]
    [InlineData("POST", "/cluster/ha/resources", "sid=vm:102")]
    [InlineData("DELETE", "/nodes/pve1/storage/local/prunebackups", "vmid=102 prune-backups=keep-last=1")]
    public async Task ProtectedGuest_NamedByAParameter_IsRefused(string method, string path, string parameters) =>
        await IsProtectedAsync(method, path, parameters, "guest 102");

    [Fact]
    public async Task Clone_OntoAnExistingNumber_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal("target", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/clone", "newid=102")));
    }

    [Fact]
    public async Task BackupOfAProtectedGuest_IsRefused_AndOneOfAGuestThatIsGoneIsNot()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", "102,106" }, { "storage", "local" } }));
        string[] backups = [.. (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", new ApiParameters { { "content", "backup" } }))
            .Data.EnumerateArray().Select(static entry => Uri.EscapeDataString(entry.Text("volid")!))];
        string Path(int vmid) => $"/nodes/pve1/storage/local/content/{backups.Single(backup => backup.Contains($"qemu-{vmid}-", StringComparison.Ordinal))}";
        await TextPlans.IsProtectedAsync(cluster, "DELETE", Path(102), "", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/nodes/pve1/storage/local/prunebackups", "prune-backups=keep-last=1", "guest 102");
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync("/nodes/pve1/qemu/106"));
        Assert.Contains("guest 106", await TextPlans.TargetsAsync(cluster, "DELETE", Path(106), ""));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/vzdump", "all=1 storage=local")]
    [InlineData("POST", "/nodes/pve1/vzdump", "exclude=100,106 storage=local")]
    [InlineData("POST", "/nodes/pve1/vzdump", "pool=production storage=local")]
    [InlineData("POST", "/cluster/backup", "vmid=102 storage=local schedule=01:00")]
    [InlineData("POST", "/cluster/backup", "all=1 storage=local schedule=01:00")]
    [InlineData("POST", "/cluster/backup", "pool=production storage=local schedule=01:00")]
    [InlineData("POST", "/nodes/pve1/status", "command=reboot")]
    public async Task ProtectedGuest_AmongAGroup_IsRefused(string method, string path, string parameters) =>
        await IsProtectedAsync(method, path, parameters, "guest 10");

    [Fact]
    public async Task Group_CountsAgainstTheLimit_AndTheExcludedDoNot()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most.Replace("\"prod\"", "\"none\"", StringComparison.Ordinal));
        Assert.Equal("limit", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/vzdump", "all=1 storage=local")));
        Assert.Equal("limit", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/status", "command=shutdown")));
        Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "POST", "/nodes/pve1/vzdump", "exclude=100,102,200,9000 storage=local"));
    }

    [Theory]
    [InlineData("/nodes/pve1/vzdump", "storage=local")]
    [InlineData("/nodes/pve1/vzdump", "pool=nobody storage=local")]
    [InlineData("/nodes/localhost/vzdump", "all=1 storage=local")]
    [InlineData("/nodes/localhost/status", "command=reboot")]
    [InlineData("/cluster/backup", "pool=nobody storage=local schedule=01:00")]
    public async Task Group_ThatNobodyCanResolve_IsRefused(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "POST", path, parameters));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("name the", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
    }

    [Fact]
    public async Task BackupJob_ThatTakesAProtectedGuest_IsNotChangedNorTurnedToIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync(
            "/cluster/backup", new ApiParameters { { "id", "all" }, { "all", true }, { "storage", "local" }, { "schedule", "01:00" } });
        await root.Raw.PostAsync(
            "/cluster/backup", new ApiParameters { { "id", "one" }, { "vmid", "106" }, { "storage", "local" }, { "schedule", "01:00" } });
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/backup/all", "mode=stop", "guest 10");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/backup/all", "vmid=106", "guest 10");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/backup/one", "vmid=102", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/backup/one", "all=1", "guest 10");
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/backup/one", "mode=stop");
        Assert.Equal(OperationClass.Disruptive, plan.Class);
        Assert.Contains("guest 106", plan.Targets.Select(static target => target.Key));
        Assert.Equal(OperationClass.Disruptive, (await TextPlans.PlanAsync(
            cluster, "POST", "/cluster/backup", "vmid=106 storage=local schedule=01:00 mode=stop")).Class);
    }

    [Fact]
    public async Task ReadingAFileInAGuest_WithoutATemplate_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["exec"]}],"exec":{"enabled":true,"templates":[{"command":["uptime"]}]}}
            """);
        Assert.Equal("exec", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "GET", "/nodes/pve2/qemu/104/agent/file-read", "file=/etc/shadow")));
        Assert.Equal("exec", await cluster.RefusedAsync(
            () => TextPlans.PlanAsync(cluster, "GET", "/nodes/pve2/qemu/104/vncwebsocket", "port=5900 vncticket=PVEVNC:x")));
    }

    [Theory]
    [InlineData("delete=unused0")]
    [InlineData("delete=scsi5 force=1")]
    [InlineData("unused0=local-lvm:vm-106-disk-0")]
    public async Task Undo_WhereADiskIsDestroyed_IsNotPromised(string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "scsi5", "local-lvm:4" }, { "scsi6", "local-lvm:4" } });
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "delete", "scsi6" } });
        Assert.NotNull(await cluster.ConfigAsync(106, "unused0"));
        Assert.NotEmpty((await TextPlans.PlanAsync(cluster, "PUT", Own, "delete=scsi5")).Undo);
        Assert.Empty((await TextPlans.PlanAsync(cluster, "PUT", Own, parameters)).Undo);
    }

    [Theory]
    [InlineData("cores\tscsi5")]
    [InlineData("cores\nscsi5")]
    [InlineData("cores\0scsi5")]
    [InlineData("cores\fscsi5")]
    [InlineData("cores\vscsi5")]
    public async Task DeletionOfADisk_BehindAnotherSeparator_IsNoReversibleCall(string list)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "scsi5", "local-lvm:4" } });
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.PlanAsync(ApiMethod.Put, Own, new ApiParameters { { "delete", list } })));
    }

    [Fact]
    public async Task DiskInThePlaceOfAnother_IsDisruptive_AndANewOneOrAnImageInADriveIsNot()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(All);
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "scsi5", "local-lvm:4" }, { "ide2", "local:iso/debian-13.iso,media=cdrom" } });
        string volume = (await cluster.ConfigAsync(106, "scsi5"))!.Split(',')[0];
        async Task<OperationClass> ClassAsync(string parameters) => (await TextPlans.PlanAsync(cluster, "PUT", Own, parameters)).Class;
        Assert.Equal(OperationClass.Disruptive, await ClassAsync("scsi5=local-lvm:4"));
        Assert.Equal(OperationClass.Privileged, await ClassAsync("scsi5=none,media=cdrom"));
        Assert.Equal(OperationClass.Reversible, await ClassAsync($"scsi5={volume},discard=on"));
        Assert.Equal(OperationClass.Reversible, await ClassAsync($"scsi5=discard=on,file={volume}"));
        Assert.Equal(OperationClass.Reversible, await ClassAsync("scsi6=local-lvm:4"));
        Assert.Equal(OperationClass.Reversible, await ClassAsync("ide2=none,media=cdrom"));

        // What the plan says of it is derived from the server's state when it is applied, and is still so.
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Own, "scsi5=local-lvm:4");
        Assert.Equal(OperationClass.Disruptive, cluster.Guard.Plans.Load(plan.Id).Class);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
    }

    [Theory]
    [InlineData("production", true)]
    [InlineData("production/web", true)]
    [InlineData("production/web/eu", true)]
    [InlineData("production-old", false)]
    public async Task ProtectedPool_ProtectsThePoolsInIt(string pool, bool isProtected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most.Replace(
            "\"tags\":[\"prod\"]", "\"pools\":[\"production\"]", StringComparison.Ordinal));
        await using PveClient root = cluster.OpenRoot();
        string name = "";
        foreach (string part in pool.Split('/'))
        {
            name = name.Length == 0 ? part : $"{name}/{part}";
            if (name != "production")
            {
                await root.Raw.PostAsync("/pools", new ApiParameters { { "poolid", name } });
            }
        }

        await root.Raw.PutAsync("/pools", new ApiParameters { { "poolid", pool }, { "vms", "106" } });
        if (isProtected)
        {
            await TextPlans.IsProtectedAsync(cluster, "PUT", Own, "cores=1", "the pool 'production'");
        }
        else
        {
            Assert.Equal(["guest 106"], await TextPlans.TargetsAsync(cluster, "PUT", Own, "cores=1"));
        }
    }

    [Theory]
    [InlineData("UPID:pve1:00000001:00000001:00000001:qmigrate:102:root@pam:", "guest 102")]
    [InlineData("UPID:pve1:00000001:00000001:00000001:vzdump:102:root@pam:", "guest 102")]
    [InlineData("UPID:pve1:00000001:00000001:00000001:vzdump::root@pam:", "guest 10")]
    [InlineData("UPID:pve1:00000001:00000001:00000001:imgdel:local-lvm@vm-102-disk-0:root@pam:", "guest 102")]
    [InlineData("UPID:pve1:00000001:00000001:00000001:stopall::root@pam:", "guest 10")]
    public async Task TaskOfAProtectedGuest_IsNotStopped(string upid, string named) =>
        await IsProtectedAsync("DELETE", $"/nodes/pve1/tasks/{upid}", "", named);

    [Fact]
    public async Task TaskOfAnotherGuest_HasItAsTarget()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal(
            ["guest 106", "/nodes/pve1/tasks/UPID%3Apve1%3A00000001%3A00000001%3A00000001%3Aqmigrate%3A106%3Aroot%40pam%3A"],
            await TextPlans.TargetsAsync(cluster, "DELETE", "/nodes/pve1/tasks/UPID:pve1:00000001:00000001:00000001:qmigrate:106:root@pam:", ""));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/migrate", "target=")]
    [InlineData("POST", "/nodes/pve1/qemu/106/clone", "newid=300 target=")]
    [InlineData("POST", "/nodes/pve1/migrateall", "vms=106 target=")]
    public async Task Destination_MustBeAmongTheNodesOfTheRule(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive"],"nodes":["pve1","pve2"]}],"limits":{"targetsPerPlan":2}}
            """);
        Assert.Contains("guest 106", await TextPlans.TargetsAsync(cluster, method, path, $"{parameters}pve2"));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, $"{parameters}pve3"));
        Assert.Equal("policy", refusal.Reason);
        Assert.Contains("pve3", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cluster/bulk-action/guest/migrate", "vms=106 target=pve3", "pve3")]
    [InlineData("/cluster/ha/resources/{sid}/migrate", "sid=vm:106 node=pve3", "pve3")]
    [InlineData("/cluster/ha/resources/{sid}/relocate", "sid=vm:106 node=pve3", "pve3")]
    [InlineData("/cluster/ha/rules", "rule=a type=node-affinity resources=vm:106 nodes=pve2:2,pve3:1", "pve2 pve3")]
    [InlineData("/cluster/ha/groups", "group=a nodes=pve3", "pve3")]
    [InlineData("/cluster/ha/resources", "sid=vm:106 group=far", "of the group far")]
    [InlineData("/cluster/replication", "id=106-0 type=local target=pve3", "pve3")]
    [InlineData("/nodes/{node}/qemu/{vmid}/move_disk", "node=pve1 vmid=106 disk=scsi0 storage=ceph", "")]
    [InlineData("/nodes/{node}/storage/{storage}/content/{volume}", "node=pve1 storage=a volume=b target=c target_node=pve3", "pve3")]
    public void Destinations_OfACall_AreTheNodesItMovesSomethingTo(string path, string parameters, string expected)
    {
        ApiParameters values = [];
        foreach (string[] pair in parameters.Split(' ').Select(static item => item.Split('=', 2)))
        {
            values.Add(pair[0], pair[1]);
        }

        Assert.Equal(expected, string.Join(' ', Destinations.Of(new PlannedCall(ApiMethod.Post, path, values, ClassSet.Of(OperationClass.Disruptive)))));
    }

    [Fact]
    public async Task PlanThatIsFarTooLarge_IsRefused_BeforeAnythingIsRead()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible"]}],"limits":{"targetsPerPlan":5,"mutationsPerHour":300}}
            """);
        int reads = 0;
        cluster.When(_ => ++reads < 0);
        PlanRequest[] Calls(int count) => [.. Enumerable.Range(1000, count).Select(static vmid =>
            new PlanRequest(ApiMethod.Post, $"/nodes/pve1/qemu/{vmid}/status/start", null))];
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync(Calls(300))));
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync(
            [.. Enumerable.Repeat(new PlanRequest(ApiMethod.Post, "/nodes/pve1/qemu/106/status/start", null), 301)])));
        Assert.Equal(0, reads);
    }

    [Fact]
    public async Task Undo_OfAPlanWhoseLaterCallDestroys_IsNotPromised()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.Other.Raw.PutAsync(Own, new ApiParameters { { "scsi5", "local-lvm:4" } });
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Put, Own, new ApiParameters { { "delete", "scsi5" } }),
            new PlanRequest(ApiMethod.Put, Own, new ApiParameters { { "delete", "unused0" } }),
        ]);
        Assert.Empty(plan.Undo);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.Null(await cluster.ConfigAsync(106, "unused0"));
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
        await cluster.Other.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" } });
        Assert.Empty((await TextPlans.PlanAsync(cluster, "DELETE", "/cluster/ha/resources/vm%3A106", "purge=1")).Undo);
    }

    private static async Task IsProtectedAsync(string method, string path, string parameters, string named)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(All);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, named);
    }
}
