using System.Diagnostics;
using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Everyday calls in a cluster with thousands of guests, many of them protected: they are not refused, and cost few requests.</summary>
public sealed class EverydayCallTests
{
    private const int Guests = 5000;
    private const int Nodes = 16;

    // What all calls on one guest cost: the list of all, of replications, the configuration and the power.
    private const int One = 4;

    // The list in which an image stands that a call names.
    private const int Image = 1;

    // The storages of a node, and what each has under the number of a new guest.
    private const int Number = 6;

    // The storages, and the list of all: whether others may have its disks.
    private const int Others = 2;

    // What waits for the next start of a guest.
    private const int Pending = 1;

    private const string Vm = "/nodes/pve15/qemu/130";
    private const string Stopped = "/nodes/pve16/qemu/131";
    private const string Container = "/nodes/pve3/lxc/134";
    private const string Download = "content=iso filename=a.iso url=https://example.org/a.iso";

    private const string Policy = """
        {"version":1,"protect":{"tags":["prod"]},"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}]}
        """;

    private static readonly (string Method, string Path, string Parameters, int Most)[] s_calls =
    [
        ("POST", Vm + "/status/stop", "", One + Pending),
        ("POST", Stopped + "/status/start", "", One + Pending),
        ("POST", Vm + "/status/shutdown", "", One + Pending),
        ("POST", Vm + "/status/reboot", "", One + Pending),
        ("POST", Container + "/status/reboot", "", One + 1 + Pending),
        ("PUT", Vm + "/config", "memory=1024", One),
        ("POST", Vm + "/config", "cores=4", One),
        ("PUT", Vm + "/config", "tags=dev;new", One),
        ("PUT", Container + "/config", "memory=2048", One + 1),
        ("POST", Vm + "/snapshot", "snapname=s1", One),
        ("POST", Vm + "/snapshot/before/rollback", "", One + 3 + Others),
        ("DELETE", Vm + "/snapshot/before", "", One + 3),
        ("POST", Vm + "/clone", "newid=99999", One + Number),
        ("POST", Vm + "/clone", "newid=99999 target=pve2", One + Number),
        ("POST", Vm + "/migrate", "target=pve1 online=1", One + 2 + Others),
        ("POST", Container + "/migrate", "target=pve1 restart=1", One + 2 + Others + Pending),
        ("POST", "/nodes/pve15/vzdump", "vmid=130 storage=local", One + 1),
        ("PUT", Vm + "/resize", "disk=scsi0 size=+1G", One),
        ("POST", Vm + "/move_disk", "disk=scsi0 storage=local", One),
        ("POST", Container + "/move_volume", "volume=rootfs storage=local", One + 1),
        ("POST", "/nodes/pve1/storage/local/download-url", Download, 2),
        ("POST", "/nodes/pve1/qemu", "vmid=99998 name=new memory=512 scsi0=ceph:8 net0=virtio,bridge=vmbr0", 1 + Number),
        ("POST", "/nodes/pve1/lxc", "vmid=99997 hostname=new ostemplate=local:vztmpl/debian.tar.zst rootfs=ceph:8", 1 + Image + Number),
        ("DELETE", Stopped, "purge=1", One + 2 + Others),
        ("POST", Vm + "/firewall/rules", "type=in action=ACCEPT proto=tcp dport=22", One),
        ("PUT", Vm + "/firewall/options", "enable=1", One + 1),
        ("POST", "/cluster/backup", "vmid=130 storage=local schedule=02:00", One + 3 + Nodes),
        ("POST", "/cluster/backup", "vmid=130 storage=local schedule=02:00 remove=0", One + 1),
        ("PUT", "/pools", "poolid=dev vms=131", One + 1),
        ("POST", "/access/users", "userid=joe@pve", 0),
        ("PUT", "/access/acl", "path=/vms/130 roles=PVEVMUser users=demo@pve", One + 2),
        ("POST", "/cluster/ha/resources", "sid=vm:130", One + 1 + Pending),
        ("POST", "/cluster/ha/rules", "rule=r1 type=node-affinity resources=vm:130 nodes=pve1", One),
        ("POST", "/cluster/replication", "id=130-0 target=pve1 type=local", One),
        ("POST", "/cluster/sdn/zones", "zone=next type=simple", 0),

        // As many as there are nodes, and lists of what is pending.
        ("PUT", "/cluster/sdn", "", Nodes + 15),
    ];

    [Fact]
    public async Task EverydayCall_AmongThousandsOfGuests_CostsFewRequests()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, LargeCluster.Of(Guests, Nodes));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Vm + "/snapshot", TextPlans.Parameters("snapname=before")));
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=lab type=simple"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("zone=lab vnet=blue"));
        await cluster.DoneAsync(await root.Raw.PutAsync("/cluster/sdn"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("zone=lab vnet=red"));
        foreach ((string method, string path, string parameters, int most) in s_calls)
        {
            int before = cluster.Requests;
            long start = Stopwatch.GetTimestamp();
            Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
            int requests = cluster.Requests - before;
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{method} {path} {parameters}: {plan.Class}, {requests} requests, {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
            Assert.True(requests <= most, $"{method} {path} {parameters}: {requests} requests");
        }
    }

    [Theory]
    [InlineData("\"tags\":[\"dev\"]")]
    [InlineData("\"vmids\":[\"130-134\",\"99990-99999\"]")]
    [InlineData("\"nodes\":[\"pve1\",\"pve2\",\"pve3\",\"pve15\",\"pve16\"]")]
    [InlineData("\"pools\":[\"dev\"]")]
    public async Task PartOfAGuest_IsAllowedWhereTheGuestIs(string rule)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            $$"""{"version":1,"protect":{"tags":["prod"]},"allow":[{"classes":["reversible","disruptive","privileged"],{{rule}}}]}""", LargeCluster.Of(100, Nodes));
        (string Method, string Path, string Parameters)[] calls =
        [
            ("POST", "VM/firewall/rules", "type=in action=ACCEPT"),
            ("PUT", "VM/firewall/options", "enable=1"),
            ("POST", "/cluster/ha/resources", "sid=vm:ID"),
            ("POST", "/cluster/replication", "id=ID-0 target=pve1 type=local"),
        ];
        foreach ((string method, string path, string parameters) in calls)
        {
            // The guest 110 is of another stage and node; 100 has the protected tag.
            async Task<Plan> At(string guest, int vmid) => await TextPlans.PlanAsync(
                cluster, method, path.Replace("VM", guest, StringComparison.Ordinal), parameters.Replace("ID", $"{vmid}", StringComparison.Ordinal));
            Assert.NotEmpty((await At(Vm, 130)).Targets);
            Assert.Equal("policy", await cluster.RefusedAsync(() => At("/nodes/pve11/qemu/110", 110)));
            Assert.Equal("protected", await cluster.RefusedAsync(() => At("/nodes/pve1/qemu/100", 100)));
        }

        if (!rule.Contains("nodes", StringComparison.Ordinal))
        {
            await TextPlans.PlanAsync(cluster, "PUT", "/access/acl", "path=/vms/130 roles=PVEVMUser users=demo@pve");
            Assert.Equal("policy", await cluster.RefusedAsync(
                () => TextPlans.PlanAsync(cluster, "PUT", "/access/acl", "path=/vms/110 roles=PVEVMUser users=demo@pve")));
        }
    }

    [Fact]
    public async Task Clone_OfAGuestWithTheTagThatIsAllowed_HasItToo()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive"],"tags":["dev"]}],"limits":{"targetsPerPlan":2}}""", LargeCluster.Of(100, Nodes));
        ApiParameters clone = new() { { "newid", 99999 } };
        Plan plan = await cluster.Guard.PlanAsync(
        [
            new PlanRequest(ApiMethod.Post, Vm + "/clone", clone),
            new PlanRequest(ApiMethod.Post, "/nodes/pve15/qemu/99999/status/start"),
        ]);
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Contains("dev", await cluster.ConfigAsync(99999, "tags", "pve15"), StringComparison.Ordinal);
        Assert.Equal("policy", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/100/clone", "newid=99998")));

        // The tags of a snapshot are not known beforehand.
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Vm + "/snapshot", TextPlans.Parameters("snapname=before")));
        Assert.Equal("policy", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "POST", Vm + "/clone", "newid=99998 snapname=before")));
    }
}
