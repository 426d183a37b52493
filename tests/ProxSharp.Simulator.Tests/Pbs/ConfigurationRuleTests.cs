using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>What a backup server refuses beyond its schema: texts that it cannot read, names of what it does not have, removal of what others need.</summary>
public sealed class ConfigurationRuleTests : IAsyncLifetime
{
    private PbsSimulator _simulator = null!;
    private PbsClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { Delays = false }, Token);
        _client = new PbsClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(_simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword),
            Trust = ServerTrust.Pin(_simulator.Fingerprint),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("daily", true)]
    [InlineData("semi-annually", true)]
    [InlineData("mon..fri 8..17/2:15", true)]
    [InlineData("sat,sun 03:30:30", true)]
    [InlineData("2026..2028-1,7-1 02:00 UTC", true)]
    [InlineData("sometimes", false)]
    [InlineData("25:00", false)]
    [InlineData("10:00:75", false)]
    [InlineData("mon..someday 3:00", false)]
    public async Task Schedule_IsReadWhereverItStands(string schedule, bool isGood)
    {
        string? expected = isGood ? null : $"parameter verification failed - 'schedule': unable to parse calendar event - '{schedule}'";
        await _client.Tape.Drives.CreateAsync(new ConfigDriveCreateRequest { Name = "drive1", Path = "/dev/tape/by-id/one" }, Token);
        await _client.Tape.MediaPools.CreateAsync(new ConfigMediaPoolCreateRequest { Name = "pool1" }, Token);

        Assert.Equal(expected, await RefusalAsync(() => _client.PruneJobs.CreateAsync(new ConfigPruneCreateRequest { Id = "p-1", Store = "store1", Schedule = schedule, KeepLast = 1 }, Token)));
        Assert.Equal(expected, await RefusalAsync(() => _client.VerifyJobs.CreateAsync(new ConfigVerifyCreateRequest { Id = "v-1", Store = "store1", Schedule = schedule }, Token)));
        Assert.Equal(expected, await RefusalAsync(() => _client.SyncJobs.CreateAsync(new ConfigSyncCreateRequest { Id = "s-1", Store = "store1", RemoteStore = "offsite", Schedule = schedule }, Token)));
        Assert.Equal(expected, await RefusalAsync(() => _client.Tape.Jobs.CreateAsync(new ConfigTapeBackupJobCreateRequest { Id = "t-1", Store = "store1", Drive = "drive1", Pool = "pool1", Schedule = schedule }, Token)));
        string? collection = await RefusalAsync(() => _client.Api.Config.Datastore.UpdateAsync("store1", new ConfigDatastoreUpdateRequest { GcSchedule = schedule }, cancellationToken: Token));
        Assert.Equal(expected?.Replace("'schedule'", "'gc-schedule'", StringComparison.Ordinal), collection);
        Assert.Equal(isGood ? 1 : 0, (await _client.PruneJobs.ListAsync(Token)).Count);
    }

    [Theory]
    [InlineData("10MB", "mon..fri 8-17:30", null)]
    [InlineData("1.5 GiB", "22:00-24", null)]
    [InlineData("fast", "8-17", "parameter verification failed - 'rate-in': unable to parse size - 'fast'")]
    [InlineData("-3MB", "8-17", "parameter verification failed - 'rate-in': unable to parse size - '-3MB'")]
    [InlineData("1MB", "17-8", "parameter verification failed - 'timeframe': unable to parse daily duration - '17-8'")]
    [InlineData("1MB", "always", "parameter verification failed - 'timeframe': unable to parse daily duration - 'always'")]
    public async Task TrafficRule_HasRatesAndTimes(string rate, string timeframe, string? refusal)
    {
        ConfigTrafficControlCreateRequest rule = new() { Name = "office", Network = ["192.0.2.0/24"], RateIn = rate, Timeframe = [timeframe] };

        Assert.Equal(refusal, await RefusalAsync(() => _client.TrafficControl.CreateAsync(rule, Token)));
        Assert.Equal(refusal is null ? 1 : 0, (await _client.TrafficControl.ListAsync(Token)).Count);
    }

    [Theory]
    [InlineData("mon 03:00", "4 weeks", null)]
    [InlineData("continue", "keep", null)]
    [InlineData("rarely", "keep", "parameter verification failed - 'allocation': unable to parse media set allocation policy - 'rarely'")]
    [InlineData("always", "4 fortnights", "parameter verification failed - 'retention': unable to parse retention policy - '4 fortnights'")]
    public async Task MediaPool_HasPolicies(string allocation, string retention, string? refusal)
    {
        ConfigMediaPoolCreateRequest pool = new() { Name = "pool1", Allocation = allocation, Retention = retention };

        Assert.Equal(refusal, await RefusalAsync(() => _client.Tape.MediaPools.CreateAsync(pool, Token)));
    }

    [Fact]
    public async Task Job_NamesWhatIsThere()
    {
        ConfigSyncCreateRequest Sync(string store, string? remote, string from) => new() { Id = "s-1", Store = store, Remote = remote, RemoteStore = from };

        Assert.Equal("no such remote 'away'", await RefusalAsync(() => _client.SyncJobs.CreateAsync(Sync("store1", "away", "main"), Token)));
        Assert.Equal("no such datastore 'none'", await RefusalAsync(() => _client.SyncJobs.CreateAsync(Sync("none", null, "offsite"), Token)));
        Assert.Equal("no such datastore 'none'", await RefusalAsync(() => _client.SyncJobs.CreateAsync(Sync("store1", null, "none"), Token)));
        Assert.Equal("source and target datastore can't be the same", await RefusalAsync(() => _client.SyncJobs.CreateAsync(Sync("store1", null, "store1"), Token)));
        Assert.Equal("no such datastore 'none'", await RefusalAsync(() => _client.PruneJobs.CreateAsync(new ConfigPruneCreateRequest { Id = "p-1", Store = "none", Schedule = "daily" }, Token)));
        Assert.Equal("no such pool 'pool1'", await RefusalAsync(() => _client.Tape.Jobs.CreateAsync(new ConfigTapeBackupJobCreateRequest { Id = "t-1", Store = "store1", Drive = "drive1", Pool = "pool1" }, Token)));

        await _client.SyncJobs.CreateAsync(Sync("store1", null, "offsite"), Token);
        Assert.Equal("no such remote 'away'", await RefusalAsync(() => _client.SyncJobs.UpdateAsync("s-1", new ConfigSyncUpdateRequest { Remote = "away" }, Token)));
        Assert.Null((await _client.SyncJobs.GetAsync("s-1", Token)).Remote);
    }

    [Fact]
    public async Task Remote_OfAJob_Stays()
    {
        await _client.Remotes.CreateAsync(new ConfigRemoteCreateRequest { Name = "away", Host = "192.0.2.8", AuthId = "sync@pbs", Password = "secret" }, Token);
        await _client.SyncJobs.CreateAsync(new ConfigSyncCreateRequest { Id = "s-1", Store = "store1", Remote = "away", RemoteStore = "main" }, Token);

        Assert.Equal(
            "parameter verification failed - 'name': remote 'away' is used by sync job 's-1' (datastore 'store1')",
            await RefusalAsync(() => _client.Remotes.DeleteAsync("away", cancellationToken: Token)));
        await _client.SyncJobs.DeleteAsync("s-1", cancellationToken: Token);
        Assert.Null(await RefusalAsync(() => _client.Remotes.DeleteAsync("away", cancellationToken: Token)));
    }

    [Fact]
    public async Task Jobs_GoWithTheirDatastore_UnlessTheyAreKept()
    {
        await _client.PruneJobs.CreateAsync(new ConfigPruneCreateRequest { Id = "p-1", Store = "store1", Schedule = "daily" }, Token);
        await _client.PruneJobs.CreateAsync(new ConfigPruneCreateRequest { Id = "p-2", Store = "offsite", Schedule = "daily" }, Token);

        await CompleteAsync(await _client.Datastores["store1"].DeleteAsync(new ConfigDatastoreDeleteRequest { KeepJobConfigs = true }, Token));
        await CompleteAsync(await _client.Datastores["offsite"].DeleteAsync(cancellationToken: Token));

        Assert.Equal("p-1", Assert.Single(await _client.PruneJobs.ListAsync(Token)).Id);
    }

    [Fact]
    public async Task NotificationTarget_ThatAMatcherNeeds_Stays()
    {
        Notifications notifications = _client.Notifications;
        ConfigNotificationsEndpointsGotifyCreateRequest gotify = new() { Name = "push", Server = "https://push.example.test", Token = "t" };
        await notifications.Endpoints.Gotify.CreateAsync(gotify, Token);

        Assert.Equal("Cannot create 'push', an entity with the same name already exists", await RefusalAsync(() => notifications.Endpoints.Gotify.CreateAsync(gotify, Token)));
        Assert.Equal("endpoint 'nope' does not exist", await RefusalAsync(() => notifications.Matchers.CreateAsync(new ConfigNotificationsMatchersCreateRequest { Name = "all", Target = ["nope"] }, Token)));
        await notifications.Matchers.CreateAsync(new ConfigNotificationsMatchersCreateRequest { Name = "all", Target = ["push"] }, Token);
        Assert.Equal("endpoint 'nope' does not exist", await RefusalAsync(() => notifications.Matchers.UpdateAsync("all", new ConfigNotificationsMatchersUpdateRequest { Target = ["nope"] }, Token)));
        Assert.Equal("cannot delete 'push', referenced by: all", await RefusalAsync(() => notifications.Endpoints.Gotify.DeleteAsync("push", Token)));
        Assert.Equal(["default-matcher", "all"], (await notifications.Matchers.ListAsync(Token)).Select(static matcher => matcher.Name));
        await notifications.Matchers.DeleteAsync("all", Token);
        await notifications.Endpoints.Gotify.DeleteAsync("push", Token);
        await notifications.Matchers.DeleteAsync("default-matcher", Token);

        ConfigNotificationsMatchersItem builtin = Assert.Single(await notifications.Matchers.ListAsync(Token));
        Assert.Equal((NotificationOrigin.Builtin, "exact:type=prune"), (builtin.Origin, Assert.Single(builtin.MatchField!)));
    }

    [Fact]
    public async Task AcmeAccount_IsListedAndCertificatesNeedIt()
    {
        TaskResult refused = await ResultAsync(_client.Node.Certificates.Acme.Certificate.OrderAsync(cancellationToken: Token));
        Assert.Equal("ACME account 'default' does not exist", refused.ExitStatus);

        await CompleteAsync(await _client.Acme.Account.RegisterAsync(new ConfigAcmeAccountRegisterRequest { Contact = "ops@example.test", TosUrl = "https://ca.example.test/terms" }, Token));
        Assert.Equal("default", Assert.Single(await _client.Acme.Account.ListAsync(Token)).Name);
        Assert.Equal("account default already exists", await RefusalAsync(() => _client.Acme.Account.RegisterAsync(new ConfigAcmeAccountRegisterRequest { Contact = "ops@example.test" }, Token)));
        await CompleteAsync(await _client.Acme.Account.UpdateAsync("default", new ConfigAcmeAccountUpdateRequest { Contact = "admin@example.test" }, Token));
        Assert.Equal(["mailto:admin@example.test"], (await _client.Acme.Account.GetAsync("default", Token)).Account.Contact);
        await CompleteAsync(await _client.Node.Certificates.Acme.Certificate.OrderAsync(cancellationToken: Token));

        await CompleteAsync(await _client.Acme.Account.DeactivateAsync("default", cancellationToken: Token));
        Assert.Empty(await _client.Acme.Account.ListAsync(Token));
    }

    [Fact]
    public async Task Bucket_OfADatastore_IsThereAndItsEndpointStays()
    {
        await _client.S3Endpoints.CreateAsync(new ConfigS3CreateRequest { Id = "cloud", Endpoint = "s3.example.test", AccessKey = "key", SecretKey = "secret" }, Token);
        ConfigDatastoreCreateRequest Store(string backend) => new() { Name = "cold", Path = "/mnt/cache", Backend = backend };

        TaskResult missing = await ResultAsync(_client.Datastores.CreateAsync(Store("type=s3,client=cloud,bucket=nope"), Token));
        Assert.Equal("head bucket failed: bucket 'nope' not found", missing.ExitStatus);
        TaskResult unknown = await ResultAsync(_client.Datastores.CreateAsync(Store("type=s3,client=other,bucket=backups"), Token));
        Assert.Equal("no such s3 'other'", unknown.ExitStatus);
        await CompleteAsync(await _client.Datastores.CreateAsync(Store("type=s3,client=cloud,bucket=backups"), Token));

        Assert.Equal("unable to delete s3 endpoint 'cloud' - used by datastore 'cold'", await RefusalAsync(() => _client.S3Endpoints.DeleteAsync("cloud", cancellationToken: Token)));
        await CompleteAsync(await _client.Datastores["cold"].DeleteAsync(cancellationToken: Token));
        Assert.Null(await RefusalAsync(() => _client.S3Endpoints.DeleteAsync("cloud", cancellationToken: Token)));
    }

    private static async Task<TaskResult> ResultAsync(Task<PbsTask> started) =>
        await (await started).WaitForCompletionAsync(new TaskWaitOptions { ThrowOnFailure = false }, Token);

    private static async Task CompleteAsync(PbsTask task) => Assert.Equal("OK", (await task.WaitForCompletionAsync(Token)).ExitStatus);

    /// <summary>What the server says to a call; null if it does as it is told.</summary>
    private static async Task<string?> RefusalAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (ProxmoxApiException exception)
        {
            return exception.ServerMessage;
        }
    }
}
