using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>What is in the snapshots of a simulated backup server, and how it is looked after.</summary>
public sealed class ContentTests : StillBackupServer
{
    private const string Laptop = "backup-type=host&backup-id=laptop&backup-time=1767236400";

    [Fact]
    public async Task Catalog_ListsLevelByLevel()
    {
        JsonArray root = (await Client.GetAsync($"{Store}/catalog?{Laptop}&filepath=root")).Data!.AsArray();
        string archive = Assert.Single(root)!["filepath"]!.GetValue<string>();
        JsonArray files = (await Client.GetAsync($"{Store}/catalog?{Laptop}&filepath={Uri.EscapeDataString(archive)}")).Data!.AsArray();

        Assert.Equal("/root.pxar.didx", Encoding.UTF8.GetString(Convert.FromBase64String(archive)));
        Assert.Equal(["hello.txt", "zeros.bin"], files.Select(static file => file!["text"]!.GetValue<string>()));
        Assert.Equal("root.pxar.didx/hello.txt", Encoding.UTF8.GetString(Convert.FromBase64String(files[0]!["filepath"]!.GetValue<string>())));
        Assert.Equal((true, 31), (files[0]!["leaf"]!.GetValue<bool>(), files[0]!["size"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Download_OfAFileInAnArchive_GivesItsContent()
    {
        TestReply file = await Client.GetAsync($"{Store}/pxar-file-download?{Laptop}&filepath={Base64("/root.pxar.didx/hello.txt")}");
        TestReply missing = await Client.GetAsync($"{Store}/pxar-file-download?{Laptop}&filepath={Base64("/root.pxar.didx/nosuch")}");

        Assert.Equal("Hello from a simulated backup.\n", file.Text);
        Assert.Equal((400, "error opening '\"nosuch\"'"), (missing.Status, missing.Text));
    }

    [Fact]
    public async Task Download_OfAFolder_GivesAZipOrATar()
    {
        await using PbsSimulator small = await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            TimeProvider = Time,
            Delays = false,
            Scenario = static server =>
            {
                DefaultBackupServer.Build(server);
                server.AddSnapshot("store1", "host", "tiny", DefaultBackupServer.FirstBackup, size: 4096, owner: DefaultBackupServer.TokenId);
            },
        });
        using TestClient client = new(small.Endpoint) { Authorization = BackupWire.Token };
        string query = $"{Store}/pxar-file-download?backup-type=host&backup-id=tiny&backup-time={DefaultBackupServer.FirstBackup.ToUnixTimeSeconds()}&filepath={Base64("/root.pxar.didx/")}";

        using ZipArchive zip = new(new MemoryStream((await client.GetAsync(query)).Body));
        byte[] tar = (await client.GetAsync(query + "&tar=true")).Body;

        Assert.Equal(["hello.txt", "zeros.bin"], zip.Entries.Select(static entry => entry.FullName));
        Assert.Equal(3072, zip.GetEntry("zeros.bin")!.Length);
        Assert.Equal(0xfd2fb528, BitConverter.ToUInt32(tar));
    }

    [Fact]
    public async Task Log_IsTakenOnceAndFromTheOwnerOnly()
    {
        byte[] log = BackupWire.Blob(Encoding.UTF8.GetBytes("a log line\n"));

        Assert.Equal(200, (await UploadAsync(Laptop, log)).Status);
        Assert.Equal("backup already contains a log.", (await UploadAsync(Laptop, log)).Text);
        Assert.Equal("backup owner check failed (demo@pbs!ci != demo@pbs)", (await UploadAsync("backup-type=vm&backup-id=100&backup-time=1767232800", log)).Text);
        TestReply files = await Client.GetAsync($"{Store}/files?{Laptop}");
        Assert.Contains(files.Data!.AsArray(), static file => file!["filename"]!.GetValue<string>() == "client.log.blob");
        Assert.Equal(log, (await Client.GetAsync($"{Store}/download?{Laptop}&file-name=client.log.blob")).Body);
        Assert.Equal("a log line\n", (await Client.GetAsync($"{Store}/download-decoded?{Laptop}&file-name=client.log.blob")).Text);
    }

    private Task<TestReply> UploadAsync(string snapshot, byte[] blob)
    {
        ByteArrayContent content = new(blob);
        content.Headers.ContentType = new("application/octet-stream");
        return Client.SendAsync(HttpMethod.Post, $"{Store}/upload-backup-log?{snapshot}", content);
    }

    [Fact]
    public async Task Verification_FindsADamagedChunk_AndGarbageCollectionKeepsTheRest()
    {
        SimulatedDatastore store = Simulator.GetDatastore("store1");
        TestReply index = await Client.GetAsync($"{Store}/download?{Laptop}&file-name=catalog.pcat1.didx");
        string digest = Backup.Formats.Indexes.DynamicIndex.Parse(index.Body)[0].Digest.ToString();
        store.DamageChunk(digest);

        string exit = await RunAsync(Client.PostAsync($"{Store}/verify", ("backup-type", "host"), ("backup-id", "laptop"), ("backup-time", "1767236400")));

        Assert.Equal("verification failed - please check the log for details", exit);
        JsonArray snapshots = (await Client.GetAsync($"{Store}/snapshots?backup-type=host&backup-id=laptop")).Data!.AsArray();
        Assert.Equal("failed", Assert.Single(snapshots, static snapshot => snapshot!["verification"] is not null)!["verification"]!["state"]!.GetValue<string>());
        Assert.DoesNotContain(digest, store.Chunks);
    }

    [Fact]
    public async Task GarbageCollection_RemovesOnlyWhatNobodyNamedForADay()
    {
        SimulatedDatastore store = Simulator.GetDatastore("store1");
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/gc")));
        long all = store.ChunkCount;
        Assert.Equal(200, (await Client.DeleteAsync($"{Store}/snapshots?{Laptop}")).Status);
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/gc")));
        JsonNode early = (await Client.GetAsync($"{Store}/gc")).Data!;
        Assert.Equal(all, store.ChunkCount);
        Assert.True(early["pending-chunks"]!.GetValue<long>() > 0);

        Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/gc")));

        JsonNode late = (await Client.GetAsync($"{Store}/gc")).Data!;
        Assert.Equal(early["pending-chunks"]!.GetValue<long>(), late["removed-chunks"]!.GetValue<long>());
        Assert.Equal(all - late["removed-chunks"]!.GetValue<long>(), store.ChunkCount);
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/verify")));
    }

    [Fact]
    public async Task SyncJob_FromAnotherServer_CopiesSnapshotsWithTheirChunks()
    {
        await using PbsSimulator target = await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            TimeProvider = Time,
            Delays = false,
            Scenario = static server => server.AddDatastore("mirror").AddUser("root@pam", "secret"),
        });
        using TestClient client = new(target.Endpoint) { CookieName = "PBSAuthCookie" };
        TestReply login = await client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", "secret"));
        (client.Ticket, client.Csrf) = (login.Data!["ticket"]!.GetValue<string>(), login.Data["CSRFPreventionToken"]!.GetValue<string>());
        string port = Simulator.Endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await client.PostAsync("/config/remote", ("name", "main"), ("host", "127.0.0.1"), ("port", port), ("auth-id", DefaultBackupServer.DemoUser), ("password", DefaultBackupServer.DemoPassword));
        await client.PostAsync("/config/sync", ("id", "nightly"), ("store", "mirror"), ("remote", "main"), ("remote-store", "offsite"), ("schedule", "daily"));

        JsonArray stores = (await client.GetAsync("/config/remote/main/scan")).Data!.AsArray();
        string upid = (await client.PostAsync("/admin/sync/nightly/run")).Data!.GetValue<string>();
        Time.Advance(TimeSpan.FromSeconds(5));
        string exit = (await client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(upid)}/status")).Data!["exitstatus"]!.GetValue<string>();

        Assert.Equal(["offsite", "store1"], stores.Select(static store => store!["store"]!.GetValue<string>()));
        Assert.Equal("OK", exit);
        Assert.Equal(Simulator.GetDatastore("offsite").Snapshots, target.GetDatastore("mirror").Snapshots);
        Assert.Equal(Simulator.GetDatastore("offsite").Chunks, target.GetDatastore("mirror").Chunks);
        JsonNode job = Assert.Single((await client.GetAsync("/admin/sync")).Data!.AsArray())!;
        Assert.Equal("OK", job["last-run-state"]!.GetValue<string>());
    }

    [Fact]
    public async Task PruneJob_KeepsProtectedSnapshots()
    {
        await Client.PutAsync($"{Store}/protected", ("backup-type", "vm"), ("backup-id", "100"), ("backup-time", "1767232800"), ("protected", "true"));
        await Client.PostAsync("/config/prune", ("id", "weekly"), ("store", "store1"), ("schedule", "weekly"), ("keep-last", "1"), ("max-depth", "0"));

        Assert.Equal("OK", await RunAsync(Client.PostAsync("/admin/prune/weekly/run")));

        JsonArray left = (await Client.GetAsync($"{Store}/snapshots?backup-type=vm&backup-id=100")).Data!.AsArray();
        Assert.Equal([1_767_232_800, 1_767_578_400], left.Select(static snapshot => snapshot!["backup-time"]!.GetValue<long>()));
    }

    [Fact]
    public async Task Datastore_OnDisk_IsLaidOutAsARealOne_AndOpenedAgain()
    {
        string folder = Directory.CreateTempSubdirectory("proxsharp-").FullName;
        try
        {
            PbsSimulatorOptions options = new() { TimeProvider = Time, Delays = false, DatastoreDirectory = folder, Scenario = DefaultBackupServer.Build };
            IReadOnlyList<string> chunks;
            await using (PbsSimulator first = await PbsSimulator.StartAsync(options))
            {
                chunks = first.GetDatastore("store1").Chunks;
                Assert.All(chunks, digest => Assert.True(File.Exists(Path.Combine(folder, "store1", ".chunks", digest[..4], digest))));
                Assert.Equal("demo@pbs!ci\n", File.ReadAllText(Path.Combine(folder, "store1", "host", "laptop", "owner")));
                Assert.True(File.Exists(Path.Combine(folder, "store1", "ns", "customers", "ns", "acme", "vm", "7", "2026-01-01T02:00:00Z", "index.json.blob")));
            }

            await using PbsSimulator second = await PbsSimulator.StartAsync(options with { Scenario = static server => server.AddDatastore("store1").AddUser("root@pam", "x") });

            Assert.Equal(chunks, second.GetDatastore("store1").Chunks);
            Assert.Equal(16, second.GetDatastore("store1").Snapshots.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Base64(string path) => Uri.EscapeDataString(Convert.ToBase64String(Encoding.UTF8.GetBytes(path)));

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        Time.Advance(TimeSpan.FromSeconds(5));
        return (await Client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(started.Data!.GetValue<string>())}/status")).Data!["exitstatus"]!.GetValue<string>();
    }
}
