using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>How many calls an hour may have, and how many may be under way.</summary>
public sealed class LimitTests
{
    private const string Two = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":2}}""";

    [Fact]
    public async Task Hour_IsFull_SurvivesTheProcess_AndHasRoomAgainAfterwards()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Two);
        Assert.True((await SetAsync(cluster.Guard, "one")).IsComplete);
        cluster.Time.Shift += TimeSpan.FromMinutes(20);
        Assert.True((await SetAsync(cluster.Guard, "two")).IsComplete);

        GuardRefusedException full = await Assert.ThrowsAsync<GuardRefusedException>(() => SetAsync(cluster.Guard, "three"));
        Assert.Equal("limit", full.Reason);
        Assert.Contains("2 calls were made in the last hour; the policy allows 2. There is room again at ", full.Message, StringComparison.Ordinal);
        Assert.Contains($"{cluster.Guard.Ledger.Show(1)!.Time + TimeSpan.FromHours(1):u}", full.Message, StringComparison.Ordinal);

        // Another process has nothing but the files.
        await using (OperationGuard again = cluster.OpenGuard())
        {
            Assert.Equal("limit", await cluster.RefusedAsync(() => SetAsync(again, "three")));
            cluster.Time.Shift += TimeSpan.FromMinutes(39);
            Assert.Equal("limit", await cluster.RefusedAsync(() => SetAsync(again, "three")));
            cluster.Time.Shift += TimeSpan.FromMinutes(2);
            Assert.True((await SetAsync(again, "three")).IsComplete);
        }

        // The second call is not an hour old yet.
        Assert.Equal("limit", await cluster.RefusedAsync(() => SetAsync(cluster.Guard, "four")));
        cluster.Time.Shift += TimeSpan.FromMinutes(20);
        Assert.True((await SetAsync(cluster.Guard, "four")).IsComplete);
    }

    [Fact]
    public async Task Hour_WithLessRoomThanThePlanHasCalls_RefusesAllOfIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Two);
        Assert.True((await SetAsync(cluster.Guard, "one")).IsComplete);
        Plan pair = await cluster.Guard.PlanAsync([Request("two"), Request("three")]);
        int before = cluster.Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(pair.Id));
        Assert.Equal("limit", refusal.Reason);
        Assert.Contains("1 calls were made in the last hour, and these are 2; the policy allows 2. There is room again at ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Writes);
        Assert.Equal("one", (await cluster.ConfigAsync(106, "description"))?.TrimEnd());
    }

    [Fact]
    public async Task CallsUnderWay_AreThoseWhoseLastEntryIsAnIntent()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":20,"concurrentTasks":1}}""");

        // An outcome whose intent is older than the hour makes no room for another.
        cluster.Guard.Ledger.Append("intent", "a", static _ => { });
        cluster.Time.Shift += TimeSpan.FromMinutes(61);
        cluster.Guard.Ledger.Append("outcome", "a", static _ => { });
        cluster.Guard.Ledger.Append("intent", "b", static _ => { });
        Assert.Equal("limit", await cluster.RefusedAsync(() => SetAsync(cluster.Guard, "one")));
        cluster.Guard.Ledger.Append("outcome", "b", static _ => { });
        Assert.True((await SetAsync(cluster.Guard, "one")).IsComplete);
    }

    [Fact]
    public async Task LimitsOfTheMoment_AreNotMetByWhoLooksAtAPlan()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":20,"concurrentTasks":1}}""");
        Plan plan = await cluster.Guard.PlanAsync([Request("one")]);
        cluster.Guard.Ledger.Append("intent", "a", static _ => { });

        Assert.Equal(plan.Id, (await cluster.Guard.ExamineAsync(plan.Id)).Id);
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Contains("1 calls are under way", Assert.Single(cluster.Guard.Objections(plan)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversations_ManyAtOnce_DoNotExceedTheHour()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":2,"concurrentTasks":9}}""");
        ApiParameters keys = new() { { "store", "store1" }, { "backup-type", "host" }, { "backup-id", "x" } };
        Exception?[] ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Record.Exception(() => server.Guard.OpenSession("/backup", keys)))));
        Assert.Equal(2, ends.Count(static end => end is null));
        Assert.All(ends.OfType<Exception>(), static end => Assert.Equal("limit", Assert.IsType<GuardRefusedException>(end).Reason));
    }

    private static PlanRequest Request(string text) => new(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", text } });

    private static async Task<ApplyResult> SetAsync(OperationGuard guard, string text) => await guard.ApplyAsync((await guard.PlanAsync([Request(text)])).Id);
}
