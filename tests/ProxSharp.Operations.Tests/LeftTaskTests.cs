using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Tests;

/// <summary>Somebody stops waiting for what goes on at the server: the ledger says what it is.</summary>
public sealed class LeftTaskTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible"]}]}""";
    private const string OneAtOnce = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"concurrentTasks":1}}""";
    private const string Stopping = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""";
    private const string Destroying = """{"version":1,"limits":{"targetsPerPlan":2},"allow":[{"classes":["reversible","destructive"]}]}""";
    private const string Start = "/nodes/pve1/qemu/106/status/start";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_CancelledWhileTheTaskRuns_HasTheTaskOnRecord()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, taskDuration: TimeSpan.FromMinutes(5));
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, Start);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Reports reports = new(progress =>
        {
            if (progress.Upid is not null)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Guard.ApplyAsync(plan.Id, reports, cancel.Token));

        LedgerEntry outcome = cluster.Guard.Ledger.List()[^1];
        Assert.Equal("outcome", outcome.Kind);
        Assert.Equal("running", outcome.Facts.Text("result"));
        Assert.True(Upid.TryParse(outcome.Facts.Text("upid"), out Upid upid));
        Assert.Equal("qmstart", upid.Type);
        Assert.Contains(upid.ToString(), outcome.Facts.Text("message"), StringComparison.Ordinal);
        Assert.Equal(upid.ToString(), cluster.Guard.FindLeftTask(plan.Id));
        Assert.All(reports.All, progress => Assert.Equal((0, 1), (progress.Done, progress.Total)));

        // Whether the guest runs in the end is not known, so it is not shut down blindly.
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.PlanUndoAsync(outcome.Number, Token));
        Assert.Equal("unknown-outcome", refusal.Reason);
        Assert.Contains(upid.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_OfACallWhoseTaskHasEndedSince_PutsTheEndOnRecordAndIsPlanned()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Stopping, taskDuration: TimeSpan.FromSeconds(1));
        LedgerEntry outcome = await LeaveAsync(cluster, Start);
        string upid = outcome.Facts.Text("upid")!;
        await cluster.Other.Tasks[upid].WaitForCompletionAsync(TaskWaitOptions.Default, Token);

        Plan back = await cluster.Guard.PlanUndoAsync(outcome.Number, Token);
        Assert.EndsWith("/status/shutdown", back.Calls[0].Path, StringComparison.Ordinal);
        LedgerEntry end = cluster.Guard.Ledger.List()[^1];
        Assert.Equal(("ended", "succeeded", upid), (end.Kind, end.Facts.Text("result"), end.Facts.Text("upid")));
        Assert.Equal(end.Number, Ledger.EndOf(cluster.Guard.Ledger.List(), outcome).Number);
        Assert.Null(cluster.Guard.FindLeftTask(outcome.PlanId));
        Assert.True(cluster.Guard.Ledger.Verify().IsSound);

        // Once is enough, whoever looks.
        Assert.False(cluster.Guard.Ledger.NoteTaskEnd(upid, "OK"));
        await cluster.Guard.PlanUndoAsync(outcome.Number, Token);
        Assert.Equal(end.Number, cluster.Guard.Ledger.List()[^1].Number);
    }

    [Fact]
    public async Task Apply_WhileALeftTaskTakesTheOnlyPlace_IsRefusedUntilItHasEnded()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"concurrentTasks":1}}""", taskDuration: TimeSpan.FromSeconds(2));
        Plan next = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "next" } });
        LedgerEntry outcome = await LeaveAsync(cluster, Start);
        string upid = outcome.Facts.Text("upid")!;

        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(next.Id, Token));
        Assert.Equal("limit", refusal.Reason);
        Assert.Contains(upid, refusal.Message, StringComparison.Ordinal);

        await cluster.Other.Tasks[upid].WaitForCompletionAsync(TaskWaitOptions.Default, Token);
        Plan later = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "later" } });
        Assert.True((await cluster.Guard.ApplyAsync(later.Id, Token)).IsComplete);
    }

    [Fact]
    public async Task Apply_WhileALeftTaskRunsForMoreThanAnHour_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(OneAtOnce, taskDuration: TimeSpan.FromMinutes(5));
        LedgerEntry outcome = await LeaveAsync(cluster, Start);
        cluster.Time.Shift += TimeSpan.FromSeconds(3700);
        Plan next = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "next" } });
        int before = cluster.Guard.Ledger.List().Count;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(next.Id, Token));
        Assert.Equal("limit", refusal.Reason);
        Assert.Contains(outcome.Facts.Text("upid")!, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Guard.Ledger.List().Count);

        // The ledger is not read for ever.
        cluster.Time.Shift += TimeSpan.FromDays(7);
        Plan later = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "later" } });
        Assert.True((await cluster.Guard.ApplyAsync(later.Id, Token)).IsComplete);
    }

    [Fact]
    public async Task Apply_AfterALeftTaskThatTheServerDoesNotKnow_WaitsAnHour()
    {
        const string upid = "UPID:pve1:00000001:00000002:65A0B0C0:qmstart:106:demo@pve!ci:";
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(OneAtOnce);
        cluster.Guard.Ledger.Append("intent", "a", static _ => { });
        LedgerEntry left = cluster.Guard.Ledger.Append("outcome", "a", static json =>
        {
            json.WriteString("result", "running");
            json.WriteString("upid", upid);
        });
        Plan next = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "next" } });
        Assert.Equal("limit", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(next.Id, Token)));

        cluster.Time.Shift += TimeSpan.FromSeconds(3700);
        Plan later = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "later" } });
        Assert.True((await cluster.Guard.ApplyAsync(later.Id, Token)).IsComplete);
        LedgerEntry end = Ledger.EndOf(cluster.Guard.Ledger.List(), left);
        Assert.Equal(("ended", "unknown", upid), (end.Kind, end.Facts.Text("result"), end.Facts.Text("upid")));
    }

    [Fact]
    public async Task Undo_OfACallWhoseTaskHasFailedSince_HasNothingToTakeBack()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, taskDuration: TimeSpan.FromSeconds(1));
        cluster.FailTask(new TaskFault { Type = "qmstart", Text = "no space" });
        LedgerEntry outcome = await LeaveAsync(cluster, Start);
        await cluster.Other.Tasks[outcome.Facts.Text("upid")!].WaitForCompletionAsync(new TaskWaitOptions { ThrowOnFailure = false }, Token);
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(outcome.Number, Token)));
        Assert.Equal("failed", Ledger.EndOf(cluster.Guard.Ledger.List(), outcome).Facts.Text("result"));
    }

    [Fact]
    public async Task Apply_AfterALeftTaskHasEnded_PutsItsEndOnRecord()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, taskDuration: TimeSpan.FromSeconds(1));
        LedgerEntry outcome = await LeaveAsync(cluster, Start);
        await cluster.Other.Tasks[outcome.Facts.Text("upid")!].WaitForCompletionAsync(TaskWaitOptions.Default, Token);
        Plan next = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "x" } });
        Assert.True((await cluster.Guard.ApplyAsync(next.Id, Token)).IsComplete);
        Assert.Equal("succeeded", Ledger.EndOf(cluster.Guard.Ledger.List(), outcome).Facts.Text("result"));
    }

    [Fact]
    public async Task Undo_OfACloneThatNobodyWaitedFor_RemovesTheGuestThatWasMadeThen()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Destroying, taskDuration: TimeSpan.FromSeconds(1));
        LedgerEntry outcome = await LeaveAsync(cluster, "/nodes/pve1/qemu/106/clone", new ApiParameters { { "newid", 300 } });
        await cluster.Other.Tasks[outcome.Facts.Text("upid")!].WaitForCompletionAsync(TaskWaitOptions.Default, Token);
        Plan back = await cluster.Guard.PlanUndoAsync(outcome.Number, Token);
        Assert.Equal("DELETE /nodes/pve1/qemu/300", back.Calls[0].Title);
        Assert.Equal("made", cluster.Guard.Ledger.List()[^1].Kind);
    }

    [Fact]
    public async Task Undo_OfAContainerThatNobodySawWhenItWasMade_IsRefused()
    {
        // Nothing tells when a container was made: the one with the number now may be another.
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Destroying, taskDuration: TimeSpan.FromSeconds(1));
        LedgerEntry outcome = await LeaveAsync(cluster, "/nodes/pve2/lxc/203/clone", new ApiParameters { { "newid", 300 } });
        await cluster.Other.Tasks[outcome.Facts.Text("upid")!].WaitForCompletionAsync(TaskWaitOptions.Default, Token);
        Assert.Equal("drift", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(outcome.Number, Token)));
    }

    private static async Task<LedgerEntry> LeaveAsync(GuardedCluster cluster, string path, ApiParameters? parameters = null)
    {
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, path, parameters);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Reports reports = new(progress =>
        {
            if (progress.Upid is not null)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Guard.ApplyAsync(plan.Id, reports, cancel.Token));
        LedgerEntry outcome = cluster.Guard.Ledger.List()[^1];
        Assert.Equal("running", outcome.Facts.Text("result"));
        return outcome;
    }

    [Fact]
    public async Task Apply_CancelledBeforeTheAnswerIsThere_StillLearnsTheTask()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, taskDuration: TimeSpan.FromMinutes(5));
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, Start);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        cluster.When(
            request =>
            {
                bool isMeant = request.Method == "POST" && request.Path.EndsWith("/start", StringComparison.Ordinal);
                if (isMeant)
                {
                    cancel.Cancel();
                }

                return isMeant;
            },
            Fault.SlowReply(TimeSpan.FromMilliseconds(300)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.Guard.ApplyAsync(plan.Id, cancel.Token));
        LedgerEntry outcome = cluster.Guard.Ledger.List()[^1];
        Assert.Equal("running", outcome.Facts.Text("result"));
        Assert.True(Upid.TryParse(outcome.Facts.Text("upid"), out _));
    }

    [Fact]
    public async Task Apply_TaskThatTakesItsTime_IsOnRecordBeforeItEnds()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, taskDuration: TimeSpan.FromSeconds(4));
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, Start);
        Reports reports = new(static _ => { });
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id, reports, Token);
        Assert.True(result.IsComplete);
        string? upid = result.Steps[0].Upid;
        Assert.NotNull(upid);
        LedgerEntry[] entries = [.. cluster.Guard.Ledger.List()];
        Assert.Equal(["intent", "task", "outcome"], entries.Select(static entry => entry.Kind));
        Assert.Equal(upid, entries[1].Facts.Text("upid"));
        Assert.Equal(upid, AppliedCalls.LeftTask(entries[..2], plan.Id));
        Assert.Null(cluster.Guard.FindLeftTask(plan.Id));
        Assert.Contains(reports.All, progress => progress.Upid == upid && progress.Task is { LastLine.Length: > 0 });
    }

    [Theory]
    [InlineData("""{"pid":4711}""", 4711)]
    [InlineData("""{"pid":"4711"}""", 4711)]
    [InlineData("""{}""", null)]
    [InlineData("""{"pid":null}""", null)]
    [InlineData("""{"pid":-1}""", null)]
    [InlineData("""{"pid":0}""", null)]
    [InlineData("""{"pid":{}}""", null)]
    [InlineData("""[]""", null)]
    [InlineData("null", null)]
    [InlineData("\"4711\"", null)]
    public void ProcessOf_AnswerOfTheAgent_IsANumberOrATypedError(string answer, int? process)
    {
        using JsonDocument document = JsonDocument.Parse(answer);
        if (process is { } number)
        {
            Assert.Equal(number, GuestProgram.ProcessOf(document.RootElement));
        }
        else
        {
            Assert.Throws<ProxmoxProtocolException>(() => GuestProgram.ProcessOf(document.RootElement));
        }
    }

    private sealed class Reports(Action<ApplyProgress> told) : IProgress<ApplyProgress>
    {
        private readonly List<ApplyProgress> _all = [];

        public IReadOnlyList<ApplyProgress> All => _all;

        public void Report(ApplyProgress value)
        {
            _all.Add(value);
            told(value);
        }
    }
}
