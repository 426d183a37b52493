using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>A program is killed right after it has made a call: its place among those under way is free once the server runs no task of it.</summary>
public sealed class GoneCallTests
{
    private const string One = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"concurrentTasks":1}}""";
    private const string Start = "/nodes/pve1/qemu/106/status/start";
    private static readonly string s_plan = new('a', 64);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Place_OfAProgramThatWasKilled_IsFreeAgain_WhereTheServerRunsNoTaskOfIt()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One);
        Leave(cluster, isKilled: true);
        Plan next = await PlanAsync(cluster);

        // Its request may still be on the way.
        GuardRefusedException early = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(next.Id, Token));
        Assert.Equal("limit", early.Reason);
        Assert.Contains("given up 30 s after it was made", early.Message, StringComparison.Ordinal);

        cluster.Time.Shift += TimeSpan.FromSeconds(31);
        Assert.True((await cluster.Guard.ApplyAsync(next.Id, Token)).IsComplete);
        LedgerEntry outcome = cluster.Guard.Ledger.List().First(static entry => entry.Kind == "outcome");
        Assert.Equal((s_plan, "unknown"), (outcome.PlanId, outcome.Facts.Text("result")));
        Assert.True(cluster.Guard.Ledger.Verify().IsSound);
        Assert.Empty(Directory.GetFiles(Path.Combine(cluster.Folder, "state", "underway")));
    }

    [Fact]
    public async Task Place_OfACallWhoseOutcomeCouldNotBeWritten_IsFreeAgain_AsThatOfAProgramThatWasKilled()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One);
        string head = Path.Combine(cluster.Folder, "state", "ledger.head.new");
        Plan first = await cluster.PlanAsync(ApiMethod.Post, Start);
        cluster.When(
            request =>
            {
                bool isMeant = request.Method == "POST" && request.Path.EndsWith(Start, StringComparison.Ordinal);
                if (isMeant)
                {
                    Directory.CreateDirectory(head);
                }

                return isMeant;
            },
            Fault.SlowReply(TimeSpan.Zero));
        ApplyResult result = await cluster.Guard.ApplyAsync(first.Id, Token);
        Assert.Equal((true, 0L), (result.Steps[0].Succeeded, result.Steps[0].LedgerNumber));
        Directory.Delete(head);

        Plan next = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 3072 } });
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id, Token)));
        cluster.Time.Shift += TimeSpan.FromSeconds(31);
        Assert.True((await cluster.Guard.ApplyAsync(next.Id, Token)).IsComplete);
        Assert.Empty(Directory.GetFiles(Path.Combine(cluster.Folder, "state", "underway")));
    }

    [Fact]
    public async Task Place_OfAProgramThatWasKilled_IsKept_WhileTheServerRunsItsTask()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One, taskDuration: TimeSpan.FromMinutes(5));
        Leave(cluster, isKilled: true);
        Plan next = await PlanAsync(cluster);
        await cluster.Other.Raw.PostAsync(Start, cancellationToken: Token);
        cluster.Time.Shift += TimeSpan.FromSeconds(31);
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id, Token)));
        Assert.Single(Directory.GetFiles(Path.Combine(cluster.Folder, "state", "underway")));
    }

    [Fact]
    public async Task Place_OfAProgramThatWasKilled_IsFree_WhenOnlyTasksOfOthersRun()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One, taskDuration: TimeSpan.FromMinutes(5));
        Leave(cluster, isKilled: true);
        Plan next = await PlanAsync(cluster);
        await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/100/status/shutdown", cancellationToken: Token);
        await cluster.OpenRoot().Raw.PostAsync(Start, cancellationToken: Token);
        cluster.Time.Shift += TimeSpan.FromSeconds(31);
        Assert.True((await cluster.Guard.ApplyAsync(next.Id, Token)).IsComplete);
    }

    [Fact]
    public async Task Place_OfAProgramThatIsThere_IsKept_HoweverLongItTakes()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One);
        Leave(cluster, isKilled: false);
        Plan next = await PlanAsync(cluster);
        using (new CallMarks(Path.Combine(cluster.Folder, "state")).Hold(s_plan))
        {
            cluster.Time.Shift += TimeSpan.FromSeconds(31);
            Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id, Token)));
        }

        Assert.DoesNotContain(cluster.Guard.Ledger.List(), static entry => entry.Kind == "outcome");
    }

    [Fact]
    public async Task Place_WhoseTasksCannotBeListed_IsKept()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(One);
        Leave(cluster, isKilled: true);
        Plan next = await PlanAsync(cluster);
        cluster.Lack(static request => request.Path.EndsWith("/tasks", StringComparison.Ordinal));
        cluster.Time.Shift += TimeSpan.FromSeconds(31);
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id, Token)));
    }

    [Fact]
    public async Task Conversation_OfAProgramThatWasKilled_HasEndedWithIt()
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(One);
        ApiParameters keys = new() { { "store", "store1" }, { "backup-type", "host" }, { "backup-id", "x" } };
        server.Guard.Ledger.Append("intent", s_plan, static json => json.WriteString("call", "GET /backup store=store1"));
        Assert.Equal("limit", await server.RefusedAsync(() => Task.Run(() => server.Guard.OpenSession("/backup", keys), Token)));
        Mark(server.Folder);
        using (server.Guard.OpenSession("/backup", keys))
        {
            // One that goes on has its place.
            Assert.Equal("limit", await server.RefusedAsync(() => Task.Run(() => server.Guard.OpenSession("/backup", keys), Token)));
        }

        server.Guard.OpenSession("/backup", keys).Dispose();
        Assert.True(server.Guard.Ledger.Verify().IsSound);
    }

    private static void Leave(GuardedCluster cluster, bool isKilled)
    {
        cluster.Guard.Ledger.Append("intent", s_plan, static json =>
        {
            json.WriteString("call", $"POST {Start}");
            json.WriteStartArray("targets");
            json.WriteStartObject();
            json.WriteString("key", "guest 106");
            json.WriteEndObject();
            json.WriteEndArray();
        });
        if (isKilled)
        {
            Mark(cluster.Folder);
        }
    }

    // The file that a killed program leaves, and that nobody holds any more.
    private static void Mark(string folder)
    {
        string marks = Directory.CreateDirectory(Path.Combine(folder, "state", "underway")).FullName;
        File.WriteAllText(Path.Combine(marks, s_plan), "");
    }

    private static Task<Plan> PlanAsync(GuardedCluster cluster) =>
        cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "next" } });
}
