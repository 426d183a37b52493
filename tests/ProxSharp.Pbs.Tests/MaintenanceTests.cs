using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs.Tests;

/// <summary>The maintenance mode of datastores, and their usage.</summary>
public sealed class MaintenanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SetMaintenance_Offline_ClosesTheDatastoreUntilItEnds(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        Datastore store = server.Store;
        Assert.Null(sync ? store.GetMaintenance(Token) : await store.GetMaintenanceAsync(Token));
        await Run(() => store.SetMaintenance(MaintenanceType.Offline, "new disks, back at 8", Token), () => store.SetMaintenanceAsync(MaintenanceType.Offline, "new disks, back at 8", Token));
        DatastoreMaintenance? mode = sync ? store.GetMaintenance(Token) : await store.GetMaintenanceAsync(Token);
        Assert.Equal((MaintenanceType.Offline, "new disks, back at 8"), (mode?.Type, mode?.Message));
        ProxmoxConflictException closed = await Assert.ThrowsAsync<ProxmoxConflictException>(() => store.Groups.ListAsync(Token));
        Assert.True(closed.IsTransient);
        Assert.Contains("new disks, back at 8", closed.Message, StringComparison.Ordinal);

        await Run(() => store.SetMaintenance(MaintenanceType.ReadOnly, null, Token), () => store.SetMaintenanceAsync(MaintenanceType.ReadOnly, null, Token));
        Assert.NotEmpty(await store.Groups.ListAsync(Token));
        await Assert.ThrowsAsync<ProxmoxConflictException>(() => store.Groups["vm/100"].PruneAsync(new RetentionPolicy { KeepLast = 1 }, Token));

        for (int i = 0; i < 2; i++)
        {
            await Run(() => store.EndMaintenance(Token), () => store.EndMaintenanceAsync(Token));
        }

        Assert.Null(await store.GetMaintenanceAsync(Token));

        Task Run(Action syncBody, Func<Task> asyncBody) => sync ? Task.Run(syncBody, Token) : asyncBody();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SetMaintenance_Message_GoesOverTheWireAsTheServerQuotesIt(bool sync)
    {
        using StubPbs stub = new("null");
        await stub.RunAsync(
            sync,
            () => stub.Store.SetMaintenance(MaintenanceType.Offline, "down, for tests", Token),
            () => stub.Store.SetMaintenanceAsync(MaintenanceType.Offline, "down, for tests", Token));
        Assert.Equal("PUT /config/datastore/store1 maintenance-mode=offline,message=\"down, for tests\"", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetUsage_OfADatastore_IsItsLineOfTheList(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        StatusDatastoreUsageItem? usage = sync ? server.Store.GetUsage(Token) : await server.Store.GetUsageAsync(Token);
        Assert.Equal("store1", usage?.Store);
        Assert.True(usage?.Total > 0);
        Datastore missing = server.Pbs.Datastores["nosuch"];
        Assert.Null(sync ? missing.GetUsage(Token) : await missing.GetUsageAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PullAndPush_EveryOption_IsSent(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        TransferOptions options = new()
        {
            RemoteNamespace = BackupNamespace.Parse("far"),
            RateOut = "10MiB",
            BurstIn = "20MiB",
            BurstOut = "30MiB",
            WorkerThreads = 4,
            EncryptedOnly = true,
            VerifiedOnly = true,
            ResyncCorrupt = true,
            DecryptionKeys = ["key1", "key2"],
            EncryptionKey = "key3",
        };
        await stub.RunAsync(sync, () => stub.Store.Pull("remote-1", "far", options, Token), () => stub.Store.PullAsync("remote-1", "far", options, Token));
        Assert.Equal(
            "POST /pull burst-in=20MiB burst-out=30MiB decryption-keys=key1 decryption-keys=key2 encrypted-only=true rate-out=10MiB remote-ns=far remote-store=far remote=remote-1 "
            + "resync-corrupt=true store=store1 verified-only=true worker-threads=4",
            stub.LastCall);
        await stub.RunAsync(sync, () => stub.Store.Push("remote-1", "far", options, Token), () => stub.Store.PushAsync("remote-1", "far", options, Token));
        Assert.Equal(
            "POST /push burst-in=20MiB burst-out=30MiB encrypted-only=true encryption-key=key3 rate-out=10MiB remote-ns=far remote-store=far remote=remote-1 store=store1 "
            + "verified-only=true worker-threads=4",
            stub.LastCall);
    }
}
