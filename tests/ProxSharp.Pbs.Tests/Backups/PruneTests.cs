using ProxSharp.Ids;
using ProxSharp.Pbs.Backups;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Pruning: previews remove nothing, policies that keep nothing are refused, protected snapshots stay.</summary>
public sealed class PruneTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static readonly RetentionPolicy s_last = new() { KeepLast = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PreviewPrune_OfAGroup_RemovesNothing(bool sync)
    {
        BackupGroup group = server.Filled.Groups["host/laptop"];
        int before = (await group.Snapshots.ListAsync(Token)).Count;
        IReadOnlyList<PruneDecision> plan = sync ? group.PreviewPrune(s_last, Token) : await group.PreviewPruneAsync(s_last, Token);
        Assert.Equal(before, plan.Count);
        Assert.Equal([true, true], plan.Take(2).Select(static decision => decision.Keep));
        Assert.All(plan.Skip(2), static decision => Assert.False(decision.Keep));
        Assert.Equal(plan.OrderByDescending(static decision => decision.Snapshot.Time), plan);
        Assert.Equal(before, (await group.Snapshots.ListAsync(Token)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PreviewPrune_OfTheDatastore_GoesThroughAllNamespacesAndRemovesNothing(bool sync)
    {
        Datastore store = server.Filled;
        IReadOnlyList<PruneDecision> plan = sync ? store.PreviewPrune(s_last, null, Token) : await store.PreviewPruneAsync(s_last, null, Token);
        Assert.Contains(plan, static decision => decision.Namespace.ToString() == "customers/acme" && decision.Snapshot.Group.ToString() == "vm/7");
        Assert.Contains(plan, static decision => decision.Namespace.IsRoot && !decision.Keep);
        IReadOnlyList<PruneDecision> flat = sync ? store.PreviewPrune(s_last, 0, Token) : await store.PreviewPruneAsync(s_last, 0, Token);
        Assert.All(flat, static decision => Assert.True(decision.Namespace.IsRoot));
        Assert.Equal(plan.Count(static decision => decision.Namespace.IsRoot), (await store.Snapshots.ListAsync(cancellationToken: Token)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prune_OfAGroup_KeepsWhatThePolicySaysAndWhatIsProtected(bool sync)
    {
        BackupGroup group = server.Filled.Groups[sync ? "vm/100" : "ct/200"];
        BackupSnapshotPath oldest = (await group.Snapshots.ListAsync(Token))[^1].Path;
        await group.Datastore.Snapshots[oldest].SetProtectionAsync(true, Token);
        IReadOnlyList<PruneDecision> preview = await group.PreviewPruneAsync(s_last, Token);
        Assert.True(preview[^1] is { Keep: true, IsProtected: true });
        IReadOnlyList<PruneDecision> done = sync ? group.Prune(s_last, Token) : await group.PruneAsync(s_last, Token);
        Assert.Equal(preview, done);
        Assert.Equal(done.Where(static decision => decision.Keep).Select(static decision => decision.Snapshot), (await group.Snapshots.ListAsync(Token)).Select(static snapshot => snapshot.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartPrune_OfAGroup_RunsInATask(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        RetentionPolicy policy = new() { KeepHourly = 1, KeepDaily = 2, KeepWeekly = 3, KeepMonthly = 4, KeepYearly = 5 };
        PbsTask task = await stub.RunAsync(sync, () => stub.Group.StartPrune(policy, Token), () => stub.Group.StartPruneAsync(policy, Token));
        Assert.Equal(StubPbs.TaskId, task.Upid.ToString());
        Assert.Equal(
            "POST /admin/datastore/store1/prune backup-id=100 backup-type=vm keep-daily=2 keep-hourly=1 keep-monthly=4 keep-weekly=3 keep-yearly=5 ns=a/b use-task=true", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartPrune_ServerThatAnswersWithAList_IsAnError(bool sync)
    {
        using StubPbs stub = new("[]");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.RunAsync(sync, () => stub.Group.StartPrune(s_last, Token), () => stub.Group.StartPruneAsync(s_last, Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prune_OfANamespace_RunsInATask(bool sync)
    {
        DatastoreNamespace ns = server.Filled.Namespaces["customers/acme"];
        PbsTask task = sync ? ns.Prune(s_last, null, Token) : await ns.PruneAsync(s_last, null, Token);
        TaskResult result = await task.WaitForCompletionAsync(Token);
        Assert.True(result.Succeeded);
        Assert.Single(await ns.Snapshots.ListAsync(cancellationToken: Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prune_OfTheDatastore_LeavesTheRootUnnamed(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        await stub.RunAsync(sync, () => stub.Store.Prune(s_last, 3, Token), () => stub.Store.PruneAsync(s_last, 3, Token));
        Assert.Equal("POST /admin/datastore/store1/prune-datastore keep-last=2 max-depth=3", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prune_PolicyThatKeepsNothing_IsRefused(bool sync)
    {
        using StubPbs stub = new("[]");
        foreach (RetentionPolicy policy in new RetentionPolicy[] { new(), new() { KeepLast = 0 }, new() { KeepDaily = -1, KeepLast = 3 } })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Group.Prune(policy, Token), () => stub.Group.PruneAsync(policy, Token)));
            await Assert.ThrowsAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Group.PreviewPrune(policy, Token), () => stub.Group.PreviewPruneAsync(policy, Token)));
            await Assert.ThrowsAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Group.StartPrune(policy, Token), () => stub.Group.StartPruneAsync(policy, Token)));
            await Assert.ThrowsAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Store.Prune(policy, null, Token), () => stub.Store.PruneAsync(policy, null, Token)));
            await Assert.ThrowsAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Store.PreviewPrune(policy, null, Token), () => stub.Store.PreviewPruneAsync(policy, null, Token)));
        }

        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PreviewPrune_EveryCall_IsATrial(bool sync)
    {
        using StubPbs stub = new("""[{"backup-type":"vm","backup-id":"100","backup-time":1700000000,"keep":false,"protected":false}]""");
        PruneDecision decision = Assert.Single(await stub.RunAsync(sync, () => stub.Group.PreviewPrune(s_last, Token), () => stub.Group.PreviewPruneAsync(s_last, Token)));
        Assert.Equal("remove vm/100/2023-11-14T22:13:20Z", decision.ToString());
        Assert.Equal("a/b", decision.Namespace.ToString());
        Assert.Equal("POST /admin/datastore/store1/prune backup-id=100 backup-type=vm dry-run=true keep-last=2 ns=a/b", stub.LastCall);
    }

    [Theory]
    [InlineData("""[{"backup-time":1700000000,"keep":false,"protected":false}]""", false)]
    [InlineData("""[{"backup-time":"1700000000","keep":1,"protected":0}]""", true)]
    [InlineData("""[{"backup-time":1700000000,"keep":"0"}]""", false)]
    public async Task PreviewPrune_FlagsAndTimesOfAnyForm_AreRead(string answer, bool keep)
    {
        using StubPbs stub = new(answer);
        PruneDecision decision = Assert.Single(await stub.Group.PreviewPruneAsync(s_last, Token));
        Assert.Equal(("vm/100/2023-11-14T22:13:20Z", keep, false), (decision.Snapshot.ToString(), decision.Keep, decision.IsProtected));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"backup-time":0,"keep":true}]""")]
    [InlineData("""[{"backup-time":5}]""")]
    public async Task Prune_AnswerThatTellsNothing_IsAnError(string answer)
    {
        using StubPbs stub = new(answer);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.Group.PruneAsync(s_last, Token));
    }
}
