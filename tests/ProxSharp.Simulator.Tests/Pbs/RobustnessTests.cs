using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Simulator.Pbs.Content;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Things that lie in a datastore as no client would put them there, and defects: one task or one answer suffers, never the server.</summary>
public sealed class RobustnessTests : StillBackupServer
{
    private const string Laptop = "host/laptop/2026-01-01T03:00:00Z";

    [Fact]
    public void Task_ThatThrowsAnything_FailsWithItsMessageAndLogsWhere()
    {
        TaskStore tasks = new(ProxmoxProduct.BackupServer, Time, TimeSpan.FromSeconds(1));
        SimulatedTask task = tasks.Start(new TaskRequest("pbs", "verify", "x", "root@pam") { Work = static _ => throw new InvalidOperationException("no such thing\nmore") });

        Time.Advance(TimeSpan.FromSeconds(5));
        tasks.Settle();

        Assert.Equal("no such thing", task.ExitStatus);
        Assert.Contains(task.LogAt(Time.GetUtcNow()), static line => line.Contains(nameof(Task_ThatThrowsAnything_FailsWithItsMessageAndLogsWhere), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Maintenance_WithQuotesInItsMessage_TellsItPlainly()
    {
        TestReply set = await Client.PutAsync("/config/datastore/store1", ("maintenance-mode", """offline,message="say \"hi\", back at 10 \\o/" """.Trim()));
        Assert.Equal(200, set.Status);

        TestReply refused = await Client.GetAsync($"{Store}/groups");

        Assert.Equal("""datastore 'store1' is in offline maintenance mode: say "hi", back at 10 \o/""", refused.Text);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"upid":5,"state":"ok"}""")]
    [InlineData("""{"upid":"nonsense","state":"ok"}""")]
    [InlineData("""{"upid":"UPID:pbs:00000001:00000001:00000001:69000000:verify:store1:root@pam:","state":"odd"}""")]
    [InlineData("\"x\"")]
    public async Task Manifest_WithSenselessVerification_CountsAsNotVerified(string state)
    {
        await SetVerificationAsync(JsonNode.Parse(state)!);

        JsonNode snapshot = await SnapshotAsync();
        string exit = await RunAsync(Client.PostAsync($"{Store}/verify", ("backup-type", "host"), ("backup-id", "laptop")));

        Assert.Null(snapshot["verification"]);
        Assert.Equal("OK", exit);
        Assert.Equal("ok", (await SnapshotAsync())["verification"]!["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("true", null, true)]
    [InlineData("true", "2", true)]
    [InlineData("true", "1", false)]
    [InlineData("true", "0", false)]
    [InlineData("false", null, false)]
    public async Task Verify_OfWhatAnUnknownTaskVerified_GoesByTheTimeInItsId(string? ignoresVerified, string? outdatedAfter, bool isSkipped)
    {
        // Two days and some hours ago, by a task of which this server knows nothing.
        long started = Time.GetUtcNow().AddHours(-60).ToUnixTimeSeconds();
        string upid = FormattableString.Invariant($"UPID:elsewhere:00000001:00000001:00000001:{started:X8}:verify:store1:root@pam:");
        await SetVerificationAsync(new JsonObject { ["upid"] = upid, ["state"] = "ok" });
        List<(string, string)> fields = [("backup-type", "host"), ("backup-id", "laptop"), ("backup-time", "1767236400")];
        fields.AddRange(ignoresVerified is null ? [] : [("ignore-verified", ignoresVerified)]);
        fields.AddRange(outdatedAfter is null ? [] : [("outdated-after", outdatedAfter)]);

        await RunAsync(Client.PostAsync($"{Store}/verify", [.. fields]));

        Assert.Equal(isSkipped, (await SnapshotAsync())["verification"]!["upid"]!.GetValue<string>() == upid);
    }

    [Theory]
    [InlineData("/config/sync", """{"id":"sync-1","store":"store1","remote-store":"offsite","group-filter":["regex:(("]}""")]
    [InlineData("/config/sync", """{"id":"sync-1","store":"store1","remote-store":"offsite","group-filter":["nonsense"]}""")]
    [InlineData("/pull", """{"store":"store1","remote-store":"offsite","group-filter":["exclude:regex:(("]}""")]
    public async Task GroupFilter_ThatMakesNoSense_IsAParameterError(string path, string json)
    {
        TestReply reply = await Client.PostJsonAsync(path, json);

        Assert.Equal(400, reply.Status);
        Assert.StartsWith("parameter verification failed - 'group-filter': ", reply.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await Client.GetAsync("/version")).Status);
    }

    [Fact]
    public async Task Folders_ThatAreNoneOfADatastore_AreNotSeen()
    {
        string folder = Directory.CreateTempSubdirectory("proxsharp-store-").FullName;
        try
        {
            foreach (string name in (string[])["host/.snapshot", "ns/x y", "vm/bad name", "vm/100/lost+found", "ns/good/vm/7"])
            {
                Directory.CreateDirectory(Path.Combine(folder, name));
            }

            await using PbsSimulator simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions
            {
                TimeProvider = Time,
                Delays = false,
                Scenario = server =>
                {
                    DefaultBackupServer.Build(server);
                    server.AddDatastoreFrom("disk", folder);
                },
            });
            using TestClient client = new(simulator.Endpoint) { Authorization = BackupWire.Token };

            Assert.Empty((await client.GetAsync("/admin/datastore/disk/groups")).Data!.AsArray());
            Assert.Equal(["", "good"], (await client.GetAsync("/admin/datastore/disk/namespace")).Data!.AsArray().Select(static entry => entry!["ns"]!.GetValue<string>()));
            Assert.Equal(200, (await client.GetAsync("/admin/datastore/disk/status?verbose=true")).Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Collection_WithAnUnreadableIndex_FailsAndSweepsNothing()
    {
        SimulatedDatastore store = Simulator.GetDatastore("store1");
        await Client.DeleteAsync($"{Store}/groups?backup-type=ct&backup-id=200");
        byte[] index = store.ReadFile($"{Laptop}/root.pxar.didx")!;
        store.WriteFile($"{Laptop}/root.pxar.didx", [.. index.Select(static (value, i) => i == 0 ? (byte)~value : value)]);
        Time.Advance(TimeSpan.FromDays(3));
        long before = store.ChunkCount;

        string exit = await RunAsync(Client.PostAsync($"{Store}/gc"));

        Assert.StartsWith($"can't read index '/mnt/datastore/store1/{Laptop}/root.pxar.didx' - ", exit, StringComparison.Ordinal);
        Assert.Equal(before, store.ChunkCount);
        Assert.Equal(exit, (await Client.GetAsync("/admin/gc/store1")).Data![0]!["last-run-state"]!.GetValue<string>());
        store.WriteFile($"{Laptop}/root.pxar.didx", index);
        Assert.Equal("OK", await RunAsync(Client.PostAsync($"{Store}/gc")));
        Assert.True(store.ChunkCount < before);
    }

    [Fact]
    public async Task Reader_OfASnapshotThatIsBeingWritten_IsRefused()
    {
        await using BackupWire writer = await BackupWire.BeginAsync(Simulator, "h1");

        await using BackupWire reader = await BackupWire.OpenAsync(Simulator, BackupWire.Query("h1", 1_700_000_000), BackupWire.Reader);

        Assert.Equal(400, reader.Answer.Status);
        Assert.EndsWith("locked by another operation", reader.Answer.Text, StringComparison.Ordinal);
        await writer.FinishAsync("""{"backup-type":"host","backup-id":"h1","backup-time":1700000000,"files":[]}""");
        await using BackupWire after = await BackupWire.OpenAsync(Simulator, BackupWire.Query("h1", 1_700_000_000), BackupWire.Reader);
        Assert.Equal(101, after.Answer.Status);
    }

    [Theory]
    [InlineData(3072, 400)]
    [InlineData(3073, 414)]
    public async Task Target_LongerThanAllowed_IsRefused(int length, int status)
    {
        const string Path = "/version";
        string query = "x=" + new string('y', length - "/api2/json".Length - Path.Length - 2);

        Assert.Equal(status, (await Client.GetAsync($"{Path}?{query}")).Status);
        Assert.Equal(200, (await Client.GetAsync(Path)).Status);
    }

    [Fact]
    public void Folder_WithOldAndOddEntries_IsPackedWithTheirTimes()
    {
        PxarTimestamp old = new(-31_535_999, 500_000_000);
        byte[] bytes = Archive(old, new PxarTimestamp(1_700_000_001, 0));
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(bytes));

        using TarReader tar = new(new MemoryStream(new FolderArchive(archive).Tar(archive.Root)));
        Dictionary<string, TarEntry> entries = [];
        while (tar.GetNextEntry() is { } entry)
        {
            entries[entry.Name.TrimEnd('/')] = entry;
        }

        using ZipArchive zip = new(new MemoryStream(new FolderArchive(archive).Zip(archive.Root)));
        Assert.Equal(old.ToDateTimeOffset(), entries["old"].ModificationTime);
        Assert.Equal(TarEntryType.CharacterDevice, entries["device"].EntryType);
        Assert.Equal(new DateTime(2023, 11, 14, 22, 13, 20), zip.GetEntry("new")!.LastWriteTime.DateTime);
        Assert.Equal(new DateTime(1980, 1, 1), zip.GetEntry("old")!.LastWriteTime.DateTime);
    }

    private static byte[] Archive(PxarTimestamp old, PxarTimestamp recent)
    {
        using MemoryStream stream = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { UserId = 4_000_000_000, GroupId = 100_001 };
        PxarWriter writer = PxarWriter.Create(stream, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101) with { ModificationTime = old });
        writer.WriteDevice(new PxarName("device"), PxarMetadata.Create(PxarEntryKind.CharacterDevice, 0b110_000_000) with { ModificationTime = old }, 4_000_000, 1_048_575);
        writer.WriteSymlink(new PxarName("link"), PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111) with { ModificationTime = old }, Encoding.UTF8.GetBytes("new"));
        writer.WriteFile(new PxarName("new"), file with { ModificationTime = recent }, Encoding.UTF8.GetBytes("content"));
        writer.WriteFile(new PxarName("old"), file with { ModificationTime = old }, Encoding.UTF8.GetBytes("content"));
        writer.Finish();
        return stream.ToArray();
    }

    private async Task SetVerificationAsync(JsonNode state)
    {
        SimulatedDatastore store = Simulator.GetDatastore("store1");
        string path = $"{Laptop}/index.json.blob";
        byte[] json = (await Client.GetAsync($"{Store}/download-decoded?backup-type=host&backup-id=laptop&backup-time=1767236400&file-name=index.json.blob")).Body;
        JsonObject manifest = JsonNode.Parse(json)!.AsObject();
        manifest["unprotected"] = new JsonObject { ["verify_state"] = state.DeepClone() };
        store.WriteFile(path, BackupWire.Blob(Encoding.UTF8.GetBytes(manifest.ToJsonString())));
    }

    private async Task<JsonNode> SnapshotAsync() => (await Client.GetAsync($"{Store}/snapshots?backup-type=host&backup-id=laptop")).Data!.AsArray()
        .Single(static snapshot => snapshot!["backup-time"]!.GetValue<long>() == 1767236400)!;

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        Time.Advance(TimeSpan.FromSeconds(30));
        return (await Client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(started.Data!.GetValue<string>())}/status")).Data!["exitstatus"]!.GetValue<string>();
    }
}
