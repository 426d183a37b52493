using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>What one call of a plan loses for good does not keep the others from being taken back, unless they are about what it has lost.</summary>
public sealed class PartialUndoTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":9},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    private const string Machine = "/nodes/pve1/qemu/106";
    private const string Content = "/nodes/pve1/storage/local/content/";
    private const string BackupOf102 = "BACKUP-OF-102";
    private const string Snapshots = "/admin/datastore/store1/snapshots";

    private string _backup = "";

    [Theory]
    [InlineData("DELETE " + Machine + "/snapshot/before", "PUT " + Machine + "/config memory=1024", true)]
    [InlineData("DELETE " + Machine + "/snapshot/before", "PUT /nodes/pve1/qemu/102/config memory=1024", true)]
    [InlineData("DELETE " + Machine, "PUT /nodes/pve1/qemu/102/config memory=1024", true)]
    [InlineData("PUT " + Machine + "/config memory=1024", "DELETE " + Machine, false)]
    [InlineData("PUT " + Machine + "/config memory=1024", "POST " + Machine + "/snapshot/before/rollback", false)]
    [InlineData("PUT /cluster/backup/both vmid=102", "DELETE " + Machine, false)]
    [InlineData("PUT /pools/production vms=106", "DELETE " + Machine, false)]
    [InlineData("PUT " + Machine + "/config unused0=local-lvm:vm-106-disk-5", "PUT /nodes/pve1/qemu/102/config memory=1024", true)]
    [InlineData("PUT " + Machine + "/config memory=1024", "DELETE /nodes/pve1/storage/local-lvm/content/local-lvm:vm-106-disk-0", false)]
    [InlineData("PUT " + Machine + "/config memory=1024", "DELETE /nodes/pve1/storage/local/prunebackups vmid=106 prune-backups=keep-last=1", true)]
    [InlineData("POST " + Machine + "/snapshot snapname=after", "DELETE " + Machine + "/snapshot/before", true)]
    [InlineData("PUT " + Machine + "/config memory=1024", "POST /nodes/pve1/vzdump vmid=106 storage=local prune-backups=keep-last=1", true)]
    [InlineData("PUT " + Content + BackupOf102 + " notes=x", "POST /nodes/pve1/vzdump vmid=102 storage=local prune-backups=keep-last=1", false)]
    [InlineData("PUT " + Content + BackupOf102 + " notes=x", "DELETE /nodes/pve1/storage/local/prunebackups vmid=102 prune-backups=keep-last=1", false)]
    [InlineData("PUT " + Content + BackupOf102 + " notes=x", "DELETE " + Content + "local:" + BackupOf102, false)]
    [InlineData("PUT /nodes/pve1/qemu/102/config memory=1024", "POST /nodes/pve1/qemu vmid=106 force=1 archive=local:" + BackupOf102, true)]
    [InlineData("PUT " + Machine + "/config memory=1024", "POST /nodes/pve1/qemu vmid=106 force=1 archive=local:" + BackupOf102, false)]
    public async Task Plan_WithACallThatIsFinal_PromisesTheRest(string first, string second, bool isInPart)
    {
        await using GuardedCluster cluster = await StartAsync();

        Plan plan = await cluster.Guard.PlanAsync([Request(first), Request(second)]);

        Assert.Equal(isInPart ? 1 : 0, plan.Undo.Count);
        Assert.Equal(isInPart ? [IsFirstUndone(first) ? 2 : 1] : [], plan.NotTakenBack);
        Assert.Contains(plan.Describe(), line => line.StartsWith(isInPart ? "It can be taken back in part, without call " : "There is no way back.", StringComparison.Ordinal));
        Plan kept = cluster.Guard.Plans.Load(plan.Id);
        Assert.Equal(plan.Undo.Select(static call => call.ToString()), kept.Undo.Select(static call => call.ToString()));
    }

    [Fact]
    public async Task DiskThatThePlanAddsAndGrows_StaysAsItIs_AndTheRestComesBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await cluster.Guard.PlanAsync(
        [
            Request($"PUT {Machine}/config scsi4=local-lvm:1"), Request($"PUT {Machine}/resize disk=scsi4 size=+1G"), Request($"PUT {Machine}/config description=new"),
        ]);
        Assert.Equal([1, 2], plan.NotTakenBack);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);

        Assert.Null(await cluster.ConfigAsync(106, "description"));
        Assert.NotNull(await cluster.ConfigAsync(106, "scsi4"));
    }

    [Fact]
    public async Task EntryOfASet_ThatGoesWithIt_IsNotPromised()
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PostAsync("/cluster/firewall/ipset", TextPlans.Parameters("name=s1"));
        await root.Raw.PostAsync("/cluster/firewall/ipset/s1", TextPlans.Parameters("cidr=10.0.0.1"));
        Plan plan = await cluster.Guard.PlanAsync([Request("DELETE /cluster/firewall/ipset/s1/10.0.0.1"), Request("DELETE /cluster/firewall/ipset/s1")]);
        Assert.Empty(plan.Undo);
        Assert.Contains("There is no way back.", plan.Describe());
    }

    [Theory]
    [InlineData("POST /cluster/backup id=zz1 vmid=106 storage=local schedule=daily remove=0", 1)]
    [InlineData("POST /cluster/replication id=106-0 type=local target=pve2", 1)]
    [InlineData("POST /nodes/pve1/vzdump vmid=106 storage=local remove=0", 0)]
    [InlineData("POST " + Machine + "/status/start", 2)]
    public async Task StopOfAGuestThatIsOff_IsTakenBackByAStart_OnlyWhereThePlanHasStartedIt(string first, int ways)
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await cluster.Guard.PlanAsync([Request(first), Request($"POST {Machine}/status/stop")]);
        Assert.Equal(ways, plan.Undo.Count);
    }

    [Fact]
    public async Task ResumeOfAMachineThatRuns_BehindAnotherCall_IsNotTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await cluster.Guard.PlanAsync(
            [Request("PUT /nodes/pve1/qemu/102/config description=new"), Request("POST /nodes/pve1/qemu/102/status/resume")]);
        Assert.Equal("/nodes/pve1/qemu/102/config", Assert.Single(plan.Undo).ConcretePath);
    }

    [Fact]
    public async Task Undo_OfAPlanWithAFinalCall_BringsBackTheRest_AndSaysWhatStays()
    {
        await using GuardedCluster cluster = await StartAsync();
        string before = (await cluster.ConfigAsync(106, "memory"))!;
        Plan plan = await cluster.Guard.PlanAsync([Request($"DELETE {Machine}/snapshot/before"), Request($"PUT {Machine}/config memory=1024")]);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.Contains($"There is no way back from DELETE {Machine}/snapshot/before: that stays as it is.", undo.Consequences);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);

        Assert.Equal(before, await cluster.ConfigAsync(106, "memory"));
    }

    [Fact]
    public async Task Undo_AfterAFinalCallThatFailed_BringsBackWhatItWouldHaveLost()
    {
        await using GuardedCluster cluster = await StartAsync();
        string before = (await cluster.ConfigAsync(106, "memory"))!;
        Plan plan = await cluster.Guard.PlanAsync([Request($"PUT {Machine}/config memory=1024"), Request($"POST {Machine}/snapshot/before/rollback")]);
        cluster.Lack(static request => request.Path.EndsWith("/rollback", StringComparison.Ordinal));
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.False(done.IsComplete);

        Plan undo = await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber);
        Assert.True((await cluster.Guard.ApplyAsync(undo.Id)).IsComplete);

        Assert.Equal(before, await cluster.ConfigAsync(106, "memory"));
    }

    [Theory]
    [InlineData(Snapshots, 0, 1, true)]
    [InlineData(Snapshots, 0, 0, false)]
    [InlineData("/admin/datastore/store1/groups", null, 1, false)]
    [InlineData("/admin/datastore/store1/prune-datastore keep-last=1 ns=", null, 0, false)]
    public async Task PlanThatForgetsABackup_PromisesTheNotesOfOthers(string final, int? removed, int noted, bool isInPart)
    {
        string[] words = final.Split(' ', 2);
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        string[] times =
        [
            .. (await server.Other.Raw.GetAsync(Snapshots, TextPlans.Parameters("backup-type=vm backup-id=100"))).Data.EnumerateArray()
                .Select(static entry => entry.Text("backup-time")!).Order(StringComparer.Ordinal),
        ];
        string Keys(int? place) => $"backup-type=vm backup-id=100{(place is { } at ? $" backup-time={times[at]}" : "")}";

        PlanRequest removal = words.Length > 1 ? TextPlans.Request("POST", words[0], words[1]) : TextPlans.Request("DELETE", final, Keys(removed));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request("PUT", "/admin/datastore/store1/notes", $"{Keys(noted)} notes=first"), removal]);

        Assert.Equal(isInPart ? 1 : 0, plan.Undo.Count);
    }

    private static bool IsFirstUndone(string first) => first.StartsWith("POST", StringComparison.Ordinal)
        || (first.StartsWith("PUT", StringComparison.Ordinal) && !first.Contains("unused0", StringComparison.Ordinal));

    // The name of the backup is known when it is there.
    private PlanRequest Request(string text)
    {
        string[] words = text.Replace("BACKUP-OF-102", _backup, StringComparison.Ordinal).Split(' ', 3);
        return TextPlans.Request(words[0], words[1], words.ElementAtOrDefault(2) ?? "");
    }

    private async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync(Machine + "/snapshot", TextPlans.Parameters("snapname=before")));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", TextPlans.Parameters("vmid=102 storage=local")));
        await cluster.OpenRoot().Raw.PostAsync("/cluster/backup", TextPlans.Parameters("id=both vmid=102,106 storage=local schedule=daily remove=0"));
        _backup = (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters("content=backup vmid=102"))).Data[0].Text("volid")!["local:".Length..];
        return cluster;
    }
}
