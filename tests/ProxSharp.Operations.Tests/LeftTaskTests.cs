using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Operations.Tests;

/// <summary>Somebody stops waiting for what goes on at the server: the ledger says what it is.</summary>
public sealed class LeftTaskTests
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible"]}]}""";
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
