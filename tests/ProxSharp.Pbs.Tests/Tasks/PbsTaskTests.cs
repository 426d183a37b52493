using ProxSharp.Ids;
using ProxSharp.Pbs.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests.Tasks;

/// <summary>Tasks of a backup server.</summary>
public sealed class PbsTaskTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForCompletion_OfGarbageCollection_Succeeds(bool sync)
    {
        PbsTask task = sync ? server.Filled.CollectGarbage(Token) : await server.Filled.CollectGarbageAsync(Token);
        TaskResult result = sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token);
        Assert.Equal((TaskOutcome.Succeeded, "garbage_collection"), (result.Outcome, result.Upid.Type));
        TaskInfo info = sync ? task.GetStatus(Token) : await task.GetStatusAsync(Token);
        Assert.Equal((false, "OK"), (info.IsRunning, info.ExitStatus));
        Assert.Equal(task.Upid.ToString(), task.ToString());
    }

    [Fact]
    public async Task WaitForCompletion_StraightFromTheCall_Succeeds()
    {
        Assert.True((await server.Filled.VerifyAsync(cancellationToken: Token).WaitForCompletionAsync(Token)).Succeeded);
        IReadOnlyList<Pbs.Backups.BackupGroupInfo> groups = await server.Filled.Groups.ListAsync(Token);
        TaskResult[] results = await Task.WhenAll(groups.Select(group => server.Filled.Groups[group.Path].VerifyAsync(null, Token).WaitForCompletionAsync(TaskWaitOptions.Default, Token)));
        Assert.Equal(3, results.Length);
        Assert.All(results, static result => Assert.True(result.Succeeded));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_Following_HasTimesApartFromTheText(bool sync)
    {
        PbsTask task = await server.Filled.CollectGarbageAsync(Token);
        List<TaskLogLine> lines = [];
        if (sync)
        {
            lines.AddRange(task.ReadLog(follow: true, Token));
        }
        else
        {
            await foreach (TaskLogLine line in task.ReadLogAsync(follow: true, Token))
            {
                lines.Add(line);
            }
        }

        Assert.Equal("starting garbage collection on store store1", lines[0].Text);
        Assert.StartsWith("TASK OK", lines[^1].Text, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(static n => (long)n), lines.Select(static line => line.Number));
        Assert.All(lines, static line => Assert.NotNull(line.Time));
        IReadOnlyList<string> tail = sync ? task.GetLogTail(2, Token) : await task.GetLogTailAsync(2, Token);
        Assert.Equal(lines.TakeLast(2).Select(static line => line.Text), tail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_SmallPages_HasEveryTaskOnce(bool sync)
    {
        await server.Filled.CollectGarbageAsync(Token).WaitForCompletionAsync(Token);
        await server.Filled.VerifyAsync(cancellationToken: Token).WaitForCompletionAsync(Token);
        IReadOnlyList<TaskInfo> all = await ListAsync(sync, PbsTaskFilter.All with { PageSize = 1 });
        Assert.Equal(all.Count, all.DistinctBy(static task => task.Upid).Count());
        Assert.Contains(all, static task => task.Type == "verify" && task.Outcome == TaskOutcome.Succeeded && task.Ended is not null);
        IReadOnlyList<TaskInfo> collections = await ListAsync(sync, new PbsTaskFilter { Type = "garbage_collection" });
        Assert.NotEmpty(collections);
        Assert.All(collections, static task => Assert.Equal("garbage_collection", task.Type));
        Assert.Empty(await ListAsync(sync, PbsTaskFilter.Failed));
        Assert.Throws<ArgumentOutOfRangeException>(() => server.Pbs.Tasks.List(new PbsTaskFilter { PageSize = 0 }, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_Filter_GoesOverTheWire(bool sync)
    {
        using StubPbs stub = new("[]");
        PbsTaskFilter filter = new()
        {
            RunningOnly = true,
            ErrorsOnly = true,
            Since = DateTimeOffset.FromUnixTimeSeconds(5),
            Until = DateTimeOffset.FromUnixTimeSeconds(9),
            Type = "prune",
            User = "ci@pbs",
            Datastore = stub.Store.Name,
            Outcomes = [TaskOutcome.Failed, TaskOutcome.Warnings, TaskOutcome.Unknown, TaskOutcome.Succeeded],
        };
        _ = sync ? stub.Pbs.Tasks.List(filter, Token).Count() : await CountAsync(stub.Pbs.Tasks.ListAsync(filter, Token));
        Assert.Equal(
            "GET /nodes/localhost/tasks errors=true limit=500 running=true since=5 start=0 statusfilter=error statusfilter=ok statusfilter=unknown statusfilter=warning store=store1 "
            + "typefilter=prune until=9 userfilter=ci@pbs",
            stub.LastCall);
        Assert.True(PbsTaskFilter.Running.RunningOnly);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_EntriesThatCannotBeRead_AreLeftOut(bool sync)
    {
        using StubPbs stub = new("""
            [{"upid":"nonsense","node":"localhost","starttime":1},
             {"upid":"UPID:vm:000046D1:00052608:00000023:6B035B83:verify:golden:golden@pbs!tok:","node":"localhost","starttime":1795382147},
             {"upid":"UPID:vm:000046D1:00052608:0000001F:6B035B21:reader:golden\\x3ahost-cap1-65541810:golden@pbs!tok:","endtime":1795382049,"status":"connection error: not connected"}]
            """);
        TaskInfo[] tasks = sync ? [.. stub.Pbs.Tasks.List(null, Token)] : [.. await CollectAsync(stub.Pbs.Tasks.ListAsync(null, Token))];
        Assert.Equal([true, false], tasks.Select(static task => task.IsRunning));
        Assert.Equal("golden:host/cap1/65541810", tasks[1].Id);
        Assert.Equal(TaskOutcome.Failed, tasks[1].Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task Calls_OfATask_NameLocalhostAndEncodeTheWholeId(bool sync)
    {
        using StubPbs stub = new("""{"status":"stopped","exitstatus":"unknown","upid":"x"}""");
        PbsTask task = stub.Pbs.Tasks[StubPbs.TaskId];
        TaskInfo info = await stub.RunAsync(sync, () => task.GetStatus(Token), () => task.GetStatusAsync(Token));
        Assert.Equal(TaskOutcome.Unknown, info.Outcome);
        const string Path = "/api2/json/nodes/localhost/tasks/UPID%3Avm%3A000046D1%3A00052608%3A00000024%3A6B035B84%3Aprune%3Agolden%5Cx3a%3Agolden%40pbs%21tok%3A";
        Assert.Equal(Path + "/status", stub.Handler.Calls[^1].Target);
        await stub.RunAsync(sync, () => task.Stop(Token), () => task.StopAsync(Token));
        Assert.Equal(("DELETE", Path), (stub.Handler.Calls[^1].Method, stub.Handler.Calls[^1].Target));
        Assert.Equal(task.Upid, stub.Pbs.Tasks[task.Upid].Upid);
        Assert.Throws<FormatException>(() => stub.Pbs.Tasks["nonsense"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_Following_AsksByLineNumbersAndForNoState(bool sync)
    {
        string[] pages =
        [
            """{"data":[{"n":1,"t":"2026-11-22T21:15:48+01:00: first"},{"n":2,"t":"2026-11-22T21:15:49+01:00: TASK of the day"}],"total":2,"active":true}""",
            """{"data":[],"total":2,"active":true}""",
            """{"data":[{"n":3,"t":"no time: at all"},{"n":4,"t":"2026-11-22T21:15:50+01:00: TASK WARNINGS: 2"}],"total":4,"active":false}""",
            """{"data":[],"total":4,"active":false}""",
        ];
        int page = 0;
        using StubPbs stub = new(_ => Testing.StubHandler.Json(pages[page++]), time: new JumpingClock());
        PbsTask task = stub.Pbs.Tasks[StubPbs.TaskId];
        List<TaskLogLine> lines = sync ? [.. task.ReadLog(follow: true, Token)] : await CollectAsync(task.ReadLogAsync(follow: true, Token));
        Assert.Equal(["first", "TASK of the day", "no time: at all", "TASK WARNINGS: 2"], lines.Select(static line => line.Text));
        Assert.Equal([new DateTimeOffset(2026, 11, 22, 20, 15, 48, TimeSpan.Zero), null], [lines[0].Time, lines[2].Time]);
        Assert.Equal(
            ["limit=500 start=1 test-status=true", "limit=500 start=3 test-status=true", "limit=500 start=3 test-status=true", "limit=500 start=5 test-status=true"],
            stub.Handler.Calls.Select(static call => StubPbs.Describe(call).Split("/log ")[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForCompletion_TaskThatFails_ThrowsWithTheLog(bool sync)
    {
        using StubPbs stub = new(
            static call => call.Target.Contains("/log", StringComparison.Ordinal)
                ? Testing.StubHandler.Json("""{"data":[{"n":1,"t":"2026-11-22T21:15:48+00:00: the disk is full"},{"n":2,"t":"2026-11-22T21:15:48+00:00: TASK ERROR: boom"}],"total":2,"active":false}""")
                : StubPbs.Data("""{"status":"stopped","exitstatus":"boom","upid":"x"}"""),
            time: new JumpingClock());
        PbsTask task = stub.Pbs.Tasks[StubPbs.TaskId];
        ProxmoxTaskFailedException failure = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(
            async () => _ = sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token));
        Assert.Equal(["the disk is full", "TASK ERROR: boom"], failure.LogTail);
        Assert.Equal("boom", failure.ExitStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForCompletion_TaskWithWarnings_IsAFailureOnlyIfWanted(bool sync)
    {
        using StubPbs stub = new(
            static call => call.Target.Contains("/log", StringComparison.Ordinal)
                ? Testing.StubHandler.Json("""{"data":[{"n":1,"t":"2026-11-22T21:15:48+00:00: WARN: a snapshot was in use"},{"n":2,"t":"2026-11-22T21:15:48+00:00: TASK WARNINGS: 2"}],"total":2,"active":false}""")
                : StubPbs.Data("""{"status":"stopped","exitstatus":"WARNINGS: 2","upid":"x","endtime":1795382149}"""),
            time: new JumpingClock());
        PbsTask task = stub.Pbs.Tasks[StubPbs.TaskId];
        TaskResult result = sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token);
        Assert.Equal((TaskOutcome.Warnings, 2, true), (result.Outcome, result.Warnings, result.Succeeded));
        Assert.Equal("WARN: a snapshot was in use", result.LogTail[0]);
        TaskWaitOptions strict = new() { WarningsAreFailures = true };
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(async () => _ = sync ? task.WaitForCompletion(strict, Token) : await task.WaitForCompletionAsync(strict, Token));
    }

    [Fact]
    public async Task WaitForCompletion_OfManyTasks_SharesTheLooksAtTheServer()
    {
        await using SimulatedPbs own = await SimulatedPbs.StartAsync(taskDuration: TimeSpan.FromMilliseconds(300));
        List<PbsTask> tasks = [];
        await foreach (Pbs.Backups.BackupSnapshotInfo snapshot in own.Store.ReadSnapshotsAsync(cancellationToken: Token))
        {
            tasks.Add(await own.Store.Namespaces[snapshot.Namespace].Snapshots[snapshot.Path].VerifyAsync(cancellationToken: Token));
        }

        long before = own.Simulator.Traffic.RequestCount;
        TaskResult[] results = await Task.WhenAll(tasks.Select(static task => task.WaitForCompletionAsync(Token)));
        Assert.Equal(16, results.Length);
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.True(own.Simulator.Traffic.RequestCount - before < 3 * tasks.Count, $"{own.Simulator.Traffic.RequestCount - before} requests");
    }

    private async Task<IReadOnlyList<TaskInfo>> ListAsync(bool sync, PbsTaskFilter filter) =>
        sync ? [.. server.Pbs.Tasks.List(filter, Token)] : await CollectAsync(server.Pbs.Tasks.ListAsync(filter, Token));

    private static async Task<int> CountAsync<T>(IAsyncEnumerable<T> items) => (await CollectAsync(items)).Count;

    private static async Task<List<T>> CollectAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (T item in items)
        {
            all.Add(item);
        }

        return all;
    }
}
