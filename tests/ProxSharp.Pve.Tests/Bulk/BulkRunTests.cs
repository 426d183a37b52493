using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Recovery;
using ProxSharp.Pve.Tests.Guests;
using ProxSharp.Pve.Tests.Tasks;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Bulk;

/// <summary>One action with many guests, against the simulator.</summary>
public sealed class BulkRunTests : IAsyncLifetime
{
    private static readonly BulkOptions s_fast = new() { Wait = TestGuests.Fast };

    private readonly PveCluster _cluster = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(_cluster.IsLive, "Works on all guests of its simulator.");
        return _cluster.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ProgressThatThrows_EndsTheRunWhenWhatRunsHasEnded(bool sync)
    {
        BulkOptions options = s_fast with { Progress = new Thrower() };
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(sync, "@tag-web", BulkAction.Stop(), options));

        Assert.Equal("full disk", thrown.Message);
        Assert.All(await _cluster.Pve.Tasks.ListAsync(TestContext.Current.CancellationToken), static task => Assert.False(task.IsRunning));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ExclusionThatFitsNothing_DoesNothing(bool sync)
    {
        ArgumentException slip = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(sync, "@tag-web -@pool-prodution", BulkAction.Stop(), s_fast));

        Assert.Contains("-@pool-prodution", slip.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_cluster.Simulator.Traffic.Requests, static request => request.Method != "GET");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Stop_StopsWhatRunsAndSkipsTheRest(bool sync)
    {
        List<BulkProgress> progress = [];
        BulkOptions options = s_fast with { Progress = new Recorder(progress) };

        BulkReport report = await RunAsync(sync, "@all gone-*", BulkAction.Stop(), options);

        Assert.True(report.IsSuccess);
        Assert.Equal((8, 3), (report.Count(BulkOutcome.Succeeded), report.Count(BulkOutcome.Skipped)));
        Assert.Equal(["gone-*"], report.Unmatched);
        Assert.All(report.Items.Where(static item => item.Outcome == BulkOutcome.Succeeded), static item => Assert.Equal(item.Guest.Id.ToString(), item.Task!.Upid.Id));
        Assert.All(await _cluster.Pve.Guests.ListAsync(), static guest => Assert.Equal(GuestStatus.Stopped, guest.Status));
        Assert.Equal(11, progress[^1].Done);
        Assert.Equal((0, 0, 11), (progress[^1].Running, progress[^1].Failed, progress[^1].Total));
        Assert.Equal("stop: 3 Skipped, 8 Succeeded", report.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Limits_AreKept(bool sync)
    {
        List<BulkProgress> progress = [];
        Dictionary<VmId, string> nodes = (await _cluster.Pve.Guests.ListAsync()).ToDictionary(static guest => guest.Id, static guest => guest.Node);
        HashSet<VmId> running = [];
        int mostInAll = 0;
        int mostOnANode = 0;
        Recorder recorder = new(progress, change =>
        {
            _ = change.Changed.Outcome == BulkOutcome.Running ? running.Add(change.Changed.Guest.Id) : running.Remove(change.Changed.Guest.Id);
            mostInAll = Math.Max(mostInAll, running.Count);
            mostOnANode = Math.Max(mostOnANode, running.Count == 0 ? 0 : running.GroupBy(id => nodes[id]).Max(static group => group.Count()));
        });

        BulkReport report = await RunAsync(sync, "@all", BulkAction.Snapshot("before"), s_fast with { MaxPerNode = 2, MaxTotal = 3, Progress = recorder });

        Assert.Equal(11, report.Count(BulkOutcome.Succeeded));
        Assert.InRange(mostInAll, 2, 3);
        Assert.InRange(mostOnANode, 1, 2);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Run_AfterAFailure_GoesOnOrStops(bool stops, bool sync)
    {
        _cluster.Simulator.Faults.FailTask(new TaskFault { Type = "qmstop", Id = "100", Text = "no such luck" });

        BulkReport report = await RunAsync(sync, "100 101 102 103", BulkAction.Stop(), s_fast with { StopOnError = stops, MaxTotal = 1 });

        BulkItem failed = Assert.Single(report.Failures);
        Assert.Equal("no such luck", Assert.IsType<ProxmoxTaskFailedException>(failed.Error).ExitStatus);
        Assert.Equal(TaskOutcome.Failed, failed.Result!.Outcome);
        Assert.Equal(stops ? 3 : 0, report.Count(BulkOutcome.NotStarted));
        Assert.Equal(stops ? 0 : 3, report.Count(BulkOutcome.Succeeded));
        BulkFailedException thrown = Assert.Throws<BulkFailedException>(() => report.EnsureSucceeded());
        Assert.Contains("Unable to stop 1 of 4 guests: VM 100 (web-1) on pve1: ", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(stops ? "no such luck. 3 guests were not started." : "no such luck.", thrown.Message, StringComparison.Ordinal);
        Assert.Same(report, thrown.Report);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_TaskThatTakesLong_DoesNotHoldUpTheOthers(bool sync)
    {
        StubNodes nodes = new() { Trouble = static call => call.Target.Contains("/cluster/resources", StringComparison.Ordinal) ? StubHandler.Json("{\"data\":[]}") : null };
        await using PveClient pve = nodes.Client();
        Func<Guest, PveTask> start = guest => pve.Tasks[nodes.Start(guest.Id.Value == 100 ? TimeSpan.FromHours(2) : TimeSpan.FromSeconds(2)).Upid];
        BulkAction action = new("wait for", (guest, _) => Task.FromResult(start(guest)), (guest, _) => start(guest));
        List<BulkProgress> progress = [];
        GuestSummary[] guests = [.. Enumerable.Range(100, 6).Select(static id => new GuestSummary { Id = new VmId(id), Name = "g", Type = GuestType.Qemu, Node = "pve1" })];
        BulkOptions options = new() { MaxTotal = 2, MaxPerNode = 2, Progress = new Recorder(progress) };

        BulkReport report = sync ? await Task.Run(() => pve.Bulk.Run(guests, action, options)) : await pve.Bulk.RunAsync(guests, action, options);

        Assert.True(report.IsSuccess);
        int EndOf(int id) => progress.FindLastIndex(step => step.Changed.Guest.Id.Value == id);
        Assert.All([101, 102, 103], id => Assert.True(EndOf(id) < EndOf(100), $"{id} waited for the long one."));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Dry_ChangesNothing(bool sync)
    {
        long before = _cluster.Simulator.Traffic.RequestCount;

        BulkReport report = await RunAsync(sync, "@all", BulkAction.Start(), new BulkOptions { DryRun = true });

        Assert.Equal((3, 8), (report.Count(BulkOutcome.Planned), report.Count(BulkOutcome.Skipped)));
        Assert.Equal(["105", "106", "203"], report.Items.Where(static item => item.Outcome == BulkOutcome.Planned).Select(static item => item.Guest.Id.ToString()));

        // One list, a look at each guest that it shows as running, as that may be old, and one at what is under way.
        Assert.Equal(1 + 8 + 1, _cluster.Simulator.Traffic.RequestCount - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_DeadNode_FailsItsGuestsOnly(bool sync)
    {
        _cluster.Simulator.Faults.KillNode("pve3");

        BulkReport report = await RunAsync(sync, "@all", BulkAction.Snapshot("late"), s_fast);

        Assert.Equal(["103", "105", "202"], report.Failures.Select(static item => item.Guest.Id.ToString()));
        Assert.All(report.Failures, static item => Assert.Equal(595, (int)Assert.IsType<ProxmoxApiException>(item.Error).StatusCode));
        Assert.Equal(8, report.Count(BulkOutcome.Succeeded));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Run_LostAnswer_IsFoundOutAndNothingIsDoneTwice(bool happened, bool sync)
    {
        _cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/101/snapshot", StringComparison.Ordinal), happened ? Fault.DropAfterExecution : Fault.DropBeforeExecution);
        RecoveryOptions quick = new() { Grace = TimeSpan.FromMilliseconds(300), Interval = TimeSpan.FromMilliseconds(50) };

        BulkReport report = await RunAsync(sync, "100:102", BulkAction.Snapshot("once"), s_fast with { Recovery = quick });

        Assert.Equal(3, report.Count(BulkOutcome.Succeeded));
        Assert.Single(await _cluster.Pve.Vms[101].Snapshots.ListAsync());
        Assert.Equal(1, (await _cluster.Pve.Tasks.ListAsync()).Count(static task => task.Upid is { Type: "qmsnapshot", Id: "101" }));
    }

    [Fact]
    public async Task Run_LostAnswerWithoutRecovery_FailsWithTheLostCall()
    {
        _cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/101/snapshot", StringComparison.Ordinal), Fault.DropAfterExecution);
        BulkReport report = await RunAsync(sync: false, "101", BulkAction.Snapshot("once"), s_fast with { Recovery = null });
        Assert.IsType<ProxmoxOutcomeUnknownException>(Assert.Single(report.Failures).Error);
    }

    [Theory]
    [InlineData(BulkCancellation.Detach)]
    [InlineData(BulkCancellation.WaitForRunning)]
    public async Task Run_Cancelled_StartsNothingMore(BulkCancellation way)
    {
        using CancellationTokenSource source = new();
        BulkOptions options = s_fast with { MaxTotal = 2, Cancellation = way, Progress = new Recorder([], change => Cancel(source, change)) };

        BulkCanceledException thrown = await Assert.ThrowsAsync<BulkCanceledException>(() => _cluster.Pve.Bulk.RunAsync("@all", BulkAction.Snapshot("half"), options, source.Token));

        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.InRange(thrown.Report.Count(BulkOutcome.NotStarted), 9, 10);
        Assert.All(thrown.Report.Items.Where(static item => item.Outcome == BulkOutcome.Running), static item => Assert.NotNull(item.Task));
        Assert.Equal(way == BulkCancellation.Detach, thrown.Report.Count(BulkOutcome.Succeeded) == 0);
    }

    [Fact]
    public async Task Run_OwnAction_IsDoneForEachGuest()
    {
        BulkAction action = new("describe", static async (guest, token) =>
        {
            await ((Vm)guest).Config.UpdateAsync(static config => config with { Description = "seen" }, null, token);
            return await guest.Snapshots.CreateAsync("seen", cancellationToken: token);
        });

        BulkReport report = (await _cluster.Pve.Bulk.RunAsync("100 101", action, s_fast, TestContext.Current.CancellationToken)).EnsureSucceeded();

        Assert.Equal(2, report.Count(BulkOutcome.Succeeded));
        Assert.Equal("seen", (await _cluster.Pve.Vms[101].Config.GetAsync()).Description?.TrimEnd());
        Assert.Contains("no synchronous form", Assert.Throws<ArgumentException>(() => _cluster.Pve.Bulk.Run("100", action)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_GuestsOfAnOldList_AreFoundWhereTheyAre(bool sync)
    {
        IReadOnlyList<GuestSummary> old = [.. (await _cluster.Pve.Guests.ListAsync()).Where(static guest => guest.Id == new VmId(105))];
        await _cluster.Pve.Vms[105].MigrateAsync(NodeName.Parse("pve1", null)).WaitForCompletionAsync(TestGuests.Fast);

        BulkReport report = sync ? _cluster.Pve.Bulk.Run(old, BulkAction.Start(), s_fast) : await _cluster.Pve.Bulk.RunAsync(old, BulkAction.Start(), s_fast);

        Assert.Equal(("pve1", BulkOutcome.Succeeded), (report.Items[0].Guest.Node, report.Items[0].Outcome));
    }

    [Fact]
    public async Task Run_EveryReadyMadeAction_DoesWhatItSays()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        PveBulk bulk = _cluster.Pve.Bulk;
        (await bulk.RunAsync("105", BulkAction.Start(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Reboot(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Suspend(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Resume(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Shutdown(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Migrate(NodeName.Parse("pve2", null)), s_fast, cancellationToken)).EnsureSucceeded();
        Assert.Equal("pve2", (await _cluster.Pve.Vms[105].GetNodeAsync(cancellationToken)).Value);
        Assert.Equal(1, (await bulk.RunAsync("105", BulkAction.Migrate(NodeName.Parse("pve2", null)), s_fast, cancellationToken)).Count(BulkOutcome.Skipped));
        (await bulk.RunAsync("105", BulkAction.Backup(), s_fast, cancellationToken)).EnsureSucceeded();
        (await bulk.RunAsync("105", BulkAction.Delete(), s_fast, cancellationToken)).EnsureSucceeded();
        Assert.DoesNotContain(await _cluster.Pve.Guests.ListAsync(cancellationToken), static guest => guest.Id == new VmId(105));
    }

    [Fact]
    public void Queue_ManyOnOneNode_DoNotHoldTheOthersUp()
    {
        GuestSummary[] guests = [.. new[] { "a", "a", "a", "b", "a", "c" }.Select(static (node, index) => new GuestSummary { Id = new VmId(100 + index), Type = GuestType.Qemu, Node = node })];
        BulkQueue queue = new(guests, perNode: 1, total: 2);
        Assert.True(queue.TryTake(out int first, out string a));
        Assert.True(queue.TryTake(out int second, out string b));
        Assert.Equal((0, "a", 3, "b"), (first, a, second, b));
        Assert.False(queue.TryTake(out _, out _));
        queue.Release("b");
        Assert.True(queue.TryTake(out int third, out string c));
        Assert.Equal((5, "c"), (third, c));
        queue.Release("a");
        Assert.True(queue.TryTake(out int fourth, out _));
        Assert.Equal((1, 2), (fourth, queue.Running));
    }

    private static void Cancel(CancellationTokenSource source, BulkProgress change)
    {
        if (change.Changed.Outcome == BulkOutcome.Running)
        {
            source.Cancel();
        }
    }

    private Task<BulkReport> RunAsync(bool sync, string selection, BulkAction action, BulkOptions options) => sync
        ? Task.FromResult(_cluster.Pve.Bulk.Run(selection, action, options, TestContext.Current.CancellationToken))
        : _cluster.Pve.Bulk.RunAsync(selection, action, options, TestContext.Current.CancellationToken);

    private sealed class Recorder(List<BulkProgress> all, Action<BulkProgress>? also = null) : IProgress<BulkProgress>
    {
        public void Report(BulkProgress value)
        {
            all.Add(value);
            also?.Invoke(value);
        }
    }

    private sealed class Thrower : IProgress<BulkProgress>
    {
        public void Report(BulkProgress value) => throw new InvalidOperationException("full disk");
    }
}
