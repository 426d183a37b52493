using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>Who decides about the removal of a backup, or of a guest, is told which backups stay: not those that the plan itself removes.</summary>
public sealed class LeftBackupTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"limits":{"targetsPerPlan":9},"approval":{"destructive":"none"}}
        """;

    private const string Content = "/nodes/pve1/storage/local/content";
    private const string Snapshots = "/admin/datastore/store1/snapshots";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BackupOfAGuest_ThatThePlanRemoves_IsNone(bool withItsStorage)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string first = await BackUpAsync(cluster);
        string path = $"{Content}/{Uri.EscapeDataString(withItsStorage ? first : first["local:".Length..])}";

        Plan one = await TextPlans.PlanAsync(cluster, "DELETE", path, "");
        Assert.Contains("There is no backup of guest 106 on the storages of pve1, beside what the plan removes.", one.Consequences);
        Plan both = await cluster.Guard.PlanAsync([TextPlans.Request("DELETE", "/nodes/pve1/qemu/106", ""), TextPlans.Request("DELETE", path, "")]);
        Assert.DoesNotContain(both.Consequences, static line => line.Contains("latest backup", StringComparison.Ordinal));

        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", 100 }, { "storage", "local" } }));
        string other = (await cluster.Other.Raw.GetAsync(Content, TextPlans.Parameters("content=backup vmid=100"))).Data.EnumerateArray().Last().Text("volid")!;
        Plan left = await cluster.Guard.PlanAsync(
            [TextPlans.Request("DELETE", $"{Content}/{Uri.EscapeDataString(other)}", ""), TextPlans.Request("DELETE", "/nodes/pve1/qemu/106", "")]);
        Assert.Contains(left.Consequences, static line => line.StartsWith("The latest backup of guest 106 is of ", StringComparison.Ordinal));
        Assert.Equal(left.Id, cluster.Guard.Plans.Load(left.Id).Id);
    }

    [Fact]
    public async Task BackupThatThePlanNames_AndThatIsGone_IsDrift_OneMoreIsNone()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string first = await BackUpAsync(cluster);
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(5);
        cluster.Time.Shift += TimeSpan.FromMinutes(5);
        Plan gone = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");
        Plan more = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");
        string second = await BackUpAsync(cluster);
        Assert.NotEqual(first, second);
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync($"{Content}/{Uri.EscapeDataString(second)}"));
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync($"{Content}/{Uri.EscapeDataString(first)}"));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(gone.Id));
        Assert.Equal("drift", refusal.Reason);
        Assert.Contains("The latest backup of guest 106 is of ", refusal.Message, StringComparison.Ordinal);

        await BackUpAsync(cluster);
        Assert.True((await cluster.Guard.ApplyAsync(more.Id)).IsComplete);
    }

    [Fact]
    public async Task BackupOfAnEarlierGuestOfTheNumber_IsNotThatOfTheNewOne()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await BackUpAsync(cluster);
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync("/nodes/pve1/qemu/106"));
        cluster.ServerTime.Shift += TimeSpan.FromMinutes(5);
        cluster.Time.Shift += TimeSpan.FromMinutes(5);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu", TextPlans.Parameters("vmid=106 name=new-one memory=16")));

        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");

        Assert.Contains("There is no backup of guest 106 on the storages of pve1; those of an earlier guest of the number are there.", plan.Consequences);
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
    }

    [Fact]
    public async Task DisksThatBackupsLeaveOut_AreNamed_AndALostBackupIsDriftAsBefore()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/config", TextPlans.Parameters("scsi1=local-lvm:1,backup=0 scsi2=local-lvm:1")));
        string backup = await BackUpAsync(cluster);

        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/nodes/pve1/qemu/106", "");

        string told = Assert.Single(plan.Consequences, static line => line.StartsWith("The latest backup of guest 106 is of ", StringComparison.Ordinal));
        Assert.EndsWith("Z. Backups of it leave out scsi1.", told, StringComparison.Ordinal);
        Assert.Contains($"The plan says: {told}", Plan.Parse(plan.ToJson()).Describe());
        Assert.Contains(told, (await cluster.Guard.ExamineAsync(plan.Id)).Describe());
        Assert.Equal(plan.Id, cluster.Guard.Plans.Load(plan.Id).Id);
        await cluster.DoneAsync(await cluster.Other.Raw.DeleteAsync($"{Content}/{Uri.EscapeDataString(backup)}"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task SnapshotOfABackupServer_IsToldByItsDate_AndWhatStays()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        JsonElement[] all = [.. (await server.Other.Raw.GetAsync(Snapshots, TextPlans.Parameters("backup-type=vm backup-id=100"))).Data.EnumerateArray()];
        Assert.True(all.Length > 1);
        string[] times = [.. all.Select(static entry => entry.Text("backup-time")!).OrderBy(long.Parse)];
        PlanRequest Removal(string time) => TextPlans.Request("DELETE", Snapshots, $"backup-type=vm backup-id=100 backup-time={time}");
        string Date(string time) => $"{DateTimeOffset.FromUnixTimeSeconds(long.Parse(time)):u}";

        Plan newest = await server.Guard.PlanAsync([Removal(times[^1])]);
        Assert.Contains(
            $"Backups that stay of store1:/vm/100 without that of {Date(times[^1])}: {times.Length - 1}, the latest of {Date(times[^2])}.", newest.Consequences);

        Plan every = await server.Guard.PlanAsync([.. times.Select(Removal)]);
        Assert.Contains($"Backups that stay of store1:/vm/100 without that of {Date(times[0])}: none.", every.Consequences);
        Assert.Equal(every.Id, server.Guard.Plans.Load(every.Id).Id);

        await server.Other.Raw.DeleteAsync(Snapshots, TextPlans.Parameters($"backup-type=vm backup-id=100 backup-time={times[0]}"));
        Assert.Equal("drift", await server.RefusedAsync(() => server.Guard.ApplyAsync(newest.Id)));
    }

    [Fact]
    public async Task SeveralSnapshotsOfOneGroup_AreChangedInOnePlan()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Policy);
        JsonElement[] all = [.. (await server.Other.Raw.GetAsync(Snapshots, TextPlans.Parameters("backup-type=vm backup-id=100"))).Data.EnumerateArray()];
        string[] times = [.. all.Select(static entry => entry.Text("backup-time")!).OrderBy(long.Parse)];
        string Keys(int i) => $"backup-type=vm backup-id=100 backup-time={times[i]}";

        Plan plan = await server.Guard.PlanAsync(
        [
            TextPlans.Request("PUT", "/admin/datastore/store1/notes", $"{Keys(0)} notes=first"),
            TextPlans.Request("PUT", "/admin/datastore/store1/notes", $"{Keys(1)} notes=second"),
            TextPlans.Request("DELETE", Snapshots, Keys(0)),
        ]);

        ApplyResult result = await server.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, result.Steps[^1].Message);
        Assert.Equal(times.Length - 1, (await server.Other.Raw.GetAsync(Snapshots, TextPlans.Parameters("backup-type=vm backup-id=100"))).Data.GetArrayLength());

        // What the group is then, the plan cannot know.
        Assert.Equal("target", await server.RefusedAsync(() => server.Guard.PlanAsync(
            [TextPlans.Request("DELETE", Snapshots, Keys(1)), TextPlans.Request("DELETE", "/admin/datastore/store1/groups", "backup-type=vm backup-id=100")])));
    }

    private static async Task<string> BackUpAsync(GuardedCluster cluster)
    {
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", 106 }, { "storage", "local" } }));
        return (await cluster.Other.Raw.GetAsync(Content, TextPlans.Parameters("content=backup vmid=106"))).Data
            .EnumerateArray().OrderBy(static entry => entry.GetProperty("ctime").GetInt64()).Last().Text("volid")!;
    }
}
