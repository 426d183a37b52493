using ProxSharp.Pve.Tasks;
using ProxSharp.Tasks;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>Reading logs and lists.</summary>
public sealed class TaskLogTests
{
    private static readonly string[] s_lines = [.. Enumerable.Range(1, 1203).Select(static n => $"line {n}")];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "7")]
    public async Task ReadLog_Following_EndsWithTheLastLine(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromMinutes(1), "boom", "pve1", s_lines);
        Assert.Equal([.. s_lines, "TASK ERROR: boom"], await ReadAsync(sync, pve, task, follow: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "7")]
    public async Task ReadLog_FollowingThroughHiccups_LosesAndRepeatsNothing(bool sync)
    {
        int call = 0;
        StubNodes nodes = new();
        nodes.Trouble = _ => ++call % 3 == 1 ? StubHandler.Text(596, "Connection timed out") : null;
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromMinutes(1), "OK", "pve1", s_lines);
        Assert.Equal([.. s_lines, "TASK OK"], await ReadAsync(sync, pve, task, follow: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_FollowingALineThatLooksLikeTheEnd_GoesOn(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromMinutes(1), "OK", "pve1", "TASK of the day", "TASK OK", "not yet");
        Assert.Equal(["TASK of the day", "TASK OK", "not yet", "TASK OK"], await ReadAsync(sync, pve, task, follow: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_NotFollowing_ReadsWhatIsThere(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask running = nodes.Start(TimeSpan.FromMinutes(1), "OK", "pve1", s_lines);
        Assert.Empty(await ReadAsync(sync, pve, running, follow: false));
        nodes.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([.. s_lines, "TASK OK"], await ReadAsync(sync, pve, running, follow: false));
        Assert.Equal(4, nodes.Handler.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_NotFollowing_ThrowsWhatTheServerSays(bool sync)
    {
        StubNodes nodes = new() { Trouble = static _ => StubHandler.Text(595, "No route to host") };
        await using PveClient pve = nodes.Client();
        await Assert.ThrowsAsync<ProxmoxApiException>(() => ReadAsync(sync, pve, nodes.Start(TimeSpan.Zero), follow: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetLogTail_ShortOrLongLog_TakesTheLastLines(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        PveTask longTask = pve.Tasks[nodes.Start(TimeSpan.Zero, "OK", "pve1", s_lines).Upid];
        Assert.Equal([.. s_lines[^2..], "TASK OK"], sync ? longTask.GetLogTail(3) : await longTask.GetLogTailAsync(3));
        Assert.Equal([.. s_lines[^99..], "TASK OK"], sync ? longTask.GetLogTail(100) : await longTask.GetLogTailAsync(100));
        Assert.Equal(4, nodes.Handler.Calls.Count);
        PveTask shortTask = pve.Tasks[nodes.Start(TimeSpan.Zero, "OK", "pve1", "one").Upid];
        Assert.Equal(["one", "TASK OK"], sync ? shortTask.GetLogTail() : await shortTask.GetLogTailAsync());
        Assert.Equal(5, nodes.Handler.Calls.Count);
        PveTask silentTask = pve.Tasks[nodes.Start(TimeSpan.FromHours(1)).Upid];
        Assert.Empty(sync ? silentTask.GetLogTail() : await silentTask.GetLogTailAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_ManyTasks_PagesThroughAllOnce(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        List<StubTask> tasks = [.. Enumerable.Range(1, 25).Select(n => nodes.Start(TimeSpan.FromSeconds(n % 2 == 0 ? 0 : 3600), "boom"))];
        nodes.Trouble = call =>
        {
            // A task that starts between two pages pushes the list down.
            _ = call.Number == 2 ? nodes.Start(TimeSpan.FromHours(1)) : null;
            return null;
        };
        List<TaskInfo> found = await ListAsync(sync, pve.Nodes["pve1"], new PveTaskFilter { PageSize = 10 });
        Assert.Equal(tasks.Select(static task => task.Upid).Reverse(), found.Select(static task => task.Upid));
        Assert.Equal(13, found.Count(static task => task.IsRunning));
        Assert.Equal(12, found.Count(static task => task.Outcome == TaskOutcome.Failed && task.ExitStatus == "boom" && task.Ended is not null));
        Assert.Equal(["start=0", "start=10", "start=20"], nodes.Handler.Calls.Select(static call => call.Target.Split('&', '?').First(static part => part.StartsWith("start=", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_Filter_BecomesTheServersParameters(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        DateTimeOffset since = DateTimeOffset.FromUnixTimeSeconds(1000);
        await ListAsync(sync, pve.Nodes["pve1"], new PveTaskFilter
        {
            Since = since,
            Until = since.AddSeconds(5),
            Type = "qmstart",
            User = "root",
            VmId = Ids.VmId.Parse("100"),
            Outcomes = [TaskOutcome.Failed, TaskOutcome.Warnings, TaskOutcome.Succeeded, TaskOutcome.Unknown],
            ErrorsOnly = true,
            Source = Api.TaskSource.Archive,
        });
        string query = Uri.UnescapeDataString(Assert.Single(nodes.Handler.Calls).Target.Split('?')[1]);
        Assert.Equal("errors=1&limit=500&since=1000&source=archive&start=0&statusfilter=error,warning,ok,unknown&typefilter=qmstart&until=1005&userfilter=root&vmid=100", query);
    }

    private static async Task<List<string>> ReadAsync(bool sync, PveClient pve, StubTask task, bool follow)
    {
        List<TaskLogLine> lines = [];
        if (sync)
        {
            await Task.Run(() => lines.AddRange(pve.Tasks[task.Upid].ReadLog(follow, TestContext.Current.CancellationToken)));
        }
        else
        {
            await foreach (TaskLogLine line in pve.Tasks[task.Upid].ReadLogAsync(follow, TestContext.Current.CancellationToken))
            {
                lines.Add(line);
            }
        }

        Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(static line => (int)line.Number));
        return [.. lines.Select(static line => line.Text)];
    }

    private static async Task<List<TaskInfo>> ListAsync(bool sync, Node node, PveTaskFilter filter)
    {
        if (sync)
        {
            return [.. node.Tasks.List(filter)];
        }

        List<TaskInfo> found = [];
        await foreach (TaskInfo task in node.Tasks.ListAsync(filter))
        {
            found.Add(task);
        }

        return found;
    }
}
