using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Work that is waited for, with what it found: garbage collection, verification, a new datastore.</summary>
public sealed class ReportTests
{
    private static readonly VerifyOptions s_all = new() { IgnoreVerified = false };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunGarbageCollection_OfTheSimulator_TellsFiguresOfItsTask(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        GarbageCollectionReport report = sync
            ? server.Store.RunGarbageCollection(cancellationToken: Token)
            : await server.Store.RunGarbageCollectionAsync(cancellationToken: Token);
        Assert.True(report.IsOfTask);
        Assert.Equal(TaskOutcome.Succeeded, report.Task.Outcome);
        Assert.True(report.DiskChunks > 0 && report.OriginalBytes > report.DiskBytes && report.IndexFiles > 0, report.ToString());
        Assert.Equal((double)report.OriginalBytes / report.DiskBytes, report.DeduplicationFactor);
        Assert.Equal(0, report.BadChunks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetGarbageCollectionJob_OfADatastore_IsItsEntry(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        GarbageCollectionReport report = await server.Store.RunGarbageCollectionAsync(cancellationToken: Token);
        AdminDatastoreGcResult? job = sync ? server.Store.GetGarbageCollectionJob(Token) : await server.Store.GetGarbageCollectionJobAsync(Token);
        Assert.Equal(("store1", report.Run.ToString(), "OK"), (job?.Store, job?.Upid, job?.LastRunState));
        using StubPbs none = new("[]");
        Assert.Null(await none.RunAsync(sync, () => none.Store.GetGarbageCollectionJob(Token), () => none.Store.GetGarbageCollectionJobAsync(Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunGarbageCollection_TaskThatFails_TellsFiguresOfAnotherRunOrThrows(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        GarbageCollectionReport before = await server.Store.RunGarbageCollectionAsync(cancellationToken: Token);
        server.Simulator.Faults.FailTask(new TaskFault { Type = "garbage_collection", Text = "unable to open chunk store", Times = 2 });
        ProxmoxTaskFailedException failure = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => RunAsync(TaskWaitOptions.Default));
        Assert.Equal("unable to open chunk store", failure.ExitStatus);
        GarbageCollectionReport report = await RunAsync(new TaskWaitOptions { ThrowOnFailure = false });
        Assert.Equal((false, TaskOutcome.Failed, before.DiskBytes), (report.IsOfTask, report.Task.Outcome, report.DiskBytes));
        Assert.Equal(before.Run, report.Run);

        async Task<GarbageCollectionReport> RunAsync(TaskWaitOptions wait) =>
            sync ? server.Store.RunGarbageCollection(wait, Token) : await server.Store.RunGarbageCollectionAsync(wait, Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CollectGarbage_WhileOneRuns_IsAConflictThatMayPass(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync(taskDuration: TimeSpan.FromMinutes(1));
        PbsTask first = await server.Store.CollectGarbageAsync(Token);
        ProxmoxConflictException conflict = await Assert.ThrowsAsync<ProxmoxConflictException>(
            async () => _ = sync ? server.Store.CollectGarbage(Token) : await server.Store.CollectGarbageAsync(Token));
        Assert.True(conflict.IsTransient);
        await first.StopAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunVerification_DamagedChunk_NamesTheSnapshotsThatHaveIt(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync(static more => more.AddSnapshot(
            "store1", "vm", "9", DateTimeOffset.UnixEpoch.AddYears(55), size: 12345, owner: "demo@pbs", ns: "customers/acme"));
        SimulatedDatastore disk = server.Simulator.GetDatastore("store1");
        VerificationReport good = await RunAsync(s_all);
        Assert.True(good.IsGood && good.Failures.Count == 0 && good.SkippedCount == 0, good.ToString());
        Assert.Equal(disk.Snapshots.Count, good.CheckedCount);
        VerificationReport again = await RunAsync(null);
        Assert.Equal((0, good.CheckedCount), (again.CheckedCount, again.SkippedCount));

        foreach (string digest in disk.Chunks)
        {
            disk.DamageChunk(digest);
        }

        VerificationReport bad = await RunAsync(s_all);
        Assert.False(bad.IsGood);
        Assert.Equal(TaskOutcome.Failed, bad.Task.Outcome);
        Assert.Equal(good.CheckedCount, bad.CheckedCount);
        Assert.Equal(good.CheckedCount, bad.Failures.Count);
        VerificationFailure inNamespace = Assert.Single(bad.Failures, static failure => failure.Snapshot?.Group.Id == "9");
        Assert.Equal("customers/acme", inNamespace.Namespace.ToString());
        Assert.Equal("drive-scsi0.img.fidx: chunks could not be verified", Assert.Single(inNamespace.Reasons));
        Assert.Contains(bad.Failures, static failure => failure.Namespace.IsRoot && failure.Snapshot?.ToString() == "host/laptop/2026-01-01T03:00:00Z");

        // What was found is what the list says afterwards.
        List<BackupSnapshotInfo> failed = [];
        await foreach (BackupSnapshotInfo snapshot in server.Store.ReadSnapshotsAsync(new() { Verification = VerificationState.Failed }, Token))
        {
            failed.Add(snapshot);
        }

        Assert.Equal(
            failed.Select(static snapshot => $"{snapshot.Namespace}:{snapshot.Path}").Order(StringComparer.Ordinal),
            bad.Failures.Select(static failure => $"{failure.Namespace}:{failure.Snapshot}").Order(StringComparer.Ordinal));

        async Task<VerificationReport> RunAsync(VerifyOptions? options) =>
            sync ? server.Store.RunVerification(options, cancellationToken: Token) : await server.Store.RunVerificationAsync(options, cancellationToken: Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunVerification_OfGroupSnapshotAndNamespace_ChecksOnlyThem(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        BackupGroup group = server.Store.Groups["vm/100"];
        BackupSnapshot snapshot = server.Store.Groups["ct/200"].Snapshots["2026-01-01T02:10:00Z"];
        DatastoreNamespace ns = server.Store.Namespaces["customers"];
        VerificationReport ofGroup = sync ? group.RunVerification(s_all, null, Token) : await group.RunVerificationAsync(s_all, null, Token);
        VerificationReport ofSnapshot = sync ? snapshot.RunVerification(s_all, null, Token) : await snapshot.RunVerificationAsync(s_all, null, Token);
        VerificationReport ofNamespace = sync ? ns.RunVerification(s_all, null, Token) : await ns.RunVerificationAsync(s_all, null, Token);
        Assert.Equal([5, 1, 1], new[] { ofGroup, ofSnapshot, ofNamespace }.Select(static report => report.CheckedCount));
        Assert.All([ofGroup, ofSnapshot, ofNamespace], static report => Assert.True(report.IsGood));
        Assert.Equal("5 checked, 0 passed over, 0 broken", ofGroup.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunVerification_SnapshotThatIsMissing_HasTheReason(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        BackupSnapshot snapshot = server.Store.Snapshots["vm/100/2020-01-01T00:00:00Z"];
        VerificationReport report = sync ? snapshot.RunVerification(null, null, Token) : await snapshot.RunVerificationAsync(null, null, Token);
        VerificationFailure failure = Assert.Single(report.Failures);
        Assert.Equal(snapshot.Path, failure.Snapshot);
        Assert.Contains("No such file", Assert.Single(failure.Reasons), StringComparison.Ordinal);
        Assert.Contains(failure.Reasons[0], failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunVerification_TaskThatFailsForAnotherReason_Throws(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        server.Simulator.Faults.FailTask(new TaskFault { Type = "verify", Text = "unable to read datastore", Times = 2 });
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => RunAsync(TaskWaitOptions.Default));
        VerificationReport report = await RunAsync(new TaskWaitOptions { ThrowOnFailure = false });
        Assert.False(report.IsGood);
        Assert.Equal("unable to read datastore", report.Task.ExitStatus);

        async Task<VerificationReport> RunAsync(TaskWaitOptions wait) =>
            sync ? server.Store.RunVerification(null, wait, Token) : await server.Store.RunVerificationAsync(null, wait, Token);
    }

    [Theory]
    [InlineData("vm/100/2026-01-01T02:00:00Z", "", "vm/100/2026-01-01T02:00:00Z")]
    [InlineData("ns/a/ns/b/ct/200/2026-01-01T02:00:00Z", "a/b", "ct/200/2026-01-01T02:00:00Z")]
    [InlineData("ns/a/ns/b:ct/200/2026-01-01T02:00:00Z", "a/b", "ct/200/2026-01-01T02:00:00Z")]
    [InlineData("a/b:host/x/2026-01-01T02:00:00Z", "a/b", "host/x/2026-01-01T02:00:00Z")]
    [InlineData("a/b/host/x/2026-01-01T02:00:00Z", "a/b", "host/x/2026-01-01T02:00:00Z")]
    [InlineData("vm/100", "", null)]
    [InlineData("ns/a/vm/100", "", null)]
    [InlineData("", "", null)]
    public void SnapshotText_FormsOfLogs_AreRead(string text, string ns, string? snapshot)
    {
        (BackupNamespace Namespace, BackupSnapshotPath? Snapshot) read = SnapshotText.Read(text);
        Assert.Equal((ns, snapshot), (read.Namespace.ToString(), read.Snapshot?.ToString()));
    }

    [Fact]
    public void VerificationLog_LinesThatItDoesNotKnow_AreLeftOut()
    {
        VerificationLog log = new(DatastoreName.Parse("golden"));
        string[] lines =
        [
            "verify datastore golden", "found 2 groups", "verify group golden:host/a (1 snapshots)", "verify golden:host/a/2026-01-01T02:00:00Z", "  check root.pxar.didx",
            "verify golden:host/a/2026-01-01T02:00:00Z/root.pxar.didx failed: chunks could not be verified", "percentage done: 50.00% (1/2 groups)",
            "SKIPPED: verify golden:vm/1/2026-01-01T02:00:00Z (recently verified)", "Failed to verify the following snapshots/groups:", "\thost/a/2026-01-01T02:00:00Z", "\tvm/2",
            "TASK ERROR: verification failed - please check the log for details",
        ];
        Array.ForEach(lines, log.Take);
        VerificationReport report = log.Report(new TaskResult(Upid.Parse(StubPbs.TaskId, null), "verification failed"));
        Assert.Equal((1, 1, 2), (report.CheckedCount, report.SkippedCount, report.Failures.Count));
        Assert.Equal("host/a/2026-01-01T02:00:00Z: root.pxar.didx: chunks could not be verified", report.Failures[0].ToString());
        Assert.Equal(("vm/2", null), (report.Failures[1].ToString(), report.Failures[1].Snapshot));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateAndWait_ANewDatastore_IsThereAfterwards(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        ConfigDatastoreCreateRequest request = new() { Name = "fresh", Path = "/srv/fresh" };
        Datastore store = sync ? server.Pbs.Datastores.CreateAndWait(request, null, Token) : await server.Pbs.Datastores.CreateAndWaitAsync(request, null, Token);
        Assert.Equal("fresh", store.Name.Value);
        Assert.Empty(await store.Groups.ListAsync(Token));
        server.Simulator.Faults.FailTask(new TaskFault { Type = "create-datastore", Text = "unable to create directory" });
        ConfigDatastoreCreateRequest broken = new() { Name = "broken", Path = "/proc/x" };
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(
            async () => _ = sync ? server.Pbs.Datastores.CreateAndWait(broken, null, Token) : await server.Pbs.Datastores.CreateAndWaitAsync(broken, null, Token));
    }
}
