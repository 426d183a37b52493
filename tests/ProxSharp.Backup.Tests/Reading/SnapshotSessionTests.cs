using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Snapshots of a server, over TLS, the upgrade and HTTP/2.</summary>
public sealed class SnapshotSessionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("split")]
    public async Task OpenSnapshot_GoldenStoreOnAServer_GivesEveryFile(string store)
    {
        // Names of snapshots hold colons on servers, and Windows has no such files.
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot hold the names of a datastore.");
        using TestFolder folder = new();
        CopyStore(GoldenStore.Find(store).Root, folder["store1"]);
        await using PbsSimulator simulator = await BackupServer.StartSimulatorAsync(folder.Root, "sub", "sub/ns1");
        await using PbsClient client = BackupServer.Connect(simulator);
        foreach ((_, string name, string snapshot) in GoldenStore.Snapshots().Where(other => other.Store == store))
        {
            using CryptConfig? key = GoldenStore.Key(snapshot);
            SnapshotOpenOptions options = new() { Key = key, Namespace = BackupNamespace.Parse(name) };
            await using SnapshotReader reader = await client.Datastores["store1"].OpenSnapshotAsync(BackupSnapshotPath.Parse(snapshot), options, Stop);
            foreach (SnapshotFile file in reader.Files)
            {
                using HashingStream output = new();
                await reader.CopyToAsync(file.StoredName, output, null, Stop);
                string prefix = name.Length == 0 ? "" : $"ns/{name.Replace("/", "/ns/", StringComparison.Ordinal)}/";
                (long size, string? hash) = GoldenStore.Content(prefix + snapshot, file.StoredName);
                Assert.Equal((size, hash ?? output.Digest()), (output.Length, output.Digest()));
            }

            Assert.True((await reader.VerifyAsync(null, Stop)).IsIntact);
        }
    }

    [Fact]
    public async Task OpenSnapshot_EncryptedImage_IsRestoredSparse()
    {
        using TestFolder folder = new();
        await using BackupServer server = await BackupServer.StartAsync();
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = [.. FakeBackup.Random(9 << 20), .. new byte[20 << 20], .. FakeBackup.Random((4 << 20) + 5)];
        BackupResult backup = await BackUpAsync(server, image, new BackupOptions { Key = key, Namespace = server.Inner });
        await using SnapshotReader reader = await server.OpenAsync(backup, key);
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], null, Stop);
        Assert.Equal(image, File.ReadAllBytes(folder["disk"]));
        Assert.True(result.BytesLeftOut >= 16 << 20);
        Assert.Equal("memory: 512"u8.ToArray(), await reader.ReadBlobAsync("vm.conf", Stop));
        SnapshotVerification verification = await reader.VerifyAsync(null, Stop);
        Assert.True(verification.IsIntact);
        Assert.True(verification.BytesFetched > 13 << 20);
    }

    [Fact]
    public async Task OpenSnapshot_ChunkIsGone_IsMissing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot hold the names of a datastore.");
        using TestFolder folder = new();
        CopyStore(GoldenStore.Plain.Root, folder["store1"]);
        await using PbsSimulator simulator = await BackupServer.StartSimulatorAsync(folder.Root, "sub", "sub/ns1");
        await using PbsClient client = BackupServer.Connect(simulator);
        BackupSnapshotPath snapshot = BackupSnapshotPath.Parse("ct/101/2023-11-14T22:13:20Z");
        await using SnapshotReader reader = await client.Datastores["store1"].OpenSnapshotAsync(snapshot, null, Stop);
        ChunkedFile file = await reader.OpenChunkedAsync(reader.FindFile("root")!, Stop);
        File.Delete(new ChunkStoreDirectory(folder["store1"]).GetPath(file.Index[0].Digest));
        MissingChunkException missing = await Assert.ThrowsAsync<MissingChunkException>(() => reader.CopyToAsync("root.pxar", Stream.Null, null, Stop));
        Assert.Equal((file.Index[0].Digest, 0), (missing.Digest, missing.Offset));
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        Assert.Equal(ChunkProblem.Missing, Assert.Single(result.Files[0].Damages).Problem);
    }

    [Fact]
    public async Task OpenSnapshot_NoSuchSnapshot_IsRefusedByTheServer()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => server.Store.OpenSnapshotAsync(BackupSnapshotPath.Parse("host/web1/2024-05-01T10:11:12Z"), null, Stop));
    }

    [Fact]
    public async Task CopyTo_ServerGoesAway_IsATypedFailure()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        PbsSimulator simulator = server.Simulator;
        BackupResult backup = await BackUpAsync(server, FakeBackup.Random(40 << 20), null);
        SnapshotOpenOptions options = new() { Namespace = backup.Namespace, MaxChunksAhead = 1 };
        await using SnapshotReader reader = await server.Store.OpenSnapshotAsync(backup.Snapshot, options, Stop);
        await using Stream stream = await reader.OpenStreamAsync("disk", Stop);
        byte[] buffer = new byte[1 << 20];
        await stream.ReadExactlyAsync(buffer, Stop);
        await simulator.DisposeAsync();
        await Assert.ThrowsAsync<BackupSessionLostException>(async () => await stream.CopyToAsync(Stream.Null, Stop));
    }

    private static Task<BackupResult> BackUpAsync(BackupServer server, byte[] image, BackupOptions? options)
    {
        List<BackupSource> sources = [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "memory: 512"u8.ToArray())];
        return server.BackUpAsync(BackupGroupPath.Parse("host/web1"), sources, options);
    }

    private static void CopyStore(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string[] parts = [.. Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar).Select(LocalSnapshotSource.RestoreColons)];
            string copy = Path.Combine([target, .. parts]);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
