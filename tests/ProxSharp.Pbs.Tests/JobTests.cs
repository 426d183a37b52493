using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Tests;

/// <summary>Jobs, remotes, traffic control, S3, metrics and tape: what is written by hand, and the quirks of all configuration.</summary>
public sealed class JobTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task PruneJob_Life_IsCreatedChangedRunAndDeleted(bool sync)
    {
        string store = server.Filled.Name.Value;
        string id = $"job-{(sync ? "s" : "a")}";
        PruneJobs jobs = server.Pbs.PruneJobs;
        ConfigPruneCreateRequest create = new() { Id = id, Store = store, Schedule = "daily", KeepLast = 100, Comment = "old" };
        ConfigPruneUpdateRequest update = new() { Delete = ["comment"], KeepDaily = 7 };
        if (sync)
        {
            jobs.Create(create, Token);
            jobs.Update(id, update, Token);
        }
        else
        {
            await jobs.CreateAsync(create, Token);
            await jobs.UpdateAsync(id, update, Token);
        }

        ConfigPruneItem job = sync ? jobs.Get(id, Token) : await jobs.GetAsync(id, Token);
        Assert.Equal((null, 7L, 100L), (job.Comment, job.KeepDaily, job.KeepLast));
        Assert.Contains(sync ? jobs.List(cancellationToken: Token) : await jobs.ListAsync(cancellationToken: Token), entry => entry.Id == id);
        if (sync)
        {
            jobs.Delete(id, cancellationToken: Token);
        }
        else
        {
            await jobs.DeleteAsync(id, cancellationToken: Token);
        }

        ProxmoxApiException missing = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => jobs.GetAsync(id, Token));
        Assert.Contains(id, missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task JobAndRemoteIds_OfTwoCharacters_AreRefusedBeforeTheCall(bool sync)
    {
        using StubPbs stub = new("null");
        ConfigPruneCreateRequest job = new() { Id = "p1", Store = "store1", Schedule = "daily" };
        ConfigRemoteCreateRequest remote = new() { Name = "r1", Host = "h", AuthId = "a@pbs", Password = "p" };
        await Assert.ThrowsAsync<ProxmoxValidationException>(() => stub.RunAsync(sync, () => stub.Pbs.PruneJobs.Create(job, Token), () => stub.Pbs.PruneJobs.CreateAsync(job, Token)));
        await Assert.ThrowsAsync<ProxmoxValidationException>(() => stub.RunAsync(sync, () => stub.Pbs.Remotes.Create(remote, Token), () => stub.Pbs.Remotes.CreateAsync(remote, Token)));
        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_OfAVerifyJob_EndsAndLeavesAState(bool sync)
    {
        string id = $"check-{(sync ? "sync" : "async")}";
        await server.Pbs.VerifyJobs.CreateAsync(new() { Id = id, Store = server.Filled.Name.Value }, Token);
        PbsTask task = sync ? server.Pbs.VerifyJobs.RunNow(id, Token) : await server.Pbs.VerifyJobs.RunNowAsync(id, Token);
        Assert.True((sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token)).Succeeded);
        IReadOnlyList<AdminVerifyItem> states = sync ? server.Pbs.VerifyJobs.ListStates(null, Token) : await server.Pbs.VerifyJobs.ListStatesAsync(null, Token);
        Assert.Equal("OK", states.Single(job => job.Id == id).LastRunState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListStates_OfADatastore_NarrowsTheList(bool sync)
    {
        using StubPbs stub = new("""[{"id":"nightly","store":"store1","next-run":1700000000,"last-run-state":"OK"}]""");
        Assert.Equal("nightly", Assert.Single(await stub.RunAsync(sync, () => stub.Pbs.SyncJobs.ListStates(stub.Store.Name, Token), () => stub.Pbs.SyncJobs.ListStatesAsync(stub.Store.Name, Token))).Id);
        Assert.Equal("GET /admin/sync store=store1 sync-direction=all", stub.LastCall);
        Assert.Single(await stub.RunAsync(sync, () => stub.Pbs.PruneJobs.ListStates(null, Token), () => stub.Pbs.PruneJobs.ListStatesAsync(null, Token)));
        Assert.Equal("GET /admin/prune", stub.LastCall);
        Assert.Single(await stub.RunAsync(sync, () => stub.Pbs.VerifyJobs.ListStates(stub.Store.Name, Token), () => stub.Pbs.VerifyJobs.ListStatesAsync(stub.Store.Name, Token)));
        Assert.Equal("GET /admin/verify store=store1", stub.LastCall);
        Assert.Single(await stub.RunAsync(sync, () => stub.Pbs.Tape.Jobs.ListStates(Token), () => stub.Pbs.Tape.Jobs.ListStatesAsync(Token)));
        Assert.Equal("GET /tape/backup", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListOfSyncJobs_NoDirection_AsksForBothAndOlderServersForWhatTheyHave(bool sync)
    {
        using StubPbs stub = new("[]");
        await stub.RunAsync(sync, () => stub.Pbs.SyncJobs.List(null, Token), () => stub.Pbs.SyncJobs.ListAsync(null, Token));
        Assert.Equal("GET /config/sync sync-direction=all", stub.LastCall);
        ConfigSyncListRequest pushed = new() { SyncDirection = SyncDirectionFilter.Push };
        await stub.RunAsync(sync, () => stub.Pbs.SyncJobs.List(pushed, Token), () => stub.Pbs.SyncJobs.ListAsync(pushed, Token));
        Assert.Equal("GET /config/sync sync-direction=push", stub.LastCall);

        using StubPbs older = new(static call => call.Target.Contains("sync-direction", StringComparison.Ordinal)
            ? StubPbs.Failure(400, "parameter verification failed - 'sync-direction': schema does not allow additional properties")
            : StubPbs.Data("""[{"id":"nightly","store":"store1","remote-store":"away"}]"""));
        Assert.Single(await older.RunAsync(sync, () => older.Pbs.SyncJobs.List(null, Token), () => older.Pbs.SyncJobs.ListAsync(null, Token)));
        Assert.Single(await older.RunAsync(sync, () => older.Pbs.SyncJobs.ListStates(null, Token), () => older.Pbs.SyncJobs.ListStatesAsync(null, Token)));
        Assert.Equal("GET /admin/sync", older.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_OfEachKind_StartsATask(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        Check(await stub.RunAsync(sync, () => stub.Pbs.SyncJobs.RunNow("nightly", Token), () => stub.Pbs.SyncJobs.RunNowAsync("nightly", Token)), "POST /admin/sync/nightly/run");
        Check(await stub.RunAsync(sync, () => stub.Pbs.PruneJobs.RunNow("nightly", Token), () => stub.Pbs.PruneJobs.RunNowAsync("nightly", Token)), "POST /admin/prune/nightly/run");
        Check(await stub.RunAsync(sync, () => stub.Pbs.VerifyJobs.RunNow("nightly", Token), () => stub.Pbs.VerifyJobs.RunNowAsync("nightly", Token)), "POST /admin/verify/nightly/run");
        Check(await stub.RunAsync(sync, () => stub.Pbs.Tape.Jobs.RunNow("nightly", Token), () => stub.Pbs.Tape.Jobs.RunNowAsync("nightly", Token)), "POST /tape/backup/nightly");
        TapeBackupRunRequest backup = new() { Store = "store1", Drive = "drive0", Pool = "pool0" };
        Check(await stub.RunAsync(sync, () => stub.Pbs.Tape.Backup(backup, Token), () => stub.Pbs.Tape.BackupAsync(backup, Token)), "POST /tape/backup drive=drive0 pool=pool0 store=store1");
        TapeRestoreRequest restore = new() { Store = "store1", Drive = "drive0", MediaSet = "9da37a55-aac7-4deb-91c6-482b3b675f30" };
        Check(
            await stub.RunAsync(sync, () => stub.Pbs.Tape.Restore(restore, Token), () => stub.Pbs.Tape.RestoreAsync(restore, Token)),
            "POST /tape/restore drive=drive0 media-set=9da37a55-aac7-4deb-91c6-482b3b675f30 store=store1");

        void Check(PbsTask task, string call)
        {
            Assert.Equal(StubPbs.TaskId, task.Upid.ToString());
            Assert.Equal(call, stub.LastCall);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunNow_AnswerWithoutATask_IsAnError(bool sync)
    {
        using StubPbs stub = new("null");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.RunAsync(sync, () => stub.Pbs.SyncJobs.RunNow("nightly", Token), () => stub.Pbs.SyncJobs.RunNowAsync("nightly", Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lists_ByHand_AskTheRightPlace(bool sync)
    {
        using StubPbs stub = new("[]");
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.TrafficControl.ListRates(Token), () => stub.Pbs.TrafficControl.ListRatesAsync(Token)));
        Assert.Equal("GET /admin/traffic-control", stub.LastCall);
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.Metrics.List(Token), () => stub.Pbs.Metrics.ListAsync(Token)));
        Assert.Equal("GET /admin/metrics", stub.LastCall);
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.Tape.Drives.ListStates(null, Token), () => stub.Pbs.Tape.Drives.ListStatesAsync(null, Token)));
        Assert.Equal("GET /tape/drive", stub.LastCall);
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.Tape.Drives.Scan(Token), () => stub.Pbs.Tape.Drives.ScanAsync(Token)));
        Assert.Equal("GET /tape/scan-drives", stub.LastCall);
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.Tape.Changers.ListStates(Token), () => stub.Pbs.Tape.Changers.ListStatesAsync(Token)));
        Assert.Equal("GET /tape/changer", stub.LastCall);
        Assert.Empty(await stub.RunAsync(sync, () => stub.Pbs.Tape.Changers.Scan(Token), () => stub.Pbs.Tape.Changers.ScanAsync(Token)));
        Assert.Equal("GET /tape/scan-changers", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_ByHand_SendTheirParameters(bool sync)
    {
        using StubPbs stub = new("null");
        await stub.RunAsync(sync, () => stub.Pbs.S3Endpoints.Check("s3-1", "bucket", "store1", Token), () => stub.Pbs.S3Endpoints.CheckAsync("s3-1", "bucket", "store1", Token));
        Assert.Equal("PUT /admin/s3/s3-1/check bucket=bucket store-prefix=store1", stub.LastCall);
        await stub.RunAsync(sync, () => stub.Pbs.S3Endpoints.ResetCounters("s3-1", "bucket", null, Token), () => stub.Pbs.S3Endpoints.ResetCountersAsync("s3-1", "bucket", null, Token));
        Assert.Equal("PUT /admin/s3/s3-1/reset-counters bucket=bucket", stub.LastCall);
        TapeMediaDestroyRequest destroy = new() { LabelText = "TAPE01", Force = true };
        await stub.RunAsync(sync, () => stub.Pbs.Tape.Media.Destroy(destroy, Token), () => stub.Pbs.Tape.Media.DestroyAsync(destroy, Token));
        Assert.Equal("GET /tape/media/destroy force=true label-text=TAPE01", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetMetrics_Points_AreRead(bool sync)
    {
        using StubPbs stub = new("""{"data":[{"id":"host","metric":"cpu","timestamp":1700000000,"type":"gauge","value":0.5}]}""");
        StatusMetricsResult metrics = await stub.RunAsync(sync, () => stub.Pbs.Metrics.Get(null, Token), () => stub.Pbs.Metrics.GetAsync(null, Token));
        Assert.Equal("cpu", Assert.Single(metrics.Data).Metric);
        Assert.Equal("GET /status/metrics", stub.LastCall);
    }
}
