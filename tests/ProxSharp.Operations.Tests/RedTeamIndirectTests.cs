using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Protected guests that are reached through what they depend on: rights, rules, pools and storages.</summary>
public sealed class RedTeamIndirectTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"tags":["prod"],"pools":["vault"]},
         "limits":{"targetsPerPlan":4},"approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("/vms/102", "guest 102")]
    [InlineData("/vms/102/", "guest 102")]
    [InlineData("//vms//102", "guest 102")]
    [InlineData("/pool/production", "guest 10")]
    [InlineData("/storage/ceph", "guest 10")]
    [InlineData("/nodes/pve2", "guest 101")]
    [InlineData("/vms", "guest 10")]
    [InlineData("/", "guest 10")]
    public async Task RightsOnAProtectedGuest_AreNotChanged(string path, string named) =>
        await IsProtectedAsync("PUT", "/access/acl", $"path={path} roles=PVEVMUser users=demo@pve", named);

    [Theory]
    [InlineData("/vms/106", "guest 106")]
    [InlineData("/vms/777", "guest 777")]
    [InlineData("/nodes/pve9", "")]
    [InlineData("/access/groups", "")]
    public async Task RightsOnOthers_CanBePlanned(string path, string target)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        string[] targets = [.. await TextPlans.TargetsAsync(cluster, "PUT", "/access/acl", $"path={path} roles=PVEVMUser users=demo@pve")];
        Assert.Equal(target.Length > 0 ? [target, "/access/acl"] : ["/access/acl"], targets);
    }

    [Fact]
    public async Task RightsThatDoNotGoDown_AreOnTheirPathAlone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal(["/access/acl"], await TextPlans.TargetsAsync(cluster, "PUT", "/access/acl", "path=/vms propagate=0 roles=PVEVMUser users=demo@pve"));
    }

    [Fact]
    public async Task RightsOnAPool_FollowTheRulesForPools()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["privileged"],"pools":["staging"]}],"protect":{"pools":["vault"]},"limits":{"targetsPerPlan":4}}
            """);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", new ApiParameters { { "poolid", "staging" } });
        await root.Raw.PutAsync("/pools", new ApiParameters { { "poolid", "staging" }, { "vms", "106" } });
        Assert.Contains("guest 106", await TextPlans.TargetsAsync(cluster, "PUT", "/access/acl", "path=/pool/staging roles=PVEVMUser users=demo@pve"));
        Assert.Equal("policy", await cluster.RefusedAsync(
            () => TextPlans.PlanAsync(cluster, "PUT", "/access/acl", "path=/pool/production roles=PVEVMUser users=demo@pve")));
        Assert.Equal("protected", await cluster.RefusedAsync(
            () => TextPlans.PlanAsync(cluster, "PUT", "/access/acl", "path=/pool/vault roles=PVEVMUser users=demo@pve")));
    }

    [Fact]
    public async Task ProtectedPool_IsNotChanged_EvenWithNothingInIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", new ApiParameters { { "poolid", "vault" } });
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/pools", "poolid=vault vms=106", "the pool 'vault'");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/pools/vault", "comment=x", "the pool 'vault'");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/pools/vault", "", "the pool 'vault'");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/pools", "poolid=production storage=ceph", "guest 10");
    }

    [Fact]
    public async Task RuleOfHighAvailability_WithAProtectedGuest_IsNotChangedNorRemoved()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        foreach (string vmid in new[] { "102", "106" })
        {
            await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", $"vm:{vmid}" } });
            await root.Raw.PostAsync("/cluster/ha/rules", new ApiParameters
            {
                { "rule", $"keep-{vmid}" }, { "type", "node-affinity" }, { "resources", $"vm:{vmid}" }, { "nodes", "pve1" },
            });
        }

        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-102", "type=node-affinity disable=1", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-102", "type=node-affinity resources=vm:106", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-106", "type=node-affinity resources=vm:106,vm:102", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/cluster/ha/rules/keep-102", "", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/cluster/ha/resources/vm:102", "comment=x", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "DELETE", "/cluster/ha/resources/102", "", "guest 102");
        Assert.Contains("guest 106", await TextPlans.TargetsAsync(cluster, "PUT", "/cluster/ha/rules/keep-106", "type=node-affinity disable=1"));
        Plan removal = await TextPlans.PlanAsync(cluster, "DELETE", "/cluster/ha/rules/keep-106", "");
        Assert.Contains("guest 106", removal.Targets.Select(static target => target.Key));
        string back = Assert.Single(removal.Undo).ToString();
        Assert.All(
            new[] { "POST /cluster/ha/rules rule=keep-106", " type=node-affinity", " resources=vm:106", " nodes=pve1" },
            part => Assert.Contains(part, back, StringComparison.Ordinal));
    }

    [Fact]
    public async Task HighAvailabilityOfAProtectedGuest_IsNotSwitchedOff()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" } });
        Assert.Contains("guest 106", await TextPlans.TargetsAsync(cluster, "POST", "/cluster/ha/status/disarm-ha", "resource-mode=freeze"));
        await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:102" } });
        await TextPlans.IsProtectedAsync(cluster, "POST", "/cluster/ha/status/disarm-ha", "resource-mode=freeze", "guest 102");
        await TextPlans.IsProtectedAsync(cluster, "POST", "/cluster/ha/status/arm-ha", "", "guest 102");
    }

    [Theory]
    [InlineData("DELETE", "/storage/ceph", "")]
    [InlineData("PUT", "/storage/ceph", "disable=1")]
    [InlineData("DELETE", "/storage/local-lvm", "")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvm/pve", "")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvmthin/data", "volume-group=pve")]
    [InlineData("DELETE", "/nodes/pve1/ceph/pool/vms", "")]
    public async Task StorageWithDisksOfAProtectedGuest_IsKept(string method, string path, string parameters) =>
        await IsProtectedAsync(method, path, parameters, "guest 10");

    [Fact]
    public async Task StorageThatNoProtectedGuestUses_CanBePlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/storage", new ApiParameters { { "storage", "spare" }, { "type", "dir" }, { "path", "/mnt/spare" }, { "content", "images" } });
        Assert.Equal(["/storage/spare"], await TextPlans.TargetsAsync(cluster, "DELETE", "/storage/spare", ""));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "scsi4", "spare:4" } });
        Assert.Equal(["guest 106", "/storage/spare"], await TextPlans.TargetsAsync(cluster, "DELETE", "/storage/spare", ""));

        // A name that begins or ends alike is another storage.
        Assert.Equal(["/storage/local"], await TextPlans.TargetsAsync(cluster, "PUT", "/storage/local", "disable=0"));
    }

    [Fact]
    public async Task ImageInADriveOfAProtectedGuest_IsKept()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        const string image = "/nodes/pve1/storage/local/content/local%3Aiso%2Fdebian-13.iso";
        Assert.DoesNotContain("guest 102", await TextPlans.TargetsAsync(cluster, "DELETE", image, ""));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "ide2", "local:iso/debian-13.iso,media=cdrom" } });
        await TextPlans.IsProtectedAsync(cluster, "DELETE", image, "", "guest 102");
    }

    [Theory]
    [InlineData("/nodes/pve1/storage/local/download-url", "content=iso filename=debian-13.iso url=https://example.org/debian-13.iso")]
    [InlineData("/nodes/pve2/storage/local/download-url", "content=iso filename=debian-13.iso url=https://example.org/debian-13.iso")]
    [InlineData("/nodes/pve1/storage/local/download-url", "content=iso filename=/tmp/debian-13.iso url=https://example.org/x.iso")]
    [InlineData("/nodes/pve1/storage/local/upload", "content=iso filename=debian-13.iso")]
    [InlineData("/nodes/pve1/storage/local/content/local%3Aiso%2Fother.iso", "target=local:iso/debian-13.iso")]
    [InlineData("/nodes/pve1/storage/local-lvm/content/vm-106-disk-0", "target=local:iso/debian-13.iso")]
    [InlineData("/nodes/pve1/storage/local/content/iso%2Fother.iso", "target=iso/debian-13.iso")]
    public async Task FileInADriveOfAProtectedGuest_IsNotOverwritten(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "ide2", "local:iso/debian-13.iso,media=cdrom" } });
        await TextPlans.IsProtectedAsync(cluster, "POST", path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("DELETE", "/nodes/pve1/storage/twin/content/twin%3Aiso%2Fdebian-13.iso", "")]
    [InlineData("POST", "/nodes/pve1/storage/twin/download-url", "content=iso filename=debian-13.iso url=https://example.org/debian-13.iso")]
    [InlineData("PUT", "/access/acl", "path=/storage/twin roles=PVEDatastoreAdmin users=demo@pve")]
    public async Task StorageInTheSamePlaceUnderAnotherName_IsTheSame(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most, static scenario =>
        {
            DefaultCluster.Build(scenario);
            scenario.AddStorage("first", "dir", static storage => storage.Set("path", "/srv/iso").Content.Add("iso"))
                .AddStorage("twin", "dir", static storage => storage.Set("path", "/srv/iso/").Content.Add("iso"))
                .AddFile("twin", "iso", "debian-13.iso", 700L << 20)
                .AddFile("first", "iso", "debian-13.iso", 700L << 20);
        });
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "ide2", "first:iso/debian-13.iso,media=cdrom" } });
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Theory]
    [InlineData("DELETE", "/storage/spare", "")]
    [InlineData("PUT", "/storage/spare", "content=iso")]
    [InlineData("PUT", "/access/acl", "path=/storage/spare roles=PVEDatastoreAdmin users=demo@pve")]
    [InlineData("DELETE", "/nodes/pve1/disks/lvmthin/data", "volume-group=spare")]
    public async Task DiskOfAProtectedGuestThatNoConfigurationHas_IsKept(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most, static scenario =>
        {
            DefaultCluster.Build(scenario);
            scenario.AddStorage("spare", "lvmthin", static storage => storage.Set("vgname", "spare").Set("thinpool", "data"));
        });
        Assert.Equal([path], await TextPlans.TargetsAsync(cluster, method, path, parameters));
        await cluster.Other.Raw.PostAsync(
            "/nodes/pve1/storage/spare/content", TextPlans.Parameters("vmid=102 filename=vm-102-disk-7 size=1G"));
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Fact]
    public async Task NewFile_IsWrittenWithoutLookingAtAllGuests()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        int before = cluster.Requests;
        await TextPlans.PlanAsync(
            cluster, "POST", "/nodes/pve1/storage/local/download-url", "content=iso filename=new.iso url=https://example.org/x.iso");
        Assert.InRange(cluster.Requests - before, 1, 3);
    }

    [Fact]
    public async Task DownloadInThePlaceOfAFile_SaysSo()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        const string path = "/nodes/pve1/storage/local/download-url";
        Plan other = await TextPlans.PlanAsync(cluster, "POST", path, "content=iso filename=new.iso url=https://example.org/x.iso");
        Assert.Equal(OperationClass.Privileged, other.Class);
        Assert.Contains(other.Consequences, static line => line.Contains("replaces a file no", StringComparison.Ordinal));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, "content=iso filename=debian-13.iso url=https://example.org/x.iso");
        Assert.Equal(OperationClass.Privileged, plan.Class);
        Assert.True(plan.Calls[0].Set.Has(OperationClass.Destructive));
        Assert.Contains(plan.Consequences, static line => line.Contains("replaces a file yes", StringComparison.Ordinal));
        Assert.Equal(OperationClass.Privileged, cluster.Guard.Plans.Load(plan.Id).Class);
    }

    [Theory]
    [InlineData("PUT", "/storage/local", "prune-backups=keep-last=1")]
    [InlineData("PUT", "/storage/local", "disable=1")]
    [InlineData("DELETE", "/storage/local", "")]
    public async Task StorageWithBackupsOfAProtectedGuest_IsKept(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", "106" }, { "storage", "local" } }));
        Assert.Equal(["guest 106", "/storage/local"], await TextPlans.TargetsAsync(cluster, method, path, parameters));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", "102" }, { "storage", "local" } }));
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, "guest 102");
    }

    [Fact]
    public async Task RightsOnAStorageWithBackupsOfAProtectedGuest_AreNotChanged()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        const string grant = "path=/storage/local roles=PVEDatastoreUser users=demo@pve";
        Assert.Equal(["/access/acl"], await TextPlans.TargetsAsync(cluster, "PUT", "/access/acl", grant));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", "102" }, { "storage", "local" } }));
        await TextPlans.IsProtectedAsync(cluster, "PUT", "/access/acl", grant, "guest 102");
    }

    [Fact]
    public async Task StorageThatIsOff_CanBeSwitchedOn_AndNothingElseAtOnce()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/storage", new ApiParameters { { "storage", "spare" }, { "type", "dir" }, { "path", "/mnt/spare" }, { "content", "backup" } });
        await root.Raw.PutAsync("/storage/spare", new ApiParameters { { "disable", "1" } });
        Assert.Equal(["/storage/spare"], await TextPlans.TargetsAsync(cluster, "PUT", "/storage/spare", "disable=0"));
        Assert.Equal(["/storage/spare"], await TextPlans.TargetsAsync(cluster, "DELETE", "/storage/spare", ""));
        Assert.Equal("target", await cluster.RefusedAsync(
            () => TextPlans.PlanAsync(cluster, "PUT", "/storage/spare", "disable=0 prune-backups=keep-last=1")));
    }

    [Fact]
    public async Task StorageWhoseBackupsCannotBeRead_IsNotChanged()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Fail(static request => request.Path.EndsWith("/nodes/pve2/storage/local/content", StringComparison.Ordinal));
        Assert.Equal("target", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "PUT", "/storage/local", "disable=1")));
    }

    [Fact]
    public async Task ConfigurationThatCannotBeRead_LeavesNothingToChance()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Fail(static request => request.Path.EndsWith("/qemu/105/config", StringComparison.Ordinal));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, "DELETE", "/storage/ceph", ""));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("guest 105", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task IsProtectedAsync(string method, string path, string parameters, string named)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await TextPlans.IsProtectedAsync(cluster, method, path, parameters, named);
    }
}
