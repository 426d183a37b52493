using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Plans that make something and put something into it, and ways back of what is shown in other forms than it is set.</summary>
public sealed class FilledObjectTests
{
    private const string Machines = "/nodes/pve1/qemu";

    private const string Most = """
        {"version":1,"limits":{"targetsPerPlan":4},"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"reversible":"none","disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("/cluster/firewall/ipset", "name=one", "/cluster/firewall/ipset/one", "cidr=10.0.0.1")]
    [InlineData("/nodes/pve1/qemu/106/firewall/ipset", "name=one", "/nodes/pve1/qemu/106/firewall/ipset/one", "cidr=10.0.0.1")]
    [InlineData("/cluster/firewall/groups", "group=one", "/cluster/firewall/groups/one", "type=in action=ACCEPT")]
    public async Task Undo_OfASetAndWhatThePlanPutIntoIt_TakesBothBack(string list, string made, string inside, string member)
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, list, made, inside, member);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        Assert.Empty((await cluster.Other.Raw.GetAsync(list)).Data.EnumerateArray());
    }

    [Fact]
    public async Task Undo_OfASetThatOthersHaveFilledSince_IsRefused()
    {
        await using GuardedCluster cluster = await StartAsync();
        const string Set = "/cluster/firewall/ipset/one";
        ApplyResult done = await ApplyAsync(cluster, "/cluster/firewall/ipset", "name=one", Set, "cidr=10.0.0.1");
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync(Set, TextPlans.Parameters("cidr=10.0.0.2"));
        Assert.Equal("changed", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Fact]
    public async Task Undo_OfAGuestThatHasGotTheDiskOfAnother_IsRefused()
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, Machines, "vmid=520 scsi0=local-lvm:1", $"{Machines}/520/config", "scsi1=local-lvm:1");
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{Machines}/106/move_disk", TextPlans.Parameters("disk=scsi0 target-vmid=520 target-disk=scsi7")));

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber));

        Assert.Equal("changed", refusal.Reason);
        Assert.Contains("guest 520 has disks that it did not have: scsi7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfAGuestAndADiskThatThePlanGaveIt_TakesBothBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        ApplyResult done = await ApplyAsync(cluster, Machines, "vmid=520 scsi0=local-lvm:1", $"{Machines}/520/config", "scsi1=local-lvm:1");

        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        Assert.DoesNotContain(await cluster.Other.Guests.ListAsync(), static guest => guest.Id.Value == 520);
    }

    [Theory]
    [InlineData("/cluster/firewall/aliases", "name=a2 cidr=10.0.0.1", "/cluster/firewall/aliases/a2", "cidr=10.0.0.9")]
    [InlineData("/cluster/backup", "id=weekly schedule=sun all=1 storage=local", "/cluster/backup/weekly", "comment=new")]
    public async Task Plan_ThatChangesWhatItMakes_SaysHowElse(string list, string made, string path, string change)
    {
        await using GuardedCluster cluster = await StartAsync();
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => cluster.Guard.PlanAsync([TextPlans.Request("POST", list, made), TextPlans.Request("PUT", path, change)]));
        Assert.Equal("target", refusal.Reason);
        Assert.Contains("Make it with all its values at once", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OnAliases_WhileANetworkIsNotAppliedYet_IsMade()
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/aliases", TextPlans.Parameters("name=a1 cidr=10.0.0.1"));
        await root.Raw.PostAsync("/cluster/sdn/zones", TextPlans.Parameters("zone=lab type=simple"));
        await root.Raw.PostAsync("/cluster/sdn/vnets", TextPlans.Parameters("zone=lab vnet=blue"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/cluster/firewall/aliases/a1", "cidr=10.0.0.9");
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
    }

    [Theory]
    [InlineData("/admin/datastore/store1/notes", true)]
    [InlineData("/admin/datastore/store1/group-notes", false)]
    public async Task Undo_OfNotesOfBackups_LeavesThemAsTheyWere(string path, bool isSnapshot)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Most);
        ApiParameters keys = isSnapshot ? BackupServerTests.Keys() : TextPlans.Parameters("backup-type=host backup-id=laptop");
        await server.Other.Raw.PutAsync(path, With(keys, "first\nsecond"));
        Plan plan = await server.Guard.PlanAsync([new PlanRequest(ApiMethod.Put, path, With(keys, "new"))]);
        ApplyResult done = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        Assert.Equal("new", (await server.Other.Raw.GetAsync(path, keys)).Data.GetString());
        Assert.True((await server.Guard.ApplyAsync((await server.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        Assert.Equal("first\nsecond", (await server.Other.Raw.GetAsync(path, keys)).Data.GetString());
    }

    private static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/access/acl", TextPlans.Parameters($"path=/ roles=Administrator users=demo@pve tokens={DefaultCluster.TokenId}"));
        return cluster;
    }

    private static ApiParameters With(ApiParameters keys, string notes)
    {
        ApiParameters all = [.. keys];
        all.Add("notes", notes);
        return all;
    }

    private static async Task<ApplyResult> ApplyAsync(GuardedCluster cluster, string list, string made, string inside, string member)
    {
        Plan plan = await cluster.Guard.PlanAsync([TextPlans.Request("POST", list, made), TextPlans.Request("POST", inside, member)]);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete, string.Join('\n', done.Steps));
        return done;
    }
}
