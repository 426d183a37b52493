using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Jobs that start by themselves when the time comes.</summary>
public sealed class ScheduledJobTests : SimulatedCluster
{
    [Fact]
    public async Task BackupJob_WhenItsTimeComes_BacksUpOnEveryNode()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "nightly"), ("schedule", "mon..fri 02:00"), ("storage", "local"), ("vmid", "106,200,201"), ("compress", "zstd"))).Status);
        Assert.Equal(Unix("2026-11-23T02:00:00Z"), await NextRunAsync("nightly"));

        await AdvanceAsync(TimeSpan.FromHours(5.5));

        JsonArray tasks = await TasksAsync("pve1");
        JsonNode task = Assert.Single(tasks)!;
        Assert.Equal(("root@pam", "OK", Unix("2026-11-23T02:00:00Z")), (task["user"]!.GetValue<string>(), task["status"]!.GetValue<string>(), task["starttime"]!.GetValue<long>()));
        Assert.Single(await TasksAsync("pve2"));
        Assert.Empty(await TasksAsync("pve3"));
        string[] log = await LogAsync(task);
        Assert.Equal("INFO: starting new backup job: vzdump 106 200 201 --compress zstd --job-id nightly --quiet 1 --storage local", log[0]);
        Assert.Contains("INFO: Backup started at 2026-11-23 02:00:00", log);
        Assert.Equal(["local:backup/vzdump-lxc-200-2026_11_23-02_00_00.tar.zst", "local:backup/vzdump-qemu-106-2026_11_23-02_00_00.vma.zst"], await ArchivesAsync("pve1"));
        Assert.Equal(Unix("2026-11-24T02:00:00Z"), await NextRunAsync("nightly"));
    }

    [Fact]
    public async Task BackupJob_WithRetention_RemovesOlderBackups()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "hourly"), ("schedule", "*:0"), ("storage", "local"), ("vmid", "106"), ("prune-backups", "keep-last=2"))).Status);

        await AdvanceAsync(TimeSpan.FromHours(4.5));

        Assert.Equal(["local:backup/vzdump-qemu-106-2026_11_23-00_00_00.vma", "local:backup/vzdump-qemu-106-2026_11_23-01_00_00.vma"], await ArchivesAsync("pve1"));
        JsonArray tasks = await TasksAsync("pve1");
        Assert.Equal(4, tasks.Count);
        string[] log = await LogAsync(tasks[0]!);
        Assert.Contains("INFO: prune older backups with retention: keep-last=2", log);
        Assert.Contains("INFO: removing backup 'local:backup/vzdump-qemu-106-2026_11_22-23_00_00.vma'", log);
        Assert.Contains("INFO: pruned 1 backup(s) not covered by keep-retention policy", log);
    }

    [Fact]
    public async Task Vzdump_OnAStorageWithRetention_PrunesUnlessToldNotTo()
    {
        Assert.Equal(200, (await Client.PutAsync("/storage/local", ("prune-backups", "keep-last=1"))).Status);
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local")));
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("remove", "0")));
        Assert.Equal(2, (await ArchivesAsync("pve1")).Length);

        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("protected", "1")));
        Assert.Equal(2, (await ArchivesAsync("pve1")).Length);
        Assert.Equal("OK", (await Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "101"))).Data!.GetValue<string>());
    }

    [Fact]
    public async Task BackupJob_ThatIsOffOrMoved_WaitsForItsNewTime()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "job-a"), ("schedule", "22:00"), ("storage", "local"), ("vmid", "106"), ("enabled", "0"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "job-b"), ("schedule", "22:00"), ("storage", "local"), ("vmid", "106"))).Status);
        Assert.Equal(200, (await Client.PutAsync("/cluster/backup/job-b", ("schedule", "sat 18:15"))).Status);
        await AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Empty(await TasksAsync("pve1"));

        Assert.Equal(Unix("2026-11-28T18:15:00Z"), await NextRunAsync("job-b"));
        await AdvanceAsync(TimeSpan.FromDays(5));
        Assert.Single(await TasksAsync("pve1"));
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/backup/job-b")).Status);
        await AdvanceAsync(TimeSpan.FromDays(8));
        Assert.Single(await TasksAsync("pve1"));
    }

    [Fact]
    public async Task BackupJob_WithContradictions_IsRefused()
    {
        (string, string)[] common = [("id", "job-x"), ("schedule", "daily"), ("storage", "local")];
        Assert.Equal("option conflicts with option 'vmid'", (await Client.PostAsync("/cluster/backup", [.. common, ("vmid", "100"), ("all", "1")])).Error("all"));
        Assert.Equal("property is missing", (await Client.PostAsync("/cluster/backup", common)).Error("vmid"));
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", [.. common, ("exclude", "100")])).Status);
        Assert.Equal(1, (await DataAsync("/cluster/backup/job-x"))["all"]!.GetValue<int>());
        Assert.Equal(200, (await Client.PutAsync("/cluster/backup/job-x", ("vmid", "106"))).Status);
        JsonObject job = (await DataAsync("/cluster/backup/job-x")).AsObject();
        Assert.False(job.ContainsKey("all") || job.ContainsKey("exclude"));
        Assert.Equal((500, "no such vzdump job"), Answer(await Client.DeleteAsync("/cluster/backup/nope")));
    }

    [Theory]
    [InlineData("*/15", "2026-11-22T21:15:00Z", "2026-11-22T21:30:00Z")]
    [InlineData("daily", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")]
    [InlineData("sat 18:15", "2026-11-28T18:15:00Z", "2026-12-05T18:15:00Z")]
    [InlineData("21:00", "2026-11-23T21:00:00Z", "2026-11-24T21:00:00Z")]
    [InlineData("mon,wed 8..9:30", "2026-11-23T08:30:00Z", "2026-11-23T09:30:00Z")]
    [InlineData("2,22:30", "2026-11-22T22:30:00Z", "2026-11-23T02:30:00Z")]
    [InlineData("sat *-1..7 15:00", "2026-12-05T15:00:00Z", "2027-01-02T15:00:00Z")]
    [InlineData("monday", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")]
    public async Task Schedule_OfACommonForm_IsUnderstood(string schedule, string first, string second)
    {
        JsonArray runs = (await DataAsync($"/cluster/jobs/schedule-analyze?iterations=2&schedule={Uri.EscapeDataString(schedule)}")).AsArray();
        Assert.Equal([Unix(first), Unix(second)], runs.Select(static run => run!["timestamp"]!.GetValue<long>()));
    }

    [Fact]
    public async Task RealmSyncJob_WhenItsTimeComes_Syncs()
    {
        Assert.Equal(200, (await Client.PostAsync("/access/domains", ("realm", "corp"), ("type", "ldap"), ("server1", "192.0.2.9"), ("base_dn", "dc=corp"), ("user_attr", "uid"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/access/users", ("userid", "gone@corp"))).Status);
        Assert.Equal("property is missing and it is not optional", (await Client.PostAsync("/cluster/jobs/realm-sync/job-s")).Error("schedule"));
        Assert.Equal(200, (await Client.PostAsync("/cluster/jobs/realm-sync/job-s", ("realm", "corp"), ("schedule", "22:00"), ("scope", "users"), ("remove-vanished", "acl;entry"))).Status);
        JsonNode job = Assert.Single((await DataAsync("/cluster/jobs/realm-sync")).AsArray())!;
        Assert.Equal(("job-s", "realm-sync", Unix("2026-11-22T22:00:00Z")), (job["id"]!.GetValue<string>(), job["type"]!.GetValue<string>(), job["next-run"]!.GetValue<long>()));

        await AdvanceAsync(TimeSpan.FromHours(1.5));

        JsonNode task = Assert.Single((await DataAsync("/nodes/pve1/tasks?typefilter=auth-realm-sync")).AsArray())!;
        Assert.Equal(("corp", "OK"), (task["id"]!.GetValue<string>(), task["status"]!.GetValue<string>()));
        Assert.Equal((500, "no such user ('gone@corp')"), Answer(await Client.GetAsync("/access/users/gone@corp")));
        Assert.Equal((500, "Cannot sync realm type 'pve'! Only LDAP/AD realms can be synced."), Answer(await Client.PostAsync("/access/domains/pve/sync")));
    }

    private static long Unix(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    private async Task<long> NextRunAsync(string id) => (await DataAsync("/cluster/backup")).AsArray().Single(job => job!["id"]!.GetValue<string>() == id)!["next-run"]!.GetValue<long>();

    private async Task<JsonArray> TasksAsync(string node) => (await DataAsync($"/nodes/{node}/tasks?typefilter=vzdump")).AsArray();

    private async Task<string[]> LogAsync(JsonNode task) =>
        [.. (await DataAsync($"/nodes/{task["node"]}/tasks/{Uri.EscapeDataString(task["upid"]!.GetValue<string>())}/log?limit=0")).AsArray().Select(static line => line!["t"]!.GetValue<string>())];

    private async Task<string[]> ArchivesAsync(string node) =>
        [.. (await DataAsync($"/nodes/{node}/storage/local/content?content=backup")).AsArray().Select(static entry => entry!["volid"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
}
