using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Guide.Tests;

public sealed class BackupServerGuide : IAsyncLifetime
{
    private PbsSimulator _simulator = null!;
    private PbsClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(20) });
        _client = new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(_simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
            Trust = ServerTrust.Pin(_simulator.Fingerprint),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Backups_OfADatastore_AreListed()
    {
        PbsClient pbs = _client;

        #region groups
        Datastore store = pbs.Datastores["store1"];
        foreach (BackupGroupInfo group in await store.Groups.ListAsync())
        {
            Console.WriteLine($"{group.Path}: {group.BackupCount} backups, the last of {group.LastBackup:u}, of {group.Owner}");
        }

        BackupSnapshotInfo? latest = await store.Groups["vm/100"].Snapshots.FindLatestAsync();
        #endregion

        Assert.NotNull(latest);

        #region namespaces
        DatastoreNamespace acme = store.Namespaces["customers/acme"];
        await acme.CreateAsync();                                                   // no error if it is there
        IReadOnlyList<BackupSnapshotInfo> backups = await acme.Snapshots.ListAsync(BackupType.Vm);
        #endregion

        Assert.Single(backups);

        #region snapshot
        BackupSnapshot snapshot = store.Snapshots[latest.Path];
        await snapshot.SetNotesAsync("before the upgrade");
        await snapshot.SetProtectionAsync(true);
        foreach (AdminDatastoreFilesItem file in await snapshot.ListFilesAsync())
        {
            Console.WriteLine($"{file.Filename} {file.Size}");
        }
        #endregion

        Assert.True(await snapshot.IsProtectedAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Backups_OfADatastore_ArePruned()
    {
        Datastore store = _client.Datastores["store1"];
        int before = (await store.Groups["ct/200"].Snapshots.ListAsync(TestContext.Current.CancellationToken)).Count;

        #region prune
        RetentionPolicy policy = new() { KeepLast = 3, KeepDaily = 7, KeepWeekly = 4 };
        foreach (PruneDecision decision in await store.PreviewPruneAsync(policy))
        {
            Console.WriteLine(decision);                                            // remove vm/100/2026-01-01T02:00:00Z
        }

        await store.PruneAsync(policy).WaitForCompletionAsync();                    // all groups, in a task
        IReadOnlyList<PruneDecision> done = await store.Groups["ct/200"].PruneAsync(policy);
        #endregion

        Assert.Equal(before, done.Count);
    }

    [Fact]
    public async Task Datastore_Tasks_AreFollowed()
    {
        Datastore store = _client.Datastores["store1"];

        #region tasks
        PbsTask task = await store.CollectGarbageAsync();
        await foreach (TaskLogLine line in task.ReadLogAsync(follow: true))
        {
            Console.WriteLine($"{line.Time:T} {line.Text}");
        }

        await store.VerifyAsync(new VerifyOptions { OutdatedAfterDays = 30 }).WaitForCompletionAsync();
        #endregion

        Assert.False((await task.GetStatusAsync(TestContext.Current.CancellationToken)).IsRunning);
    }

    [Fact]
    public async Task Jobs_AreCreatedAndChanged()
    {
        PbsClient pbs = _client;
        Datastore store = pbs.Datastores["store1"];

        #region jobs
        await pbs.PruneJobs.CreateAsync(new ConfigPruneCreateRequest { Id = "nightly", Store = "store1", Schedule = "daily", KeepDaily = 7 });
        await pbs.PruneJobs.UpdateAsync("nightly", new ConfigPruneUpdateRequest { KeepWeekly = 4, Delete = ["comment"] });
        foreach (ConfigPruneItem job in await pbs.PruneJobs.ListAsync())
        {
            Console.WriteLine($"{job.Id}: {job.Schedule}");
        }
        #endregion

        #region config
        DatastoreConfig config = await store.GetConfigAsync();
        await store.UpdateConfigAsync(new ConfigDatastoreUpdateRequest { GcSchedule = "daily", Digest = config.Digest?.Value });
        #endregion

        ConfigDatastoreUpdateRequest late = new() { GcSchedule = "weekly", Digest = new string('a', 64) };
        await Assert.ThrowsAsync<ProxmoxConflictException>(() => store.UpdateConfigAsync(late, TestContext.Current.CancellationToken));
    }
}
