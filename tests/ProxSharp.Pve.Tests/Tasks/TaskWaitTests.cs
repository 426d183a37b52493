using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Tasks;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>Waiting for one task.</summary>
[Trait("Acceptance", "7")]
public sealed class TaskWaitTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Success_TellsSo(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        TaskResult result = await WaitAsync(sync, pve, nodes.Start(s_short));
        Assert.Equal(TaskOutcome.Succeeded, result.Outcome);
        Assert.True(result.Succeeded);
        Assert.Empty(result.LogTail);
        Assert.All(nodes.Handler.Calls, call => Assert.Equal(sync, call.IsSync));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Failure_ThrowsWithTheTailOfTheLog(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(s_short, "clone failed: no space left", "pve1", [.. Enumerable.Range(1, 300).Select(static n => $"line {n}")]);
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, task));
        Assert.Equal(task.Upid, thrown.Upid);
        Assert.Equal("clone failed: no space left", thrown.ExitStatus);
        Assert.Equal("The task qmclone of 9000 on pve1 failed: clone failed: no space left.", thrown.Message);
        Assert.Equal([.. Enumerable.Range(292, 9).Select(static n => $"line {n}"), "TASK ERROR: clone failed: no space left"], thrown.LogTail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_FailureNotThrown_IsTheResult(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        TaskResult result = await WaitAsync(sync, pve, nodes.Start(s_short, "boom"), new TaskWaitOptions { ThrowOnFailure = false });
        Assert.Equal(TaskOutcome.Failed, result.Outcome);
        Assert.Equal(["TASK ERROR: boom"], result.LogTail);
        Assert.Throws<ProxmoxTaskFailedException>(() => result.EnsureSucceeded());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_LogCannotBeRead_StillTellsHowTheTaskEnded(bool sync)
    {
        StubNodes nodes = new() { Trouble = static call => call.Target.Contains("/log", StringComparison.Ordinal) ? StubHandler.Text(596, "Connection timed out") : null };
        await using PveClient pve = nodes.Client();
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, nodes.Start(s_short, "boom")));
        Assert.Equal("boom", thrown.ExitStatus);
        Assert.Empty(thrown.LogTail);
        Assert.IsType<ProxmoxApiException>(thrown.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_LogCannotBeReadForAMoment_StillCarriesItsTail(bool sync)
    {
        int logs = 0;
        StubNodes nodes = new() { Trouble = call => call.Target.Contains("/log", StringComparison.Ordinal) && ++logs <= 3 ? StubHandler.Text(596, "Connection timed out") : null };
        await using PveClient pve = nodes.Client();
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, nodes.Start(s_short, "boom")));
        Assert.Equal(["TASK ERROR: boom"], thrown.LogTail);
        Assert.Null(thrown.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Warnings_AreAnOutcomeOfTheirOwn(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        TaskResult result = await WaitAsync(sync, pve, nodes.Start(s_short, "WARNINGS: 4", "pve1", "WARN: old machine type"));
        Assert.Equal(TaskOutcome.Warnings, result.Outcome);
        Assert.Equal(4, result.Warnings);
        Assert.True(result.Succeeded);
        Assert.Contains("WARN: old machine type", result.LogTail);
        StubTask strict = nodes.Start(s_short, "WARNINGS: 1");
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, strict, new TaskWaitOptions { WarningsAreFailures = true }));
        Assert.Contains("ended with warnings", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_NoSuchTaskAfterTheStart_IsTolerated(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Add(new StubTask(nodes.NewId()) { Duration = TimeSpan.FromSeconds(20), UnknownAnswers = 5 });
        Assert.True((await WaitAsync(sync, pve, task)).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_NoSuchTaskForLong_GivesUpWithTheId(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        DateTimeOffset start = nodes.Clock.GetUtcNow();
        StubTask unknown = new(nodes.NewId());
        ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => WaitAsync(sync, pve, unknown));
        Assert.Equal(unknown.Upid, thrown.Upid);
        Assert.False(thrown.TimedOut);
        Assert.False(thrown.WasRunning);
        Assert.Contains("does not know it", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<ProxmoxNotFoundException>(thrown.InnerException);
        Assert.InRange(nodes.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_StoppedWithoutExitStatus_WaitsForIt(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Add(new StubTask(nodes.NewId()) { Duration = s_short, SilentAnswers = 3 });
        Assert.Equal("OK", (await WaitAsync(sync, pve, task)).ExitStatus);
        StubTask silent = nodes.Add(new StubTask(nodes.NewId()) { Duration = s_short, SilentAnswers = int.MaxValue });
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, silent));
        Assert.Equal(TaskOutcome.Unknown, thrown.Result.Outcome);
        Assert.Contains("does not know how", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_ServerAndTicketHiccups_AreSurvived(bool sync)
    {
        int call = 0;
        StubNodes nodes = new();
        nodes.Trouble = _ => (++call % 8) switch
        {
            1 => StubHandler.Text(595, "Connection refused"),
            2 => StubHandler.Text(596, "Connection timed out"),
            3 => throw new HttpRequestException(HttpRequestError.ResponseEnded, "broken"),
            4 => StubHandler.Text(502, "Bad Gateway", "<html>no</html>"),
            5 => StubHandler.Json("{\"data\":", 200),
            6 => StubHandler.Text(401, "No ticket"),
            7 => StubHandler.Text(500, "cluster not ready - no quorum?"),
            _ => null,
        };
        await using PveClient pve = nodes.Client();
        Assert.True((await WaitAsync(sync, pve, nodes.Start(TimeSpan.FromMinutes(3)))).Succeeded);
        Assert.True(call >= 8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_OutageWithoutEnd_GivesUpAndSaysThatTheTaskRan(bool sync)
    {
        StubNodes nodes = new();
        StubTask task = nodes.Start(TimeSpan.FromHours(1));
        DateTimeOffset breaks = nodes.Clock.GetUtcNow() + TimeSpan.FromSeconds(30);
        nodes.Trouble = _ => nodes.Clock.GetUtcNow() < breaks ? null : StubHandler.Text(595, "No route to host");
        await using PveClient pve = nodes.Client();
        ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => WaitAsync(sync, pve, task));
        Assert.True(thrown.WasRunning);
        Assert.False(thrown.TimedOut);
        Assert.True(thrown.IsTransient);
        Assert.Equal(595, (int)Assert.IsType<ProxmoxApiException>(thrown.InnerException).StatusCode);
        Assert.Contains("for 120 s", thrown.Message, StringComparison.Ordinal);
        Assert.True(nodes.Clock.GetUtcNow() - breaks >= TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData(true, 403)]
    [InlineData(false, 403)]
    [InlineData(true, 401)]
    [InlineData(false, 401)]
    public async Task Wait_Refused_GivesUpSoon(bool sync, int status)
    {
        StubNodes nodes = new() { Trouble = _ => StubHandler.Text(status, "Permission check failed (/nodes/pve1, Sys.Audit)") };
        await using PveClient pve = nodes.Client();
        ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => WaitAsync(sync, pve, nodes.Start(s_short)));
        Assert.Equal(status == 403 ? typeof(ProxmoxPermissionException) : typeof(ProxmoxAuthenticationException), thrown.InnerException!.GetType());
        Assert.InRange(nodes.Handler.Calls.Count, 1, 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_TimeIsUp_SaysThatTheTaskStillRuns(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromHours(1));
        ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => WaitAsync(sync, pve, task, new TaskWaitOptions { Timeout = TimeSpan.FromSeconds(20) }));
        Assert.True(thrown.TimedOut);
        Assert.True(thrown.WasRunning);
        Assert.Contains("has not ended within 20 s. It still runs", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(task.Upid.ToString(), thrown.Message, StringComparison.Ordinal);
        Assert.Null(task.StoppedAt);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Wait_Cancelled_StopsTheTaskOnRequestOnly(bool sync, bool stop)
    {
        using CancellationTokenSource cancel = new();
        int looks = 0;
        StubNodes nodes = new();
        nodes.Trouble = call =>
        {
            if (call.Method == "GET" && ++looks == 3)
            {
                cancel.Cancel();
            }

            return null;
        };
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromHours(1));
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(sync, pve, task, new TaskWaitOptions { StopOnCancel = stop }, cancel.Token));
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.Null(thrown.InnerException);
        Assert.Equal(stop, task.StoppedAt is not null);
        Assert.Contains(task.Upid.ToString(), thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_CancelledAndStopRefused_TellsBoth(bool sync)
    {
        using CancellationTokenSource cancel = new();
        StubNodes nodes = new();
        nodes.Trouble = call =>
        {
            cancel.Cancel();
            return call.Method == "DELETE" ? StubHandler.Text(403, "Permission check failed (/nodes/pve1, Sys.Modify)") : null;
        };
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(TimeSpan.FromHours(1));
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(sync, pve, task, new TaskWaitOptions { StopOnCancel = true }, cancel.Token));
        Assert.IsType<ProxmoxPermissionException>(thrown.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_WithSinks_PassesTheWholeLogAndTheProgressOn(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        string[] lines = [.. Enumerable.Range(0, 1201).Select(static n => string.Create(CultureInfo.InvariantCulture, $"transferred {n}.0 MiB of 1200.0 MiB ({n / 12.0:F2}%)"))];
        Sink<TaskLogLine> log = new();
        Sink<TaskProgress> progress = new();
        TaskResult result = await WaitAsync(sync, pve, nodes.Start(TimeSpan.FromMinutes(2), "OK", "pve1", lines), new TaskWaitOptions { Log = log, Progress = progress });
        Assert.True(result.Succeeded);
        Assert.Equal([.. lines, "TASK OK"], log.Values.Select(static line => line.Text));
        Assert.Equal(Enumerable.Range(1, 1202), log.Values.Select(static line => (int)line.Number));
        Assert.True(progress.Values.Count > 3);
        Assert.Equal(progress.Values.Select(static value => value.Fraction).Order(), progress.Values.Select(static value => value.Fraction));
        Assert.Equal(1200L << 20, progress.Values[^1].BytesTotal);
        Assert.Equal(1, progress.Values[^1].Fraction);
        Assert.Equal("TASK OK", progress.Values[^1].LastLine);
    }

    [Fact]
    public async Task Wait_ShortTaskWithSinksSync_ReadsItsLogOnceAtTheEnd()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        Sink<TaskLogLine> log = new();
        StubTask task = nodes.Start(TimeSpan.FromMilliseconds(300), "OK", "pve1", ["update VM 100: -cores 2"]);
        TaskWaitOptions options = new() { Log = log, MinInterval = TimeSpan.FromMilliseconds(100) };

        Assert.True((await WaitAsync(true, pve, task, options)).Succeeded);

        Assert.Equal([.. task.Lines, "TASK OK"], log.Values.Select(static line => line.Text));
        Assert.Single(nodes.Handler.Calls, static call => call.Target.Contains("/log", StringComparison.Ordinal));
        Assert.InRange(nodes.StatusCalls.Count(), 1, 5);
    }

    [Fact]
    public async Task Wait_WithSinks_LeavesTheLogAloneAtFirst()
    {
        StubNodes nodes = new();
        nodes.Clock.Hold();
        await using PveClient pve = nodes.Client();
        Sink<TaskLogLine> log = new();
        StubTask task = nodes.Start(TimeSpan.FromMilliseconds(300), "OK", "pve1", ["update VM 100: -cores 2"]);

        Task<TaskResult> wait = pve.Tasks[task.Upid].WaitForCompletionAsync(new TaskWaitOptions { Log = log });

        Assert.DoesNotContain(nodes.Handler.Calls, static call => call.Target.Contains("/log", StringComparison.Ordinal));
        nodes.Clock.Release();
        Assert.True((await wait).Succeeded);
        Assert.Equal([.. task.Lines, "TASK OK"], log.Values.Select(static line => line.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_WithSinksThroughHiccups_LosesNoLine(bool sync)
    {
        int logs = 0;
        int states = 0;
        StubNodes nodes = new();
        nodes.Trouble = call => (call.Target.Contains("/log", StringComparison.Ordinal) ? Interlocked.Increment(ref logs) : Interlocked.Increment(ref states)) % 3 == 0
            ? StubHandler.Text(596, "Connection timed out")
            : null;
        await using PveClient pve = nodes.Client();
        Sink<TaskLogLine> log = new();
        StubTask task = nodes.Start(TimeSpan.FromMinutes(1), "boom", "pve1", [.. Enumerable.Range(1, 50).Select(static n => $"line {n}")]);
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, pve, task, new TaskWaitOptions { Log = log, LogTailLines = 3 }));
        Assert.Equal([.. task.Lines, "TASK ERROR: boom"], log.Values.Select(static line => line.Text));
        Assert.Equal(["line 49", "line 50", "TASK ERROR: boom"], thrown.LogTail);
    }

    [Theory]
    [InlineData(true, "OK")]
    [InlineData(false, "OK")]
    [InlineData(true, "boom")]
    [InlineData(false, "boom")]
    public async Task Wait_LogMayNotBeRead_GoesOnAndSaysSo(bool sync, string exit)
    {
        StubNodes nodes = new()
        {
            Trouble = static call => call.Target.Contains("/log", StringComparison.Ordinal) ? StubHandler.Text(403, "Permission check failed (/nodes/pve1, Sys.Audit)") : null,
        };
        await using PveClient pve = nodes.Client();
        Sink<TaskLogLine> log = new();
        TaskWaitOptions options = new() { Log = log, Progress = new Sink<TaskProgress>(), ThrowOnFailure = false };

        TaskResult result = await WaitAsync(sync, pve, nodes.Start(TimeSpan.FromMinutes(1), exit), options);

        Assert.Equal(exit, result.ExitStatus);
        Assert.IsType<ProxmoxPermissionException>(result.LogFailure);
        Assert.Empty(log.Values);
        Assert.Single(nodes.Handler.Calls, static call => call.Target.Contains("/log", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "OK", 500, "no data")]
    [InlineData(false, "OK", 500, "no data")]
    [InlineData(true, "boom", 500, "no data")]
    [InlineData(false, "boom", 500, "no data")]
    [InlineData(true, "OK", 200, "<html>maintenance</html>")]
    [InlineData(false, "OK", 200, "<html>maintenance</html>")]
    public async Task Wait_LogIsNeverAnswered_EndsWithTheTaskAndSaysSo(bool sync, string exit, int status, string answer)
    {
        StubNodes nodes = new() { Trouble = call => call.Target.Contains("/log", StringComparison.Ordinal) ? StubHandler.Text(status, answer) : null };
        await using PveClient pve = nodes.Client();
        Sink<TaskLogLine> log = new();

        // Longer than an outage may last: while the state is answered, there is none.
        StubTask task = nodes.Start(TaskWaitOptions.Default.OutageGrace * 2, exit);
        TaskResult result = await WaitAsync(sync, pve, task, new TaskWaitOptions { Log = log, ThrowOnFailure = false });

        Assert.Equal(exit, result.ExitStatus);
        Assert.NotNull(result.LogFailure);
        Assert.Empty(log.Values);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_TimeoutBeyondAllTimers_IsNoLimit(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        foreach (TimeSpan timeout in new[] { TimeSpan.MaxValue, TimeSpan.FromDays(50), TimeSpan.FromDays(49) })
        {
            Assert.True((await WaitAsync(sync, pve, nodes.Start(s_short), new TaskWaitOptions { Timeout = timeout })).Succeeded);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_LongTask_LooksLessOftenWithTime(bool sync)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        await WaitAsync(sync, pve, nodes.Start(TimeSpan.FromMinutes(10)));
        // Every 200 ms it would be 3000, every 5 s 120; a tenth of the time waited adds some at the start.
        Assert.InRange(nodes.Handler.Calls.Count, 100, 180);
    }

    [Theory]
    [InlineData("UPID:pve1:00005185:00059146:6B035BAB:reloadnetworkall::alice@pve!auto:")]
    [InlineData("UPID:pve1:00005185:000591466:6B035BAB:imgdel:210@local:root@pam:")]
    [InlineData("UPID:pve1:00005185:00059146:6B035BAB:srvreload:a\\x2db%2F#?:root@pam:")]
    [Trait("Acceptance", "8")]
    public async Task Everything_UnusualId_ReachesTheTask(string text)
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask stub = nodes.Add(new StubTask(Upid.Parse(text)) { Duration = TimeSpan.FromDays(10_000), Lines = ["working"] });
        PveTask task = pve.Tasks[text];
        Assert.Equal(text, task.ToString());
        Assert.True((await task.GetStatusAsync()).IsRunning);
        Assert.True(task.GetStatus().IsRunning);
        Assert.Empty(await task.GetLogTailAsync());
        await task.StopAsync();
        task.Stop();
        Assert.NotNull(stub.StoppedAt);
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => task.WaitForCompletionAsync());
        Assert.Equal(text, thrown.Upid.ToString());
        Assert.All(nodes.Handler.Calls, call => Assert.Contains($"/nodes/pve1/tasks/{Uri.EscapeDataString(text)}", call.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wait_BadOptions_AreRefused()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        PveTask task = pve.Tasks[nodes.NewId()];
        TaskWaitOptions[] bad = [new() { MinInterval = TimeSpan.Zero }, new() { MaxInterval = TimeSpan.FromMilliseconds(1) }, new() { Timeout = TimeSpan.FromSeconds(-5) }, new() { LogTailLines = -1 }];
        foreach (TaskWaitOptions options in bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => task.WaitForCompletionAsync(options));
            Assert.ThrowsAny<ArgumentException>(() => task.WaitForCompletion(options));
        }

        Assert.Empty(nodes.Handler.Calls);
    }

    [Fact]
    public async Task Wait_OnTheStartingCall_WaitsForBoth()
    {
        StubNodes nodes = new();
        await using PveClient pve = nodes.Client();
        StubTask task = nodes.Start(s_short);
        Task<PveTask> start = Task.FromResult(pve.Tasks[task.Upid]);
        Assert.True((await start.WaitForCompletionAsync(TestContext.Current.CancellationToken)).Succeeded);
        Assert.True((await start.WaitForCompletionAsync()).Succeeded);
    }

    private static Task<TaskResult> WaitAsync(bool sync, PveClient pve, StubTask task, TaskWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        sync ? Task.Run(() => pve.Tasks[task.Upid].WaitForCompletion(options, cancellationToken), CancellationToken.None) : pve.Tasks[task.Upid].WaitForCompletionAsync(options, cancellationToken);

    private sealed class Sink<T> : IProgress<T>
    {
        public List<T> Values { get; } = [];

        public void Report(T value) => Values.Add(value);
    }
}
