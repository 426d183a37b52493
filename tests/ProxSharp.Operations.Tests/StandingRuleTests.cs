using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;

namespace ProxSharp.Operations.Tests;

/// <summary>What a call goes by without naming it, such as the settings of the job that it runs: the plan tells it, and is refused once it is another.</summary>
public sealed class StandingRuleTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("/config/prune", "id=job1 store=store1 schedule=daily keep-last=50", "/admin/prune/job1/run", "keep-last 50", "keep-last=1")]
    [InlineData("/config/verify", "id=job1 store=store1 outdated-after=30", "/admin/verify/job1/run", "outdated-after 30", "outdated-after=300")]
    public async Task Run_OfAJobThatIsAnotherNow_IsRefused(string jobs, string job, string run, string told, string change)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync(jobs, TextPlans.Parameters(job));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", run, "")]);
        Assert.Contains(told, string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await server.Other.Raw.PutAsync($"{jobs}/job1", TextPlans.Parameters(change));

        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Pull_FromARemoteThatIsElsewhereNow_IsRefused()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/config/remote", TextPlans.Parameters("name=rem1 host=10.0.0.1 auth-id=sync@pbs password=secret"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=job1 store=store1 remote=rem1 remote-store=other"));
        Plan pull = await server.Guard.PlanAsync([TextPlans.Request("POST", "/pull", "store=store1 remote=rem1 remote-store=other")]);
        Plan run = await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/sync/job1/run", "")]);
        Assert.All(new[] { pull, run }, static plan => Assert.Contains("remote host 10.0.0.1", string.Join('\n', plan.Describe()), StringComparison.Ordinal));

        await server.Other.Raw.PutAsync("/config/remote/rem1", TextPlans.Parameters("host=10.0.0.2"));

        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(pull.Id)));
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(run.Id)));
    }

    [Fact]
    public async Task RealmSync_OfARealmThatIsAnotherNow_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/access/domains", TextPlans.Parameters("realm=ld type=ldap server1=10.0.0.1 base_dn=dc=example user_attr=uid"));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/access/domains/ld/sync", "");
        Assert.Contains("server1 10.0.0.1", string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await root.Raw.PutAsync("/access/domains/ld", TextPlans.Parameters("server1=10.0.0.2"));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Run_OfAJobWhoseCommentIsNew_GoesOn()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=job1 store=store1 schedule=daily keep-last=50"));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/admin/prune/job1/run", "")]);

        await server.Other.Raw.PutAsync("/config/prune/job1", TextPlans.Parameters("comment=new"));

        Assert.True((await server.Guard.ApplyAsync(plan.Id)).IsComplete);
    }

    [Theory]
    [InlineData("prune-backups=keep-last=50", "keep-last=50", OperationClass.Destructive)]
    [InlineData("", "backups kept", OperationClass.Reversible)]
    public async Task Backup_ToAStorageThatKeepsFewerNow_IsRefused(string rule, string told, OperationClass kind)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters(rule.Length > 0 ? rule : "prune-backups=keep-all=1"));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/vzdump", "vmid=106 storage=local");
        Assert.Equal(kind, plan.Class);
        Assert.Contains(told, string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=1"));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/config", "memory=3000", "/nodes/pve1/vzdump", "vmid=106 storage=local")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local", "/nodes/pve1/qemu/106/config", "ide2=local:iso/debian-13.iso,media=cdrom")]
    [InlineData("/nodes/pve1/vzdump", "vmid=106 storage=local", "/nodes/pve1/qemu/106/status/start", "")]
    public async Task Calls_OnOneGuest_AreToldWithTheRulesOfEach(string path, string parameters, string nextPath, string nextParameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("POST", path, parameters), TextPlans.Request("POST", nextPath, nextParameters)]);

        PlanTarget only = Assert.Single(plan.Targets);
        Assert.True(only.Facts.ContainsKey("backups kept"));
        Assert.All(plan.Consequences.Where(static line => line.StartsWith("Acts on", StringComparison.Ordinal)), line => Assert.Equal(Consequences.ActsOn(only), line));
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps.Select(static step => step.Message)));
    }

    [Fact]
    public async Task Networks_WithMoreThatIsPending_AreNotPutInForce()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=lab type=simple"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("zone=lab vnet=blue"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/sdn", "");
        Assert.Contains("pending 2 changes of virtual networks", string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await root.Raw.PutAsync("/cluster/sdn/zones/lab", TextPlans.Parameters("mtu=1300"));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Plan dropped = await TextPlans.PlanAsync(cluster, "POST", "/cluster/sdn/rollback", "");
        await root.Raw.PutAsync("/cluster/sdn/zones/lab", TextPlans.Parameters("mtu=1200"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(dropped.Id)));
        Plan again = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/sdn", "");
        Assert.True((await cluster.Guard.ApplyAsync(again.Id)).IsComplete);
    }

    [Theory]
    [InlineData("debian-13.iso")]
    [InlineData("new.iso")]
    public async Task Image_ThatTookThePlaceOfTheOneOfThePlan_IsRefused(string name)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/config", $"ide2=local:iso/{name},media=cdrom boot=order=ide2");
        Assert.Contains($"local:iso/{name} ", string.Join('\n', plan.Describe()), StringComparison.Ordinal);

        await cluster.Other.Nodes["pve1"].Storages["local"].UploadAsync(new MemoryStream(new byte[64]), name, UploadContent.Iso).WaitForCompletionAsync();

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=520 scsi0=local-lvm:1 start=1")]
    [InlineData("/nodes/pve1/lxc", "vmid=520 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst rootfs=local-lvm:4 unprivileged=1 start=1")]
    [InlineData("/nodes/pve1/qemu", "vmid=520 scsi0=local-lvm:1 ha-managed=1")]
    [InlineData("/nodes/pve1/qemu", "vmid=520 scsi0=local-lvm:1 ha-managed=1 start=1")]
    [InlineData("/nodes/pve1/lxc", "vmid=520 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst rootfs=local-lvm:4 unprivileged=1 start=1 ha-managed=1")]
    public async Task Guest_ThatWasMadeAndStarted_IsTakenBack(string path, string parameters)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", path, parameters);
        ApplyResult made = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(made.IsComplete, made.Steps[0].Message);

        ApplyResult back = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(made.Steps[0].LedgerNumber)).Id);

        Assert.True(back.IsComplete, string.Join('\n', back.Steps.Select(static step => step.Message)));
        Assert.DoesNotContain(await cluster.Other.Guests.ListAsync(), static guest => guest.Id.Value == 520);
    }

    [Theory]
    [InlineData("/config/prune", "id=job1 store=store1 schedule=daily keep-last=100 ns=customers/acme", "ns=customers keep-last=1")]
    [InlineData("/config/prune", "id=job1 store=store1 schedule=daily keep-last=100 ns=customers/acme", "ns=customers")]
    [InlineData("/config/verify", "id=job1 store=store1 ns=customers/acme", "ns=customers")]
    public async Task NamespaceOfAJob_ComesBackWithTheRest(string jobs, string job, string change)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/admin/datastore/store1/namespace", TextPlans.Parameters("name=acme parent=customers"));
        await server.Other.Raw.PostAsync(jobs, TextPlans.Parameters(job));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("PUT", $"{jobs}/job1", change)]);
        ApplyResult changed = await server.Guard.ApplyAsync(plan.Id);

        ApplyResult back = await server.Guard.ApplyAsync((await server.Guard.PlanUndoAsync(changed.Steps[0].LedgerNumber)).Id);

        Assert.True(back.IsComplete);
        Assert.Equal("customers/acme", (await server.Other.Raw.GetAsync($"{jobs}/job1")).Data.Text("ns"));
    }

    [Fact]
    public async Task NameServers_ThatACallDoesNotSay_ComeBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/nodes/pve2/dns", TextPlans.Parameters("search=example.test dns1=192.0.2.1 dns2=192.0.2.2"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve2/dns", "search=q.r dns1=192.0.2.9");

        Assert.Contains("dns2=192.0.2.2", Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cluster/firewall/aliases", "name=alx cidr=10.0.0.1 comment=kept", "/cluster/firewall/aliases/alx", "cidr=10.0.0.2", "comment=kept")]
    [InlineData("/cluster/firewall/ipset/set1", "cidr=10.0.0.0/24 nomatch=1", "/cluster/firewall/ipset/set1/10.0.0.0%2F24", "comment=new", "nomatch=1")]
    public async Task Object_ThatIsWrittenAsAWhole_ComesBackAsAWhole(string list, string item, string path, string change, string kept)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        if (list.EndsWith("/set1", StringComparison.Ordinal))
        {
            await root.Raw.PostAsync("/cluster/firewall/ipset", TextPlans.Parameters("name=set1"));
        }

        await root.Raw.PostAsync(list, TextPlans.Parameters(item));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", path, change);

        Assert.Contains(kept, Assert.Single(plan.Undo).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewJobInANamespace_IsRemovedAgain()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("POST", "/config/prune", "id=job1 store=store1 schedule=daily keep-last=100 ns=customers")]);

        Assert.Equal("DELETE /config/prune/job1", Assert.Single(plan.Undo).ToString());
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("PUT", "delete=token")]
    [InlineData("PUT", "token=new")]
    public async Task Token_ThatTheServerShowsNobody_HasNoWayBack(string method, string parameters)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/config/metrics/influxdb-http", TextPlans.Parameters("name=graphs url=https://10.0.0.9:8086 token=sesame"));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request(method, "/config/metrics/influxdb-http/graphs", parameters)]);

        Assert.Empty(plan.Undo);
        Assert.Contains("does not show what 'token' was", string.Join('\n', plan.Consequences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", "smbios1=base64=1,serial=ZHM9bm9jbG91ZA==", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "smbios1=uuid=11111111-2222-3333-4444-555555555555,product=x", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "smbios1=uuid=11111111-2222-3333-4444-555555555555", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/storage/{storage}/upload", "content=iso filename=a.iso", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/storage/{storage}/upload", "content=vztmpl filename=a.tar.zst", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=./etc", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=.//etc/.", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=/data/../etc", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=/data/..x", OperationClass.Reversible)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=/var/lib", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=home/joe", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", "mp5=local-lvm:1,mp=/srv/data", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", "ide2=local:cloudinit", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "scsi5=media=cdrom,file=local-lvm:cloudinit", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ciupgrade=1", OperationClass.Disruptive)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "ciupgrade=0", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/move_disk", "disk=scsi0 target-vmid=105", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "bios=ovmf", OperationClass.Privileged)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", "delete=bios", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/vzdump", "vmid=106 remove=0 exclude-path=/var", OperationClass.Privileged)]
    [InlineData("POST", "/cluster/firewall/aliases", "name=local_network cidr=10.0.0.0/8", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/firewall/ipset", "name=trusted", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/services/{service}/stop", "service=pveproxy", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/services/{service}/stop", "service=chrony", OperationClass.Disruptive)]
    [InlineData("POST", "/nodes/{node}/lxc/{vmid}/move_volume", "volume=mp0 target-vmid=105", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/move_disk", "disk=scsi0 storage=ceph", OperationClass.Disruptive)]
    public void Class_OfWhatGivesOrdersToAMachine_OrLiesOverItsSystem(string method, string path, string parameters, OperationClass expected)
    {
        Assert.True(ApiMethods.TryParse(method, out ApiMethod verb));
        Assert.Equal(expected, OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(verb, path).ClassOf(TextPlans.Parameters(parameters)));
    }

    [Theory]
    [InlineData("scsi5=local-lvm:0,import-from=local-lvm:vm-100-disk-0", OperationClass.Privileged)]
    [InlineData("scsi5=local-lvm:0,import-from=local-lvm:vm-106-disk-0", OperationClass.Reversible)]
    public async Task Copy_OfADisk_ForAMachineThatIsThere_IsPrivilegedIfItIsAnothers(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Equal(expected, (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/qemu/106/config", parameters)).Class);
    }

    [Theory]
    [InlineData("ciuser=root", true)]
    [InlineData("smbios1=serial=ds", true)]
    [InlineData("ide3=local:iso/debian-13.iso,media=cdrom", true)]
    [InlineData("ide2=local:cloudinit", false)]
    [InlineData("memory=512", false)]
    public async Task Copy_OfAnothersDisk_ThatGetsOrders_IsPrivileged(string orders, bool isPrivileged)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(
            cluster, "POST", "/nodes/pve1/qemu", $"vmid=520 scsi0=local-lvm:0,import-from=local-lvm:vm-106-disk-0 boot=order=scsi0 {orders}");
        Assert.Equal(isPrivileged ? OperationClass.Privileged : OperationClass.Reversible, plan.Class);
        Assert.Equal(isPrivileged, plan.Describe().Any(static line => line.Contains(CopyOrders.Why, StringComparison.Ordinal)));
    }
}
