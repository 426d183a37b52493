using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>An agent tries to get by other ways what its policy does not give it: by other spellings, through copies, and through what guests depend on.</summary>
public sealed class RedTeamRoundaboutTests
{
    // Nothing is protected by its number, and nothing that is destroyed comes back: what is privileged or runs commands is for scratch guests alone.
    private const string Scratch = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive","privileged","exec"],"tags":["scratch"],"vmids":["300-399"]}],
         "exec":{"enabled":true,"templates":[{"command":["uptime"]}]},"protect":{"tags":["prod"]},
         "approval":{"disruptive":"none","destructive":"none","privileged":"none","exec":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Numbers = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive","privileged","exec"],"vmids":["300-399"]}],
         "exec":{"enabled":true,"templates":[{"command":["uptime"]}]},"protect":{"tags":["prod"]},
         "approval":{"disruptive":"none","destructive":"none","privileged":"none","exec":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Removing = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"],"vmids":["300-399"]}],
         "protect":{"tags":["prod"]},"approval":{"disruptive":"none","destructive":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Nodes = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"],"nodes":["pve2"]}],
         "approval":{"disruptive":"none","destructive":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Pools = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["privileged","exec"],"pools":["staging"]}],
         "exec":{"enabled":true,"templates":[{"command":["uptime"]}]},
         "approval":{"disruptive":"none","privileged":"none","exec":"none"},"limits":{"targetsPerPlan":3}}
        """;

    private const string Container = "/nodes/pve2/lxc/203";
    private const string Machine = "/nodes/pve1/qemu/106";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", Machine + "/config", "args=-S")]
    [InlineData("POST", Machine + "/config", "args=-S")]
    [InlineData("PUT", Machine + "/config", "hookscript=local:snippets/x.pl")]
    [InlineData("PUT", Container + "/config", "hookscript=local:snippets/x.pl")]
    [InlineData("PUT", Machine + "/config", "cicustom=user=local:snippets/x.yaml")]
    [InlineData("POST", Machine + "/config", "cipassword=secret1")]
    [InlineData("PUT", Machine + "/config", "ciuser=root")]
    [InlineData("PUT", Machine + "/config", "sshkeys=ssh-ed25519%20AAAA")]
    [InlineData("PUT", Machine + "/config", "delete=sshkeys")]
    [InlineData("PUT", Machine + "/config", "delete=tags,cipassword")]
    [InlineData("PUT", Machine + "/config", "scsi5=/dev/sda")]
    [InlineData("PUT", Machine + "/config", "scsi5=media=disk,file=/dev/sda")]
    [InlineData("PUT", Machine + "/config", "scsi5=local-lvm:0,import-from=/etc/shadow")]
    [InlineData("PUT", Machine + "/config", "ide2=/etc/shadow,media=cdrom")]
    [InlineData("PUT", Machine + "/config", "hostpci0=0000:01:00.0")]
    [InlineData("PUT", Machine + "/config", "virtiofs0=dirid=etc")]
    [InlineData("PUT", Machine + "/config", "serial1=/dev/ttyS0")]
    [InlineData("PUT", Machine + "/config", "unused0=local-lvm:vm-106-disk-0")]
    [InlineData("PUT", Machine + "/config", "delete=scsi0")]
    [InlineData("PUT", Machine + "/config", "delete=protection")]
    [InlineData("PUT", Machine + "/config", "protection=0")]
    [InlineData("PUT", Machine + "/config", "template=1")]
    [InlineData("POST", Machine + "/template", "")]
    [InlineData("PUT", Machine + "/unlink", "idlist=scsi0")]
    [InlineData("POST", Machine + "/move_disk", "disk=scsi0 storage=local delete=1")]
    [InlineData("POST", Machine + "/snapshot/old/rollback", "")]
    [InlineData("POST", Machine + "/remote_migrate", "target-endpoint=host=1.2.3.4,apitoken=x target-bridge=vmbr0 target-storage=local")]
    [InlineData("PUT", Container + "/config", "mp0=/etc,mp=/mnt")]
    [InlineData("PUT", Container + "/config", "mp0=mp=/mnt,volume=/etc")]
    [InlineData("PUT", Container + "/config", "features=nesting=1")]
    [InlineData("PUT", Container + "/config", "dev0=/dev/sda")]
    [InlineData("PUT", Container + "/config", "rootfs=/dev/sda1")]
    [InlineData("PUT", Container + "/config", "delete=features")]
    [InlineData("POST", Container + "/template", "")]
    [InlineData("POST", "/nodes/pve1/lxc", "vmid=400 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst mp0=/etc,mp=/mnt")]
    [InlineData("POST", "/nodes/pve1/lxc", "vmid=400 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst unprivileged=0")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=400 args=-S")]
    [InlineData("POST", "/nodes/pve1/vzdump", "vmid=106 script=/tmp/x.sh")]
    [InlineData("POST", "/nodes/pve1/vzdump", "vmid=106 dumpdir=/etc")]
    [InlineData("POST", "/nodes/pve1/vzdump", "vmid=106 tmpdir=/etc")]
    [InlineData("POST", "/cluster/backup", "vmid=106 storage=local schedule=daily script=/tmp/x.sh")]
    [InlineData("POST", "/storage", "storage=x type=dir path=/etc")]
    [InlineData("PUT", "/storage/local", "content-dirs=iso=../../etc")]
    [InlineData("PUT", "/access/acl", "path=/vms/106 roles=Administrator users=demo@pve")]
    [InlineData("POST", "/access/roles", "roleid=x privs=VM.Allocate")]
    [InlineData("PUT", "/access/roles/PVEVMUser", "privs=VM.Allocate append=1")]
    [InlineData("POST", "/access/groups", "groupid=x")]
    [InlineData("PUT", "/access/users/demo@pve", "groups=admins")]
    [InlineData("PUT", "/access/users/demo@pve/token/ci", "privsep=0")]
    [InlineData("POST", "/access/users/demo@pve/token/other", "privsep=0")]
    [InlineData("POST", "/cluster/metrics/server/x", "type=influxdb server=1.2.3.4 port=8086")]
    [InlineData("POST", "/cluster/notifications/endpoints/gotify", "name=x server=http://1.2.3.4 token=x")]
    [InlineData("POST", "/cluster/notifications/endpoints/sendmail", "name=x mailto=a@example.com")]
    [InlineData("POST", "/cluster/notifications/endpoints/smtp", "name=x server=1.2.3.4 from-address=a@example.com mailto=a@example.com")]
    [InlineData("POST", "/nodes/pve1/storage/local/download-url", "content=iso filename=x.iso url=http://169.254.169.254/x")]
    [InlineData("POST", "/cluster/sdn/dns", "dns=x type=powerdns url=http://1.2.3.4 key=x")]
    [InlineData("PUT", "/cluster/options", "console=html5")]
    [InlineData("PUT", "/pools", "poolid=production vms=106 allow-move=1")]
    [InlineData("PUT", "/pools/production", "vms=106 allow-move=1")]
    [InlineData("DELETE", Machine, "")]
    public async Task Call_OfAClassThatIsForOthers_IsRefused(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machine}/snapshot", new ApiParameters { { "snapname", "old" } }));
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, parameters));
        Assert.Equal("policy", refusal.Reason);
        Assert.Contains("no rule of the policy allows ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/startall", "", "target")]
    [InlineData("POST", "/nodes/pve1/stopall", "", "target")]
    [InlineData("POST", "/nodes/pve1/suspendall", "", "target")]
    [InlineData("POST", "/nodes/pve1/migrateall", "target=pve2", "target")]
    [InlineData("POST", "/cluster/bulk-action/guest/shutdown", "", "target")]
    [InlineData("POST", "/nodes/pve1/stopall", "vms=106,100", "protected")]
    [InlineData("POST", "/nodes/pve1/stopall", "vms=106 vms=100", "protected")]
    [InlineData("POST", "/nodes/pve1/migrateall", "target=pve2 vms=100", "protected")]
    [InlineData("POST", "/cluster/bulk-action/guest/shutdown", "vms=100", "protected")]
    [InlineData("POST", "/nodes/pve1/qemu/100/clone", "newid=300", "protected")]
    [InlineData("PUT", "/nodes/pve1/qemu/100/config", "delete=tags", "protected")]
    [InlineData("PUT", "/nodes/pve1/qemu/100/config", "tags=scratch", "protected")]
    [InlineData("POST", "/nodes/pve1/qemu/106/move_disk", "disk=scsi0 target-vmid=100 target-disk=scsi7", "policy")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst", "protected")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=ceph:vm-100-disk-0", "protected")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=local:0,import-from=ceph:vm-100-disk-0", "protected")]
    public async Task Call_OnAllOrOnProtectedGuests_IsRefused(string method, string path, string parameters, string reason)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Numbers);
        Assert.Equal(reason, await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, method, path, parameters)));
    }

    [Theory]
    [InlineData(Numbers, "POST", Machine + "/clone", "newid=300")]
    [InlineData(Numbers, "POST", Container + "/clone", "newid=300")]
    [InlineData(Pools, "POST", Machine + "/clone", "newid=300 pool=staging")]
    [InlineData(Numbers, "POST", "/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst")]
    [InlineData(Scratch, "POST", "/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst")]
    [InlineData(Numbers, "POST", "/nodes/pve1/qemu", "vmid=800 template=1 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst")]
    [InlineData(Numbers, "POST", "/nodes/pve1/qemu", "vmid=800 template=1 scsi0=local-lvm:0,import-from=local-lvm:vm-106-disk-0")]
    [InlineData(Numbers, "POST", "/nodes/pve1/qemu", "vmid=300 archive=local:backup/vzdump-qemu-777-2026_01_01-00_00_00.vma.zst")]
    public async Task Copy_InWhichCommandsMayBeRun_NeedsAPerson(string policy, string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(policy);
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        await cluster.OpenRoot().Raw.PostAsync("/pools", new ApiParameters { { "poolid", "staging" } });
        Plan plan = await alone.PlanAsync([TextPlans.Request(method, path, parameters)], cancellationToken: Token);
        Assert.Equal(OperationClass.Exec, plan.Calls[^1].Grants);
        Assert.Equal("approval", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id, Token)));
    }

    [Theory]
    [InlineData("", OperationClass.Read)]
    [InlineData("open", OperationClass.Exec)]
    public async Task RestoreOverTheGuestItself_IsJudgedByTheTagsOfItsBackup(string tag, OperationClass grants)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """
            {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]},{"classes":["exec"],"tags":["open"]}],
             "exec":{"enabled":true,"templates":[{"command":["uptime"]}]},"approval":{"disruptive":"none","destructive":"none"}}
            """);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync(Machine + "/config", TextPlans.Parameters(tag.Length > 0 ? $"tags={tag}" : "delete=tags"));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
        await root.Raw.PutAsync(Machine + "/config", TextPlans.Parameters("delete=tags"));
        string backup = (await root.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data[0].Text("volid")!;

        // One guest, whatever is done to it then.
        Plan plan = await cluster.Guard.PlanAsync(
            [TextPlans.Request("POST", "/nodes/pve1/qemu", $"vmid=106 force=1 archive={backup}"), TextPlans.Request("POST", Machine + "/status/start", "")]);
        Assert.Equal(grants, plan.Calls[0].Grants);
    }

    [Fact]
    public async Task GuestThatIsWrittenOver_StaysInItsPool_ForTheCallsBehindIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """
            {"version":1,"allow":[{"classes":["reversible"]},{"classes":["disruptive","destructive"],"pools":["staging"]}],"limits":{"targetsPerPlan":4},
             "approval":{"disruptive":"none","destructive":"none"}}
            """);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/pools", TextPlans.Parameters("poolid=staging"));
        await root.Raw.PutAsync("/pools/staging", TextPlans.Parameters("vms=106"));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
        string backup = (await root.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data[0].Text("volid")!;

        Plan plan = await cluster.Guard.PlanAsync(
        [
            TextPlans.Request("POST", "/nodes/pve1/qemu", $"vmid=106 force=1 archive={backup}"),
            TextPlans.Request("PUT", Machine + "/resize", "disk=scsi0 size=+1G"),
        ]);
        Assert.All(plan.Calls, static call => Assert.Equal(OperationClass.Read, call.Grants));
    }

    [Fact]
    public async Task RestoreOverAGuest_InWhichCommandsMayBeRun_NeedsAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Numbers);
        await cluster.DoneAsync(await cluster.OpenRoot().Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=300 memory=16")));
        await cluster.DoneAsync(await cluster.OpenRoot().Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=106 storage=local")));
        string backup = (await cluster.OpenRoot().Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=106"))).Data[0].Text("volid")!;
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu", $"vmid=300 force=1 archive={backup}");
        Assert.Equal(OperationClass.Exec, plan.Calls[^1].Grants);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/106/clone", "newid=850", "/nodes/pve1/qemu/850/clone", "newid=301")]
    [InlineData("POST", "/nodes/pve1/qemu/106/clone", "newid=850", "/nodes/pve1/qemu", "vmid=301 scsi0=local-lvm:0,import-from=local-lvm:vm-850-disk-0")]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=850 archive=local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst", "/nodes/pve1/qemu/850/clone", "newid=301")]
    public async Task CopyOfACopy_InOnePlan_NeedsAPersonAsWell(string method, string path, string parameters, string second, string copied)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Numbers);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request(method, path, parameters), TextPlans.Request("POST", second, copied)]);
        Assert.Equal(OperationClass.Exec, plan.Calls[^1].Grants);
    }

    [Theory]
    [InlineData(Numbers, "/nodes/pve1/qemu/9000/clone", "newid=300")]
    [InlineData(Numbers, Machine + "/clone", "newid=400")]
    [InlineData(Scratch, Machine + "/clone", "newid=300")]
    [InlineData(Removing, Machine + "/clone", "newid=300")]
    public async Task Copy_ThatOpensNothing_NeedsNobody(string policy, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        Assert.Equal(OperationClass.Read, plan.Calls[^1].Grants);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/migrateall", "target=pve2 vms=106")]
    [InlineData("POST", "/cluster/bulk-action/guest/migrate", "target=pve2 vms=106")]
    [InlineData("DELETE", "/cluster/ha/rules/r1", "")]
    [InlineData("PUT", "/cluster/ha/rules/r1", "type=node-affinity disable=1")]
    [InlineData("PUT", "/cluster/ha/rules/r1", "type=node-affinity nodes=pve3,pve2:5")]
    [InlineData("POST", "/cluster/ha/status/arm-ha", "")]
    public async Task Call_ThatLetsGuestsMoveToAnOpenNode_NeedsAPerson(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Nodes);
        await cluster.OpenRoot().Raw.PostAsync("/cluster/ha/resources", new ApiParameters { { "sid", "vm:106" }, { "state", "stopped" } });
        await cluster.OpenRoot().Raw.PostAsync(
            "/cluster/ha/rules",
            new ApiParameters { { "rule", "r1" }, { "type", "node-affinity" }, { "nodes", "pve1" }, { "resources", "vm:106" } });
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Equal(OperationClass.Destructive, plan.Calls[^1].Grants);
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu", "vmid=300 scsi0=san:images/0.0.1.scsi-36001405")]
    [InlineData("PUT", "/nodes/pve1/qemu/100/config", "virtio3=file=san:images/0.0.1.scsi-36001405,cache=none")]
    public async Task Volume_WhoseNameSaysNobody_BelongsToTheGuestsThatUseIt(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Removing.Replace("300-399", "100\",\"300", StringComparison.Ordinal)
            .Replace("\"prod\"", "\"other\"", StringComparison.Ordinal), static scenario =>
        {
            Simulator.Scenarios.DefaultCluster.Build(scenario);
            scenario.AddStorage("san", "iscsi").AddFile("san", "images", "0.0.1.scsi-36001405", 4L << 30);
            scenario.AddVm("pve3", 500, "lun", static vm => vm.Options["scsi1"] = "san:images/0.0.1.scsi-36001405,size=4G");
        });
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => TextPlans.PlanAsync(cluster, method, path, parameters));
        Assert.Equal("policy", refusal.Reason);
        Assert.Contains("destructive calls on guest 500", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, new[] { "pve1/qemu/106", "pve2/qemu/104", "pve3/qemu/105" }, new[] { "pve2/lxc/203" })]
    [InlineData("pve1,pve3", new[] { "pve1/qemu/106", "pve3/qemu/105" }, new[] { "pve2/lxc/203", "pve2/qemu/104" })]
    public async Task Image_ThatIsRemoved_IsLookedForWhereItMayBe(string? nodes, string[] read, string[] left)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":3}}""",
            scenario =>
            {
                Simulator.Scenarios.DefaultCluster.Build(scenario);
                scenario.AddStorage("images", "dir", storage =>
                {
                    storage.Content.Add("iso");
                    storage.Set("path", "/images");
                    if (nodes is not null)
                    {
                        storage.Set("nodes", nodes);
                    }
                }).AddFile("images", "iso", "a.iso", 1L << 20);
            });
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "ide2", "images:iso/a.iso,media=cdrom" } });
        List<string> paths = [];
        cluster.When(request =>
        {
            lock (paths)
            {
                paths.Add(request.Path);
            }

            return false;
        });
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/storage/images/content/images%3Aiso%2Fa.iso", "");
        Assert.Contains("guest 106", plan.Targets.Select(static target => target.Key));
        Assert.All(read, guest => Assert.Contains(paths, path => path.EndsWith($"{guest}/config", StringComparison.Ordinal)));
        Assert.All(left, guest => Assert.DoesNotContain(paths, path => path.EndsWith($"{guest}/config", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Clone_AndTag_InOnePlan_NeedAPerson()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Scratch);
        PlanRequest clone = TextPlans.Request("POST", $"{Machine}/clone", "newid=300");
        PlanRequest tag = TextPlans.Request("PUT", "/nodes/pve1/qemu/300/config", "tags=scratch");
        Plan plan = await cluster.Guard.PlanAsync([clone, tag], cancellationToken: Token);
        Assert.Equal(OperationClass.Exec, plan.Calls[^1].Grants);
        Assert.Equal("policy", await cluster.RefusedAsync(() => cluster.Guard.PlanAsync(
            [clone, tag, new PlanRequest(ApiMethod.Delete, Machine)], cancellationToken: Token)));
    }
}
