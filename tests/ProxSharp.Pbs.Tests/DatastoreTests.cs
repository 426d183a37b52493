using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Monitoring;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests;

/// <summary>Datastores: lists, status, configuration, garbage collection, metrics.</summary>
public sealed class DatastoreTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfTheServer_HasTheDatastore(bool sync)
    {
        IReadOnlyList<AdminDatastoreItem> stores = sync ? server.Pbs.Datastores.List(Token) : await server.Pbs.Datastores.ListAsync(Token);
        Assert.Contains(stores, store => store.Store == server.Store.Name.Value);
        IReadOnlyList<StatusDatastoreUsageItem> usage = sync ? server.Pbs.Datastores.ListUsage(Token) : await server.Pbs.Datastores.ListUsageAsync(Token);
        Assert.Contains(usage, store => store.Store == server.Store.Name.Value && store.Total > 0);
        IReadOnlyList<AdminDatastoreGcResult> collections =
            sync ? server.Pbs.Datastores.ListGarbageCollections(Token) : await server.Pbs.Datastores.ListGarbageCollectionsAsync(Token);
        Assert.Contains(collections, store => store.Store == server.Store.Name.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_Verbose_CountsGroupsAndSnapshots(bool sync)
    {
        Datastore store = server.Filled;
        AdminDatastoreStatusResult plain = sync ? store.GetStatus(cancellationToken: Token) : await store.GetStatusAsync(cancellationToken: Token);
        AdminDatastoreStatusResult verbose = sync ? store.GetStatus(verbose: true, Token) : await store.GetStatusAsync(verbose: true, Token);
        Assert.True(plain.Total > 0);
        Assert.Null(plain.Counts);
        Assert.True(verbose.Counts?.Vm?.Snapshots > 0);
        Assert.NotNull(verbose.GcStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_UnknownDatastore_IsATypedError(bool sync)
    {
        Datastore missing = server.Pbs.Datastores["nosuch-store"];
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(async () => _ = sync ? missing.GetStatus(cancellationToken: Token) : await missing.GetStatusAsync(cancellationToken: Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CollectGarbage_Task_EndsAndLeavesAState(bool sync)
    {
        Datastore store = server.Filled;
        PbsTask task = sync ? store.CollectGarbage(Token) : await store.CollectGarbageAsync(Token);
        TaskResult result = sync ? task.WaitForCompletion(cancellationToken: Token) : await task.WaitForCompletionAsync(Token);
        Assert.Equal(TaskOutcome.Succeeded, result.Outcome);
        AdminDatastoreGcResult state = sync ? store.GetGarbageCollection(Token) : await store.GetGarbageCollectionAsync(Token);
        Assert.Equal((store.Name.Value, task.Upid.ToString()), (state.Store, state.Upid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Datastore_Life_IsCreatedChangedAndDeleted(bool sync)
    {
        _ = server.Filled;
        string name = $"new-{(sync ? "sync" : "async")}";
        ConfigDatastoreCreateRequest create = new() { Name = name, Path = $"/srv/{name}", Comment = "first" };
        PbsTask creation = sync ? server.Pbs.Datastores.Create(create, Token) : await server.Pbs.Datastores.CreateAsync(create, Token);
        await creation.WaitForCompletionAsync(Token);
        Datastore store = server.Pbs.Datastores[name];

        ConfigDatastoreUpdateRequest update = new() { GcSchedule = "daily", Delete = ["comment"] };
        await (sync ? Task.Run(() => store.UpdateConfig(update, Token), Token) : store.UpdateConfigAsync(update, Token));
        DatastoreConfig config = sync ? store.GetConfig(Token) : await store.GetConfigAsync(Token);
        Assert.Equal((name, "daily", null), (config.Settings.Name, config.Settings.GcSchedule, config.Settings.Comment));
        Assert.Contains(sync ? server.Pbs.Datastores.ListConfigs(Token) : await server.Pbs.Datastores.ListConfigsAsync(Token), entry => entry.Name == name);

        PbsTask deletion = sync ? store.Delete(cancellationToken: Token) : await store.DeleteAsync(cancellationToken: Token);
        await deletion.WaitForCompletionAsync(Token);
        Assert.DoesNotContain(await server.Pbs.Datastores.ListConfigsAsync(Token), entry => entry.Name == name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task GetConfig_Digest_IsTakenFromBesideTheData(bool sync)
    {
        const string Digest = "a16233c1af3b262256d8e580c8ad0a479c7e1e1a3873c5ae815a8d97400d000c";
        using StubPbs stub = new(_ => Testing.StubHandler.Json($$"""{"data":{"name":"golden","path":"/srv/golden"},"digest":"{{Digest}}"}"""));
        DatastoreConfig config = await stub.RunAsync(sync, () => stub.Store.GetConfig(Token), () => stub.Store.GetConfigAsync(Token));
        Assert.Equal(Digest, config.Digest?.Value);
        ConfigDatastoreUpdateRequest update = new() { Digest = config.Digest?.Value, Delete = ["comment", "gc-schedule"] };
        await stub.RunAsync(sync, () => stub.Store.UpdateConfig(update, Token), () => stub.Store.UpdateConfigAsync(update, Token));
        Assert.Equal($"PUT /config/datastore/store1 delete=comment delete=gc-schedule digest={Digest}", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_PointsWithGaps_BecomeColumns(bool sync)
    {
        using StubPbs stub = new("""[{"time":60},{"time":120,"used":5,"total":10},{"time":180,"used":7.5,"total":10,"read_bytes":3}]""");
        DatastoreTimeSeries series = await stub.RunAsync(sync, () => stub.Store.GetRrd(RrdTimeframe.Hour, null, Token), () => stub.Store.GetRrdAsync(RrdTimeframe.Hour, null, Token));
        Assert.Equal("GET /admin/datastore/store1/rrd cf=AVERAGE timeframe=hour", stub.LastCall);
        Assert.Equal((3, TimeSpan.FromMinutes(1), 7.5, 3.0), (series.Count, series.Step, series.Used.Latest, series.ReadBytes.Maximum));
        Assert.Null(series.Total[0]);
        Assert.True(series.Available.IsEmpty && series.WriteBytes.IsEmpty && series.ReadOperations.IsEmpty && series.WriteOperations.IsEmpty && series.DiskBusy.IsEmpty);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetRrd_OfTheNode_AsksForMaxima(bool sync)
    {
        using StubPbs stub = new("""[{"time":60,"cpu":0.5,"memused":3,"iowait":0.25,"loadavg":2}]""");
        NodeTimeSeries series = await stub.RunAsync(
            sync, () => stub.Pbs.Node.GetRrd(RrdTimeframe.Day, RrdConsolidation.MAX, Token), () => stub.Pbs.Node.GetRrdAsync(RrdTimeframe.Day, RrdConsolidation.MAX, Token));
        Assert.Equal("GET /nodes/localhost/rrd cf=MAX timeframe=day", stub.LastCall);
        Assert.Equal((0.5, 3.0, 0.25, 2.0), (series.Cpu.Latest, series.MemoryUsed.Latest, series.IoWait.Latest, series.LoadAverage.Latest));
        Assert.All(
            [
                series.MemoryTotal, series.SwapTotal, series.SwapUsed, series.RootTotal, series.RootUsed, series.NetworkIn, series.NetworkOut, series.ReadBytes, series.WriteBytes,
                series.ReadOperations, series.WriteOperations, series.DiskBusy,
            ],
            static column => Assert.True(column.IsEmpty));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PullAndPush_Options_AreSent(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        TransferOptions options = new()
        {
            Namespace = Ids.BackupNamespace.Parse("a/b"),
            RemoveVanished = true,
            GroupFilter = ["type:vm", "exclude:group:vm/7"],
            TransferLast = 2,
            RateIn = "50MiB",
            MaxDepth = 1,
        };
        await stub.RunAsync(sync, () => stub.Store.Pull("remote-1", "far", options, Token), () => stub.Store.PullAsync("remote-1", "far", options, Token));
        Assert.Equal(
            "POST /pull group-filter=exclude:group:vm/7 group-filter=type:vm max-depth=1 ns=a/b rate-in=50MiB remote-store=far remote=remote-1 remove-vanished=true store=store1 transfer-last=2",
            stub.LastCall);
        await stub.RunAsync(sync, () => stub.Store.Pull(null, "near", null, Token), () => stub.Store.PullAsync(null, "near", null, Token));
        Assert.Equal("POST /pull remote-store=near store=store1", stub.LastCall);
        await stub.RunAsync(sync, () => stub.Store.Push("remote-1", "far", options, Token), () => stub.Store.PushAsync("remote-1", "far", options, Token));
        Assert.Equal(
            "POST /push group-filter=exclude:group:vm/7 group-filter=type:vm max-depth=1 ns=a/b rate-in=50MiB remote-store=far remote=remote-1 remove-vanished=true store=store1 transfer-last=2",
            stub.LastCall);
    }
}
