using ProxSharp.AccessControl;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.AccessControl;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Consoles;
using ProxSharp.Pbs.Monitoring;
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

        #region stream
        BackupSnapshotFilter filter = new() { Type = BackupType.Vm, Until = DateTimeOffset.UtcNow.AddDays(-30), IsProtected = false };
        await foreach (BackupSnapshotInfo old in store.ReadSnapshotsAsync(filter))      // all namespaces, one call for each
        {
            Console.WriteLine($"{old.Namespace} {old.Path}: {old.Size} bytes, of {old.Owner}");
        }
        #endregion

        #region group
        BackupGroup web = store.Groups["vm/100"];
        await web.SetNotesAsync("the shop");
        await web.ChangeOwnerAsync("demo@pbs!ci");                                  // who alone may add backups from now on
        #endregion

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
            Console.WriteLine(decision);                                            // keep vm/100/2026-01-02T02:00:00Z (daily)
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

        #region reports
        GarbageCollectionReport freed = await store.RunGarbageCollectionAsync();
        Console.WriteLine($"{freed.RemovedBytes} bytes freed, {freed.PendingBytes} later, {freed.DeduplicationFactor:F1} times deduplicated");

        VerificationReport check = await store.RunVerificationAsync(new VerifyOptions { OutdatedAfterDays = 30 });
        foreach (VerificationFailure broken in check.Failures)
        {
            Console.WriteLine($"{broken.Namespace} {broken.Snapshot}: {string.Join(", ", broken.Reasons)}");
        }
        #endregion

        Assert.True(freed.IsOfTask && check.IsGood);
    }

    [Fact]
    public async Task Datastore_New_IsCreatedAndMaintained()
    {
        PbsClient pbs = _client;
        Datastore store = pbs.Datastores["store1"];

        #region new
        Datastore archive = await pbs.Datastores.CreateAndWaitAsync(new ConfigDatastoreCreateRequest { Name = "archive", Path = "/mnt/archive" });
        await archive.Namespaces["customers/acme/2026"].CreateWithParentsAsync();
        #endregion

        #region maintenance
        await store.SetMaintenanceAsync(MaintenanceType.ReadOnly, "new disks until noon");
        await store.EndMaintenanceAsync();

        foreach (StatusDatastoreUsageItem usage in await pbs.Datastores.ListUsageAsync())
        {
            Console.WriteLine($"{usage.Store}: {usage.Used} of {usage.Total} bytes, {usage.Error}");
        }
        #endregion

        Assert.Equal(4, (await archive.Namespaces.ListAsync(cancellationToken: TestContext.Current.CancellationToken)).Count);
        Assert.Null(await store.GetMaintenanceAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Access_OfANewToken_IsGrantedAndTold()
    {
        PbsClient pbs = _client;

        #region access
        NewApiToken token = await pbs.Access.CreateTokenAsync("demo@pbs", "nightly");
        await pbs.Access.Acl.UpdateAsync(new AccessAclUpdateRequest { Path = "/datastore/store1", Role = RoleId.DatastoreBackup, AuthId = token.Id.ToString() });

        await using PbsClient nightly = new(pbs.Options with { Credentials = token.ToCredentials() });
        PermissionVerdict backup = await nightly.Access.CanAsync("/datastore/store1", ["Datastore.Backup"]);
        PermissionVerdict collection = await nightly.Access.CanAsync(ApiMethod.Post, "/admin/datastore/store1/gc");
        Console.WriteLine(collection.Explanation);                                  // The API token demo@pbs!nightly lacks Datastore.Modify on ...
        #endregion

        Assert.Equal((true, false), (backup.IsAllowed, collection.IsAllowed));
        Assert.Contains("demo@pbs!nightly lacks Datastore.Modify", collection.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machine_LogsAndConsole_AreRead()
    {
        await using PbsClient pbs = new(_client.Options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword) });

        #region logs
        await foreach (string line in pbs.Node.ReadJournalAsync(new JournalOptions { Last = 20 }))
        {
            Console.WriteLine(line);
        }

        await using TerminalSession terminal = await pbs.Node.OpenTerminalAsync(new TerminalOptions { Columns = 120, Rows = 40 });
        await terminal.WriteAsync("uptime\r"u8.ToArray());
        #endregion

        Assert.True((await terminal.Task.GetStatusAsync(TestContext.Current.CancellationToken)).IsRunning);
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

        #region copy
        await store.PullAsync(remote: null, "offsite", new TransferOptions { GroupFilter = ["type:vm"], TransferLast = 1 }).WaitForCompletionAsync();
        await pbs.PruneJobs.RunNowAsync("nightly").WaitForCompletionAsync();
        #endregion

        #region config
        DatastoreConfig config = await store.GetConfigAsync();
        await store.UpdateConfigAsync(new ConfigDatastoreUpdateRequest { GcSchedule = "daily", Digest = config.Digest?.Value });
        #endregion

        ConfigDatastoreUpdateRequest late = new() { GcSchedule = "weekly", Digest = new string('a', 64) };
        await Assert.ThrowsAsync<ProxmoxConflictException>(() => store.UpdateConfigAsync(late, TestContext.Current.CancellationToken));
    }
}
