using ProxSharp.Authentication;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Tls;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Snapshots of a simulated server, over TLS, the upgrade and HTTP/2.</summary>
public sealed class SimulatorReadTests
{
    private const string Secret = "6f1c2f0e-1111-2222-3333-444455556666";

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
        await using PbsSimulator simulator = await StartAsync(folder.Root);
        await using PbsClient client = Connect(simulator);
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
        await using SimulatedServer server = await SimulatedServer.StartAsync();
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = [.. FakeBackup.Random(9 << 20), .. new byte[20 << 20], .. FakeBackup.Random((4 << 20) + 5)];
        BackupResult backup = await BackUpAsync(server, image, new BackupOptions { Key = key, Namespace = BackupNamespace.Parse("a") });
        SnapshotOpenOptions options = new() { Key = key, Namespace = BackupNamespace.Parse("a") };
        await using SnapshotReader reader = await server.Store.OpenSnapshotAsync(backup.Snapshot, options, Stop);
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
        await using PbsSimulator simulator = await StartAsync(folder.Root);
        await using PbsClient client = Connect(simulator);
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
        await using SimulatedServer server = await SimulatedServer.StartAsync();
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => server.Store.OpenSnapshotAsync(BackupSnapshotPath.Parse("host/web1/2024-05-01T10:11:12Z"), null, Stop));
    }

    [Fact]
    public async Task CopyTo_ServerGoesAway_IsATypedFailure()
    {
        await using SimulatedServer server = await SimulatedServer.StartAsync();
        BackupResult backup = await BackUpAsync(server, FakeBackup.Random(40 << 20), null);
        await using SnapshotReader reader = await server.Store.OpenSnapshotAsync(backup.Snapshot, new() { MaxChunksAhead = 1 }, Stop);
        await using Stream stream = await reader.OpenStreamAsync("disk", Stop);
        byte[] buffer = new byte[1 << 20];
        await stream.ReadExactlyAsync(buffer, Stop);
        await server.Simulator.DisposeAsync();
        await Assert.ThrowsAsync<BackupSessionLostException>(async () => await stream.CopyToAsync(Stream.Null, Stop));
    }

    private static Task<BackupResult> BackUpAsync(SimulatedServer server, byte[] image, BackupOptions? options)
    {
        List<BackupSource> sources = [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "memory: 512"u8.ToArray())];
        return server.Store.BackupAsync(BackupGroupPath.Parse("host/web1"), sources, options, Stop);
    }

    private static Task<PbsSimulator> StartAsync(string folder) => PbsSimulator.StartAsync(
        new PbsSimulatorOptions
        {
            Delays = false,
            DatastoreDirectory = folder,
            Scenario = static server => server
                .AddDatastore("store1", namespaces: ["sub", "sub/ns1"])
                .AddUser("backup@pbs", null)
                .AddToken("backup@pbs", "ci", Secret)
                .Grant("/datastore/store1", "backup@pbs", "DatastoreAdmin")
                .Grant("/datastore/store1", "backup@pbs!ci", "DatastoreAdmin"),
        },
        Stop);

    private static PbsClient Connect(PbsSimulator simulator) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
        Credentials = ProxmoxCredentials.ApiToken("backup@pbs!ci", Secret),
        Trust = ServerTrust.Pin(simulator.Fingerprint),
    });

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
