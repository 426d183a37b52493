using System.Text;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Ids;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>Whole backups over TLS, the upgrade and HTTP/2.</summary>
public sealed class BackupSessionTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;
    private static readonly BackupGroupPath s_group = BackupGroupPath.Parse("host/web1");
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private BackupServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await BackupServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task BackupAsync_ImageAndBlob_CanBeReadBack()
    {
        byte[] image = FakeBackup.Random((13 * MiB) + 77);
        BackupResult result = await BackUpAsync(0, [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "memory: 512\n"u8.ToArray())]);

        await using BackupReaderSession reader = await _server.ReadAsync(result);
        Assert.Equal(image, await Restored.ArchiveAsync(reader, "disk.img.fidx"));
        Assert.Equal("memory: 512\n", Encoding.UTF8.GetString(await Restored.ArchiveAsync(reader, "vm.conf.blob")));
        BackupManifest manifest = BackupManifest.Parse(await Restored.ArchiveAsync(reader, ArchiveName.Manifest));
        Assert.Equal(result.Manifest.Files.Select(static file => file.ToString()), manifest.Files.Select(static file => file.ToString()));
        Assert.Equal(4, manifest.ChunkUploadStatistics!.Count);
    }

    [Fact]
    public async Task BackupAsync_SecondTime_SendsOnlyWhatChanged()
    {
        byte[] image = FakeBackup.Random(24 * MiB);
        await BackUpAsync(0, [BackupSource.Image("disk", new MemoryStream(image))]);
        image[5 * MiB] ^= 1;
        BackupResult second = await BackUpAsync(1, [BackupSource.Image("disk", new MemoryStream(image))]);

        Assert.Equal((4 * MiB) + 12, second.BytesSent);
        Assert.Equal(20 * MiB, second.BytesReused);
        await using BackupReaderSession reader = await _server.ReadAsync(second);
        Assert.Equal(image, await Restored.ArchiveAsync(reader, "disk.img.fidx"));
    }

    [Fact]
    public async Task BackupAsync_EncryptedInANamespaceWithNotes_CanBeReadBack()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] content = FakeBackup.Random(9 * MiB);
        BackupOptions options = new() { Key = key, Namespace = _server.Inner, Notes = "weekly\nof web1" };
        BackupResult result = await BackUpAsync(0, [BackupSource.Stream("root.pxar", new MemoryStream(content))], options);
        BackupResult again = await BackUpAsync(1, [BackupSource.Stream("root.pxar", new MemoryStream(content))], options);

        Assert.Empty(result.Warnings);
        Assert.Equal(0, again.BytesUploaded);
        await using BackupReaderSession reader = await _server.ReadAsync(again);
        Assert.Equal(content, await Restored.ArchiveAsync(reader, "root.pxar.didx", key));
        Assert.Equal("weekly\nof web1", await _server.Store.Namespaces[_server.Inner].Snapshots[result.Snapshot].GetNotesAsync(Cancel));
    }

    [Fact]
    public async Task BackupAsync_SignedThenUnsigned_UploadsAnewWithAWarning()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = FakeBackup.Random(5 * MiB);
        await BackUpAsync(0, [BackupSource.Image("disk", new MemoryStream(image))], new BackupOptions { Key = key, CryptMode = CryptMode.SignOnly });
        BackupResult plain = await BackUpAsync(1, [BackupSource.Image("disk", new MemoryStream(image))]);
        Assert.Single(plain.Warnings);
        Assert.Equal(5 * MiB, plain.BytesUploaded);
    }

    [Fact]
    public async Task BackupAsync_UnknownNamespace_IsRefusedBeforeAnythingIsRead()
    {
        ProxmoxNotFoundException refused = await Assert.ThrowsAsync<ProxmoxNotFoundException>(
            () => BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())], new BackupOptions { Namespace = BackupNamespace.Parse("nowhere") }));
        Assert.Contains("namespace not found", refused.ServerMessage, StringComparison.Ordinal);
        Assert.StartsWith($"Unable to start the backup of host/web1/2023-11-14T22:13:20Z in {_server.Store.Name}: namespace not found", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BackupAsync_SameTimeAgain_IsRefused()
    {
        await BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())]);
        ProxmoxApiException refused = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())]));
        Assert.Contains("backup timestamp is older than last backup", refused.ServerMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/backup")]
    [InlineData("/reader")]
    public async Task Open_UpgradeIsAnsweredWith400_IsARefusalWithTheServersWords(string path)
    {
        const string Words = "detected active backup maintenance";
        BackupResult result = await BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())]);
        _server.Simulator.Faults.When(request => request.Path.EndsWith(path, StringComparison.Ordinal), Fault.Status(400, Words));

        ProxmoxApiException refused = await Assert.ThrowsAnyAsync<ProxmoxApiException>(async () =>
        {
            if (path == "/reader")
                await (await _server.ReadAsync(result)).DisposeAsync();
            else
                await BackUpAsync(1, [BackupSource.Blob("a.conf", "x"u8.ToArray())]);
        });

        Assert.Equal((400, Words, false), ((int)refused.StatusCode, refused.ServerMessage, refused.IsTransient));
        Assert.StartsWith(
            path == "/reader" ? "Unable to open host/web1/" : "Unable to start the backup of host/web1/", refused.Message, StringComparison.Ordinal);
        // Nothing of it is left: the next session opens.
        await BackUpAsync(2, [BackupSource.Blob("a.conf", "x"u8.ToArray())]);
        await (await _server.ReadAsync(result)).DisposeAsync();
    }

    [Fact]
    public async Task BackupAsync_SecondSessionForTheGroup_IsRefused()
    {
        GateStream gate = new(1 * MiB);
        Task<BackupResult> first = BackUpAsync(0, [BackupSource.Image("disk", gate, 1 * MiB)]);
        await gate.Reached.WaitAsync(Cancel);
        ProxmoxConflictException refused = await Assert.ThrowsAsync<ProxmoxConflictException>(() => BackUpAsync(1, [BackupSource.Blob("a.conf", "x"u8.ToArray())]));
        Assert.Contains("another backup is already running", refused.ServerMessage, StringComparison.Ordinal);
        gate.Open();
        await first;
    }

    [Fact]
    public async Task BackupAsync_Cancelled_LeavesNothingAndTheTimeIsFreeAgain()
    {
        GateStream gate = new(8 * MiB);
        using CancellationTokenSource cancellation = new();
        Task<BackupResult> running = BackUpAsync(0, [BackupSource.Image("disk", gate, 8 * MiB)], cancellationToken: cancellation.Token);
        await gate.Reached.WaitAsync(Cancel);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        await WaitForNoSnapshotsAsync();
        await BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())]);
    }

    [Fact]
    public async Task BackupAsync_ServerGoesAway_SaysWhatIsNotSaved()
    {
        PbsSimulator simulator = _server.Simulator;
        GateStream gate = new(8 * MiB);
        Task<BackupResult> running = BackUpAsync(0, [BackupSource.Image("disk", gate, 8 * MiB)]);
        await gate.Reached.WaitAsync(Cancel);
        await simulator.DisposeAsync();
        gate.Open();
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => running);
        Assert.Equal(["disk.img.fidx"], lost.NotSaved);
        Assert.Equal("disk.img.fidx", lost.Archive);
        Assert.Contains("Nothing of host/web1/", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadBackupLogAsync_FinishedBackup_SendsTheBlob()
    {
        BackupResult result = await BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())], new BackupOptions { Namespace = _server.Inner });
        await _server.Store.UploadBackupLogAsync(result.Snapshot, "all went well"u8.ToArray(), _server.Inner, cancellationToken: Cancel);
        await using (SnapshotReader snapshot = await _server.OpenAsync(result))
            Assert.Equal("all went well"u8.ToArray(), await snapshot.ReadBlobAsync("client.log.blob", Cancel));
        SimulatedRequest request = Assert.Single(_server.Simulator.Traffic.Requests, static request => request.Path == "/api2/json/admin/datastore/store1/upload-backup-log");
        Assert.Equal("POST", request.Method);
        Assert.Contains("backup-type=host&backup-id=web1&backup-time=1700000000&ns=", request.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadBackupLogAsync_WithAnotherKey_SendsNothing()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        using CryptConfig other = CryptConfig.CreateRandom();
        BackupOptions options = new() { Namespace = _server.Inner, Key = key };
        BackupResult result = await BackUpAsync(0, [BackupSource.Blob("a.conf", "x"u8.ToArray())], options);

        BackupKeyException refused = await Assert.ThrowsAsync<BackupKeyException>(
            () => _server.Store.UploadBackupLogAsync(result.Snapshot, "all went well"u8.ToArray(), _server.Inner, other, Cancel));

        Assert.Equal($"{result.Snapshot} was made with the key {key.Fingerprint}, and the key that was given is {other.Fingerprint}.", refused.Message);
        Assert.DoesNotContain(_server.Simulator.Traffic.Requests, static request => request.Path.EndsWith("/upload-backup-log", StringComparison.Ordinal));
        await _server.Store.UploadBackupLogAsync(result.Snapshot, "all went well"u8.ToArray(), _server.Inner, key, Cancel);
        await using SnapshotReader snapshot = await _server.OpenAsync(result, key);
        Assert.Equal("all went well"u8.ToArray(), await snapshot.ReadBlobAsync("client.log.blob", Cancel));
    }

    [Fact]
    public async Task BackupAsync_MountPointBelow_IsToldAsOne()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes a mount point of Linux.");
        Assert.SkipUnless(File.ReadAllText("/proc/mounts").Contains(" /dev/shm ", StringComparison.Ordinal), "There is no such mount point.");
        DirectoryArchiveOptions all = new() { Excludes = [PathPattern.Parse("*"), PathPattern.Parse("!/shm")] };

        BackupResult result = await BackUpAsync(0, [BackupSource.Directory("dev", "/dev", all)], new BackupOptions { Namespace = _server.Inner });

        BackupWarning left = Assert.Single(result.Warnings, static warning => warning.Kind == FileWarningKind.MountPoint);
        Assert.Equal("/shm: The content of this mount point is left out.", left.Text);
        Assert.Equal(1, result.MountPointCount);
    }

    [Fact]
    public async Task Reader_ChunkThatNoIndexNamed_IsRefused()
    {
        BackupResult result = await BackUpAsync(0, [BackupSource.Image("disk", new MemoryStream(new byte[100]))]);
        await using BackupReaderSession reader = await _server.ReadAsync(result);
        ProxmoxPermissionException refused = await Assert.ThrowsAsync<ProxmoxPermissionException>(
            () => reader.DownloadChunkAsync(result.Archives[0].Checksum, new System.Buffers.ArrayBufferWriter<byte>(), Cancel));
        Assert.Contains("not allowed", refused.ServerMessage, StringComparison.Ordinal);
    }

    private Task<BackupResult> BackUpAsync(int minute, IReadOnlyList<BackupSource> sources, BackupOptions? options = null, CancellationToken cancellationToken = default)
        => _server.BackUpAsync(s_group, sources, (options ?? new BackupOptions()) with { Time = s_time.AddMinutes(minute) }, cancellationToken);

    // The server learns of the end of a connection a moment later.
    private async Task WaitForNoSnapshotsAsync()
    {
        while ((await _server.Snapshots.ListAsync(cancellationToken: Cancel)).Count > 0)
        {
            await Task.Yield();
        }
    }
}
