using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

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
        string[] targets = [.. await TargetsAsync(cluster, "PUT", "/access/acl", $"path={path} roles=PVEVMUser users=demo@pve")];
        Assert.Equal(target.Length > 0 ? [target, "/access/acl"] : ["/access/acl"], targets);
    }

    [Fact]
    public async Task RightsThatDoNotGoDown_AreOnTheirPathAlone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Assert.Equal(["/access/acl"], await TargetsAsync(cluster, "PUT", "/access/acl", "path=/vms propagate=0 roles=PVEVMUser users=demo@pve"));
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
        Assert.Contains("guest 106", await TargetsAsync(cluster, "PUT", "/access/acl", "path=/pool/staging roles=PVEVMUser users=demo@pve"));
        Assert.Equal("policy", await cluster.RefusedAsync(
            () => PlanAsync(cluster, "PUT", "/access/acl", "path=/pool/production roles=PVEVMUser users=demo@pve")));
        Assert.Equal("protected", await cluster.RefusedAsync(
            () => PlanAsync(cluster, "PUT", "/access/acl", "path=/pool/vault roles=PVEVMUser users=demo@pve")));
    }

    [Fact]
    public async Task ProtectedPool_IsNotChanged_EvenWithNothingInIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", new ApiParameters { { "poolid", "vault" } });
        await IsProtectedAsync(cluster, "PUT", "/pools", "poolid=vault vms=106", "the pool 'vault'");
        await IsProtectedAsync(cluster, "PUT", "/pools/vault", "comment=x", "the pool 'vault'");
        await IsProtectedAsync(cluster, "DELETE", "/pools/vault", "", "the pool 'vault'");
        await IsProtectedAsync(cluster, "PUT", "/pools", "poolid=production storage=ceph", "guest 10");
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

        await IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-102", "type=node-affinity disable=1", "guest 102");
        await IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-102", "type=node-affinity resources=vm:106", "guest 102");
        await IsProtectedAsync(cluster, "PUT", "/cluster/ha/rules/keep-106", "type=node-affinity resources=vm:106,vm:102", "guest 102");
        await IsProtectedAsync(cluster, "DELETE", "/cluster/ha/rules/keep-102", "", "guest 102");
        await IsProtectedAsync(cluster, "PUT", "/cluster/ha/resources/vm:102", "comment=x", "guest 102");
        await IsProtectedAsync(cluster, "DELETE", "/cluster/ha/resources/102", "", "guest 102");
        Assert.Contains("guest 106", await TargetsAsync(cluster, "PUT", "/cluster/ha/rules/keep-106", "type=node-affinity disable=1"));
        Plan removal = await PlanAsync(cluster, "DELETE", "/cluster/ha/rules/keep-106", "");
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
        Assert.Contains("guest 106", await TargetsAsync(cluster, "POST", "/cluster/ha/status/disarm-ha", "resource-mode=freeze"));
        await root.Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:102" } });
        await IsProtectedAsync(cluster, "POST", "/cluster/ha/status/disarm-ha", "resource-mode=freeze", "guest 102");
        await IsProtectedAsync(cluster, "POST", "/cluster/ha/status/arm-ha", "", "guest 102");
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
        Assert.Equal(["/storage/spare"], await TargetsAsync(cluster, "DELETE", "/storage/spare", ""));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "scsi4", "spare:4" } });
        Assert.Equal(["guest 106", "/storage/spare"], await TargetsAsync(cluster, "DELETE", "/storage/spare", ""));

        // A name that begins or ends alike is another storage.
        Assert.Equal(["/storage/local"], await TargetsAsync(cluster, "PUT", "/storage/local", "disable=0"));
    }

    [Fact]
    public async Task ImageInADriveOfAProtectedGuest_IsKept()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        const string image = "/nodes/pve1/storage/local/content/local%3Aiso%2Fdebian-13.iso";
        Assert.DoesNotContain("guest 102", await TargetsAsync(cluster, "DELETE", image, ""));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/102/config", new ApiParameters { { "ide2", "local:iso/debian-13.iso,media=cdrom" } });
        await IsProtectedAsync(cluster, "DELETE", image, "", "guest 102");
    }

    [Fact]
    public async Task ConfigurationThatCannotBeRead_LeavesNothingToChance()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        cluster.Fail(static request => request.Path.EndsWith("/qemu/105/config", StringComparison.Ordinal));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => PlanAsync(cluster, "DELETE", "/storage/ceph", ""));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("guest 105", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task IsProtectedAsync(string method, string path, string parameters, string named)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await IsProtectedAsync(cluster, method, path, parameters, named);
    }

    private static async Task IsProtectedAsync(GuardedCluster cluster, string method, string path, string parameters, string named)
    {
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => PlanAsync(cluster, method, path, parameters));
        Assert.Equal("protected", refusal.Reason);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
    }

    private static async Task<IEnumerable<string>> TargetsAsync(GuardedCluster cluster, string method, string path, string parameters) =>
        (await PlanAsync(cluster, method, path, parameters)).Targets.Select(static target => target.Key);

    private static Task<Plan> PlanAsync(GuardedCluster cluster, string method, string path, string parameters)
    {
        Assert.True(ApiMethods.TryParse(method, out ApiMethod verb));
        ApiParameters values = [];
        foreach (string[] pair in parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('=', 2)))
        {
            values.Add(pair[0], pair[1]);
        }

        return cluster.PlanAsync(verb, path, values);
    }
}
