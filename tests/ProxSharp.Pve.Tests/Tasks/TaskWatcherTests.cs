using System.Globalization;
using ProxSharp.Tasks;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>Waiting for many tasks with one client.</summary>
[Trait("Acceptance", "7")]
public sealed class TaskWatcherTests
{
    [Fact]
    public async Task Wait_500TasksOn3Nodes_CostsOnlyListsOfTheNodes()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(0, 500).Select(n => nodes.Start(TimeSpan.FromSeconds(5 + (n % 60)), n % 10 == 9 ? "boom" : "OK", Node(n)))];
        TaskWaitOptions options = new() { ThrowOnFailure = false, LogTailLines = 0 };
        TaskResult[] results = await WaitForAllAsync(nodes, pve, tasks, options);
        Assert.Equal(tasks.Select(static task => task.Upid), results.Select(static result => result.Upid));
        Assert.Equal(50, results.Count(static result => result.Outcome == TaskOutcome.Failed));
        // A node is asked for one task only when it is the last one there; lists tell of all others how and when they ended.
        Assert.InRange(nodes.StatusCalls.Count(), 0, 3 * 5);
        Assert.InRange(results.Count(static result => result.Ended is not null), 497, 500);
        Assert.InRange(nodes.Handler.Calls.Count, 3, 3 * 60);
        Assert.Equal(nodes.Handler.Calls.Count, nodes.Lists.Count() + nodes.StatusCalls.Count());
        Assert.Equal(3, nodes.Lists.Select(static call => call.Target.Split('/')[4]).Distinct().Count());
    }

    [Fact]
    public async Task Wait_ManyTasks_WakesEachAsSoonAsItsEndIsSeen()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        Task<TaskResult> late = pve.Tasks[nodes.Start(TimeSpan.FromHours(10)).Upid].WaitForCompletionAsync();
        StubTask[] early = [.. Enumerable.Range(1, 10).Select(n => nodes.Start(TimeSpan.FromSeconds(n)))];
        await WaitForAllAsync(nodes, pve, early);
        Assert.False(late.IsCompleted);
    }

    [Fact]
    public async Task Wait_TwiceForTheSameTask_EndsForBoth()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromSeconds(3));
        TaskResult[] results = await WaitForAllAsync(nodes, pve, Enumerable.Repeat(task, 5));
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.Empty(nodes.Lists);
        Assert.InRange(nodes.StatusCalls.Count(), 1, 25);
    }

    [Fact]
    public async Task Wait_ListLeavesTasksOut_AsksForThemselves()
    {
        // Somebody who may not see the tasks of a node still sees the state of each of his own.
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(1, 20).Select(n => nodes.Add(new StubTask(nodes.NewId()) { Duration = TimeSpan.FromSeconds(10 + n), IsListed = n > 5 }))];
        TaskResult[] results = await WaitForAllAsync(nodes, pve, tasks);
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.Equal(["1005", "1004", "1003", "1002", "1001"], nodes.StatusCalls.SkipLast(5).Select(Pid).Distinct().OrderDescending());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Wait_ListRefusedOrBroken_AsksForEachTask(int status)
    {
        StubNodes nodes = new() { Trouble = call => call.Target.Contains("/tasks?", StringComparison.Ordinal) ? StubHandler.Text(status, "Permission check failed (/nodes/pve1, Sys.Audit)") : null };
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(1, 20).Select(n => nodes.Start(TimeSpan.FromSeconds(10 + n)))];
        TaskResult[] results = await WaitForAllAsync(nodes, pve, tasks);
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.Equal(status == 403 ? 1 : 3, nodes.Lists.Count());
    }

    [Fact]
    public async Task Wait_ListIsCut_GoesOverToRunningTasks()
    {
        // The oldest task started so long ago that thousands have come and gone since, and the list holds the newest ones.
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        DateTimeOffset now = nodes.Clock.GetUtcNow();
        List<StubTask> old = [.. Enumerable.Range(1, 3).Select(n => nodes.Add(new StubTask(nodes.NewId("pve1", now.AddDays(-1))) { Duration = TimeSpan.FromDays(1) + TimeSpan.FromSeconds(10 * n) }))];
        for (int n = 0; n < 3000; n++)
        {
            nodes.Add(new StubTask(nodes.NewId("pve1", now.AddHours(-1))) { Duration = TimeSpan.FromSeconds(1) });
        }

        TaskResult[] results = await WaitForAllAsync(nodes, pve, old);
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.Single(nodes.Lists, static call => call.Target.Contains("source=all", StringComparison.Ordinal));
        Assert.Contains(nodes.Lists, static call => call.Target.Contains("source=active", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wait_TasksThatEndedLongAgo_AreFoundByThemselves()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        DateTimeOffset now = nodes.Clock.GetUtcNow();
        List<StubTask> old = [.. Enumerable.Range(1, 3).Select(n => nodes.Add(new StubTask(nodes.NewId("pve1", now.AddDays(-n))) { Exit = n == 2 ? "boom" : "OK" }))];
        for (int n = 0; n < 500; n++)
        {
            nodes.Add(new StubTask(nodes.NewId("pve1", now.AddHours(-1))) { Duration = TimeSpan.FromSeconds(1) });
        }

        TaskWaitOptions options = new() { ThrowOnFailure = false, LogTailLines = 0 };
        TaskResult[] results = await WaitForAllAsync(nodes, pve, old, options);
        Assert.Equal([TaskOutcome.Succeeded, TaskOutcome.Failed, TaskOutcome.Succeeded], results.Select(static result => result.Outcome));
        Assert.Equal(5, nodes.Handler.Calls.Count);
    }

    [Fact]
    public async Task Wait_OutageOfOneNode_LeavesTheOthersAlone()
    {
        StubNodes nodes = new() { Trouble = static call => call.Target.Contains("/nodes/pve2/", StringComparison.Ordinal) ? StubHandler.Text(595, "No route to host") : null };
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(0, 30).Select(n => nodes.Start(TimeSpan.FromSeconds(20), "OK", Node(n)))];
        List<Task<TaskResult>> waits = [.. tasks.Select(task => pve.Tasks[task.Upid].WaitForCompletionAsync())];
        for (int n = 0; n < waits.Count; n++)
        {
            if (Node(n) == "pve2")
            {
                ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => waits[n]);
                Assert.Equal(tasks[n].Upid, thrown.Upid);
            }
            else
            {
                Assert.True((await waits[n]).Succeeded);
            }
        }
    }

    [Fact]
    public async Task Wait_ListsFailNowAndThen_StaysWithLists()
    {
        int call = 0;
        StubNodes nodes = new();
        nodes.Trouble = _ => Interlocked.Increment(ref call) % 4 == 0 ? throw new HttpRequestException(HttpRequestError.ResponseEnded, "broken") : null;
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(0, 100).Select(n => nodes.Start(TimeSpan.FromSeconds(60 + (n % 5))))];
        TaskResult[] results = await WaitForAllAsync(nodes, pve, tasks);
        Assert.All(results, static result => Assert.True(result.Succeeded));
        Assert.InRange(nodes.Handler.Calls.Count, 5, 100);
    }

    [Fact]
    public async Task Wait_Cancelled_EndsAtOnceThoughTheServerIsSilent()
    {
        StubNodes nodes = new();
        using CancellationTokenSource cancel = new();
        using ManualResetEventSlim asked = new();
        using ManualResetEventSlim release = new();
        nodes.Trouble = _ =>
        {
            asked.Set();
            release.Wait(TestContext.Current.CancellationToken);
            return null;
        };
        await using PveClient pve = nodes.Client();
        Task<TaskResult> wait = pve.Tasks[nodes.Start(TimeSpan.FromHours(1)).Upid].WaitForCompletionAsync(cancel.Token);
        await Task.Run(() => asked.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        release.Set();
    }

    [Fact]
    public async Task Wait_AfterAllHaveLeft_StartsAnew()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        for (int round = 0; round < 20; round++)
        {
            using CancellationTokenSource cancel = new();
            Task<TaskResult> wait = pve.Tasks[nodes.Start(TimeSpan.FromHours(1)).Upid].WaitForCompletionAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
            Assert.True((await pve.Tasks[nodes.Start(TimeSpan.FromSeconds(1)).Upid].WaitForCompletionAsync()).Succeeded);
        }
    }

    [Fact]
    public async Task Wait_ClientDisposed_Fails()
    {
        StubNodes nodes = new();
        PveClient pve = nodes.Client();
        nodes.Trouble = _ =>
        {
            pve.Dispose();
            return null;
        };
        StubTask task = nodes.Start(TimeSpan.FromHours(1));
        await Assert.ThrowsAnyAsync<Exception>(() => pve.Tasks[task.Upid].WaitForCompletionAsync());
    }

    // The time stands still until all wait.
    private static Task<TaskResult[]> WaitForAllAsync(StubNodes nodes, PveClient pve, IEnumerable<StubTask> tasks, TaskWaitOptions? options = null)
    {
        nodes.Clock.Hold();
        Task<TaskResult>[] waits = [.. tasks.Select(task => pve.Tasks[task.Upid].WaitForCompletionAsync(options))];
        nodes.Clock.Release();
        return Task.WhenAll(waits);
    }

    private static string Node(int n) => string.Create(CultureInfo.InvariantCulture, $"pve{(n % 3) + 1}");

    private static string Pid(StubCall call) => Uri.UnescapeDataString(call.Target).Split(':')[2][4..];
}
