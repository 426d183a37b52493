using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>Calls that are harmless alone, and with others, or with what the servers do by themselves later, lose data or open what is closed.</summary>
public sealed class CombinationTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Machines = "/nodes/pve1/qemu";
    private const string Config = Machines + "/106/config";

    [Theory]
    [InlineData("id=job1 store=store1 schedule=daily keep-last=1 ns=customers", "customers", OperationClass.Destructive)]
    [InlineData("id=job1 store=store1 schedule=daily keep-last=1", "customers", OperationClass.Destructive)]
    [InlineData("id=job1 store=store1 schedule=daily keep-last=1 max-depth=0", "customers", OperationClass.Disruptive)]
    [InlineData("id=job1 store=store1 schedule=daily keep-last=1 disable=1", "customers", OperationClass.Disruptive)]
    [InlineData("id=job1 store=store1 schedule=daily", "customers", OperationClass.Disruptive)]
    public async Task Group_MovedToWhereAPruneJobGoes_IsDestructive(string job, string target, OperationClass expected)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        foreach (string other in (await server.Other.Raw.GetAsync("/config/prune")).Data.EnumerateArray().Select(static known => known.Text("id")!))
        {
            await server.Other.Raw.DeleteAsync($"/config/prune/{other}");
        }

        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters(job));

        Plan plan = await server.Guard.PlanAsync(
            [TextPlans.Request("POST", "/admin/datastore/store1/move-group", $"backup-type=host backup-id=laptop target-ns={target}")]);

        Assert.Equal(expected, plan.Class);
        Assert.Equal(expected == OperationClass.Destructive, plan.Describe().Any(static line => line.Contains(MovedBackups.Why, StringComparison.Ordinal)));
        Assert.Equal(plan.Id, server.Guard.Plans.Load(plan.Id).Id);
    }

    [Theory]
    [InlineData("POST", Machines, "vmid=888 scsi0=local-lvm:1", true)]
    [InlineData("POST", Machines + "/106/clone", "newid=888", true)]
    [InlineData("POST", Machines, "vmid=889 scsi0=local-lvm:1", false)]
    public async Task Guest_WithTheNumberOfAnEarlierOneThatHasBackups_IsDestructive(string method, string path, string parameters, bool isUsed)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync(Machines, TextPlans.Parameters("vmid=888 scsi0=local-lvm:1")));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=888 storage=local")));
        await cluster.DoneAsync(await root.Raw.DeleteAsync(Machines + "/888"));

        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);

        Assert.Equal(isUsed ? OperationClass.Destructive : OperationClass.Reversible, plan.Class);
        Assert.Equal(isUsed, plan.Describe().Any(static line => line.Contains(UsedNumbers.Why, StringComparison.Ordinal)));
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task Guest_WithTheNumberOfOneWhoseDiskIsLeft_IsDestructive()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/nodes/pve1/storage/local-lvm/content", TextPlans.Parameters("vmid=889 filename=vm-889-disk-0 size=1G"));

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Machines, "vmid=889 scsi0=local-lvm:1");

        Assert.Equal(OperationClass.Destructive, plan.Class);
    }

    [Theory]
    [InlineData("remove=0", true)]
    [InlineData("", true)]
    public async Task Job_OnAStorageThatKeepsFewerNow_IsRefused(string parameters, bool isTold)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/cluster/backup", $"vmid=106 storage=local schedule=02:00 {parameters}");
        Assert.Equal(isTold, plan.Describe().Any(static line => line.Contains("backups kept keep-last=3", StringComparison.Ordinal)));

        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=1"));

        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Guest_ThatIsRestoredUnderItsNumber_IsTheEarlierOne()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync(Machines, TextPlans.Parameters("vmid=888 scsi0=local-lvm:1")));
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=888 storage=local")));
        await cluster.DoneAsync(await root.Raw.DeleteAsync(Machines + "/888"));
        string volume = (await root.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=888"))).Data.EnumerateArray().First().Text("volid")!;

        Assert.Equal(OperationClass.Reversible, (await TextPlans.PlanAsync(cluster, "POST", Machines, $"vmid=888 archive={volume}")).Class);
    }

    [Theory]
    [InlineData("remove=0", true)]
    [InlineData("remove=0 protected=1", false)]
    public async Task Backup_ThatRemovesNoneNow_IsToldWithTheRule(string parameters, bool counts)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/storage/local", TextPlans.Parameters("prune-backups=keep-last=3"));

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/vzdump", $"vmid=106 storage=local {parameters}");

        Assert.Equal(OperationClass.Reversible, plan.Class);
        Assert.Contains("backups kept keep-last=3", string.Join('\n', plan.Describe()), StringComparison.Ordinal);
        Assert.Equal(counts, plan.Describe().Any(static line => line.Contains("counts among those that the rule", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("boot=order=scsi0;net0", "scsi0=local-lvm:1", OperationClass.Privileged)]
    [InlineData("delete=boot", "scsi0=local-lvm:1", OperationClass.Privileged)]
    [InlineData("boot=order=scsi0;net0", "scsi5=local-lvm:1", OperationClass.Reversible)]
    [InlineData("boot=order=scsi0;scsi5", "scsi5=local-lvm:2", OperationClass.Disruptive)]
    public async Task Disk_InThePlaceOfTheOneThatAMachineStartsFrom_IsPrivileged(string order, string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        if (order.Contains("scsi5", StringComparison.Ordinal))
        {
            await root.Raw.PutAsync(Config, TextPlans.Parameters("scsi5=local-lvm:1"));
        }

        await root.Raw.PutAsync(Config, TextPlans.Parameters(order));

        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", Config, change);
        Assert.Equal(expected, plan.Class);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task Unit_OnWhichTheDisksOfOthersLie_NamesThem()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/storage", TextPlans.Parameters("storage=isc type=iscsi portal=10.0.0.5 target=iqn.2026-01.example:unit content=images"));
        await root.Raw.PostAsync("/storage", TextPlans.Parameters("storage=vgx type=lvm vgname=vgx base=isc:0.0.1.scsi-abc content=images"));
        await root.Raw.PutAsync(Config, TextPlans.Parameters("scsi5=vgx:1"));

        Plan plan = await TextPlans.PlanAsync(cluster, "POST", Machines, "vmid=930 scsi0=isc:0.0.1.scsi-abc");

        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Contains(plan.Targets, static target => target.Key == "guest 106");
    }

    [Fact]
    public async Task Snapshot_BeforeAChange_DoesNotStandInTheWayBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("PUT", Config, "cores=2")], new PlanOptions { SnapshotFirst = true });
        Assert.Contains(plan.Describe(), static line => line.Contains(Snapshots.Why, StringComparison.Ordinal));
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[^1].LedgerNumber);

        Assert.Equal(OperationClass.Reversible, undo.Class);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);
        Assert.Equal(2, (await cluster.Other.Raw.GetAsync(Machines + "/106/snapshot")).Data.GetArrayLength());
    }

    [Fact]
    public async Task Service_ThatServesTheApi_HasNoWayBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/services/pveproxy/stop", "");

        Assert.Empty(plan.Undo);
        Assert.Contains("no API that could start it again", string.Join('\n', plan.Consequences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UndoOfAnUndo_BringsNothingBackIntoWhatIsGone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan made = await cluster.Guard.PlanAsync([
            TextPlans.Request("PUT", Config, "cores=2"),
            TextPlans.Request("POST", "/cluster/firewall/ipset", "name=set1"),
            TextPlans.Request("POST", "/cluster/firewall/ipset/set1", "cidr=10.0.0.1")]);
        ApplyResult done = await cluster.Guard.ApplyAsync(made.Id);
        ApplyResult undone = await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id);
        Assert.True(undone.IsComplete);

        Plan again = await cluster.Guard.PlanUndoAsync(undone.Steps[0].LedgerNumber);

        Assert.DoesNotContain(again.Calls, static call => call.ToString().Contains("set1", StringComparison.Ordinal));
        ApplyResult result = await cluster.Guard.ApplyAsync(again.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps.Select(static step => step.Message)));
        Assert.Equal("2", await cluster.ConfigAsync(106, "cores"));
    }

    [Theory]
    [InlineData("POST", Machines + "/106/clone", "newid=701", "scsi0=local-lvm:1", OperationClass.Privileged)]
    [InlineData("POST", Machines + "/106/clone", "newid=701", "scsi7=local:iso/debian-13.iso,media=cdrom", OperationClass.Privileged)]
    [InlineData("POST", Machines + "/106/clone", "newid=701", "memory=2048", OperationClass.Reversible)]
    [InlineData("POST", Machines, "vmid=701 scsi0=local-lvm:1", "scsi1=local-lvm:1", OperationClass.Reversible)]
    public async Task Drive_OfACopyThatThePlanMakes_IsPrivileged(string method, string path, string made, string change, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);

        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request(method, path, made), TextPlans.Request("POST", Machines + "/701/config", change)]);

        Assert.Equal(expected, plan.Class);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Theory]
    [InlineData("scsi0=local-lvm:1 scsi1=COPY net0=virtio,bridge=vmbr0", OperationClass.Privileged)]
    [InlineData("scsi0=COPY boot=order=net0", OperationClass.Privileged)]
    [InlineData("scsi0=COPY boot=order=scsi0;net0 net0=virtio,bridge=vmbr0", OperationClass.Privileged)]
    [InlineData("scsi0=COPY boot=order=scsi0 net0=virtio,bridge=vmbr0", OperationClass.Reversible)]
    [InlineData("scsi0=COPY", OperationClass.Reversible)]
    [InlineData("scsi0=COPY ide2=local:cloudinit", OperationClass.Reversible)]
    [InlineData("scsi0=local-lvm:1 scsi1=COPY", OperationClass.Privileged)]
    [InlineData("scsi0=local-lvm:0,import-from=local:import/e.qcow2 scsi1=COPY", OperationClass.Privileged)]
    public async Task Copy_BesideWhichAnotherSystemMayStart_IsPrivileged(string parameters, OperationClass expected)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);

        Plan plan = await TextPlans.PlanAsync(
            cluster, "POST", Machines, $"vmid=715 {parameters.Replace("COPY", "local-lvm:0,import-from=local-lvm:vm-106-disk-0", StringComparison.Ordinal)}");

        Assert.Equal(expected, plan.Class);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task Sync_ToWhereAPruneJobGoes_IsDestructive()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=job1 store=store1 schedule=daily keep-last=1 ns=customers"));

        Plan plan = await server.Guard.PlanAsync(
            [TextPlans.Request("POST", "/config/sync", "id=sync1 store=store1 ns=customers remote-store=store1 schedule=minutely")]);

        Assert.Equal(OperationClass.Destructive, plan.Class);
        Assert.Contains(plan.Describe(), static line => line.Contains(MovedBackups.Why, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("schedule=minutely", OperationClass.Destructive, true)]
    [InlineData("run-on-mount=1", OperationClass.Destructive, true)]
    [InlineData("comment=new", OperationClass.Reversible, false)]
    [InlineData("transfer-last=1", OperationClass.Disruptive, false)]
    public async Task ChangeOfASync_ToWhereAPruneJobGoes_IsAsBadAsOneThatIsMade(string change, OperationClass expected, bool isNamed)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        await server.Other.Raw.PostAsync("/config/prune", TextPlans.Parameters("id=job1 store=store1 schedule=daily keep-last=1 ns=customers"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=sync1 store=store1 ns=customers remote-store=offsite"));

        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("PUT", "/config/sync/sync1", change)]);

        Assert.Equal(expected, plan.Class);
        Assert.Equal(isNamed, plan.Describe().Any(static line => line.Contains("prune job job1", StringComparison.Ordinal)));
        Assert.Equal(plan.Id, server.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task Undo_OfAGuestThatOthersHaveSetSince_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "POST", Machines + "/106/clone", "newid=701")).Id);
        await cluster.Other.Raw.PutAsync(Machines + "/701/config", TextPlans.Parameters("description=mine"));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));

        Assert.Equal("changed", refusal.Reason);
        Assert.Contains("guest 701 is not set as it was left", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfAMoveBehindWhichThereIsAnother_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await cluster.DoneAsync(await root.Raw.PostAsync(Machines, TextPlans.Parameters("vmid=701 memory=512")));
        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "POST", Machines + "/701/migrate", "target=pve2")).Id);
        await cluster.DoneAsync(await root.Raw.PostAsync("/nodes/pve2/qemu/701/migrate", TextPlans.Parameters("target=pve3")));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));

        Assert.Equal("changed", refusal.Reason);
        Assert.Contains("guest 701 was moved to pve2 and is on pve3", refusal.Message, StringComparison.Ordinal);
    }
}
