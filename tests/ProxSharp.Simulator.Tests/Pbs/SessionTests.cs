using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Backup and reader sessions: what a real server was seen to accept and refuse, word for word.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const long Time = 1_700_000_000;
    private const string Ok = "{\"data\":null}";
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    private static readonly byte[] s_hello = Encoding.ASCII.GetBytes("hello chunk");
    private static readonly byte[] s_first = [.. Enumerable.Repeat((byte)1, 4 << 20)];
    private static readonly byte[] s_second = [.. Enumerable.Repeat((byte)2, 4 << 20)];
    private static readonly byte[] s_third = [.. Enumerable.Repeat((byte)3, 2 << 20)];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PbsSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = _time, Delays = false });
        _client = new TestClient(_simulator.Endpoint) { Authorization = BackupWire.Token };
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("backup-type=host&backup-id=q&backup-time=1700000000&store=store1", null, 400, "missing Upgrade header")]
    [InlineData("backup-type=host&backup-id=q&backup-time=1700000000&store=store1", "PROXMOX-BACKUP-PROTOCOL-V1", 400, "invalid protocol name")]
    [InlineData("backup-type=host&backup-id=q&backup-time=1700000000&store=store1", "h2c", 400, "invalid protocol name")]
    [InlineData("backup-type=host&backup-id=q&backup-time=1700000000&store=store1&ns=nope", BackupWire.Writer, 404, "namespace not found")]
    [InlineData("backup-type=host&backup-id=benchmark&backup-time=1700000000&store=store1", BackupWire.Writer, 400, "unable to run benchmark without --benchmark flags")]
    [InlineData("backup-type=host&backup-id=q&backup-time=1700000000&store=store1&benchmark=true", BackupWire.Writer, 400, "benchmark flags is only allowed on 'host/benchmark'")]
    [InlineData("backup-type=host&backup-id=bad%20id&backup-time=1700000000&store=store1", BackupWire.Writer, 400, "parameter verification failed - 'backup-id': value does not match the regex pattern")]
    [InlineData("backup-type=host&backup-id=q&backup-time=0&store=store1", BackupWire.Writer, 400, "parameter verification failed - 'backup-time': value must have a minimum value of 1 (got 0)")]
    [InlineData("backup-type=host&backup-id=q&backup-time=1&store=store1&frobnicate=1", BackupWire.Writer, 400, "parameter verification failed - 'frobnicate': schema does not allow additional properties.")]
    [InlineData("store=store1", BackupWire.Writer, 400, "parameter verification failed:\n- 'backup-id': parameter is missing and it is not optional.\n- 'backup-time': parameter is missing and it is not optional.\n- 'backup-type': parameter is missing and it is not optional.")]
    [InlineData("backup-type=vm&backup-id=100&backup-time=1700000000&store=store1", BackupWire.Writer, 400, "backup owner check failed (demo@pbs!ci != demo@pbs)")]
    [InlineData("backup-type=host&backup-id=laptop&backup-time=1700000000&store=store1", BackupWire.Writer, 400, "backup timestamp is older than last backup.")]
    public async Task Upgrade_ThatIsWrong_IsRefusedWithTheServersText(string query, string? protocol, int status, string text)
    {
        await using BackupWire wire = await BackupWire.OpenAsync(_simulator, query, protocol);

        Assert.Equal((status, text), (wire.Answer.Status, wire.Answer.Text));
    }

    [Fact]
    public async Task Upgrade_WithoutPrivileges_NamesWhatIsMissing()
    {
        await _client.PostAsync("/access/users", ("userid", "other@pbs"));
        string secret = (await _client.PostAsync("/access/users/other@pbs/token/t")).Data!["value"]!.GetValue<string>();
        string authorization = $"PBSAPIToken=other@pbs!t:{secret}";

        await using BackupWire denied = await BackupWire.OpenAsync(_simulator, BackupWire.Query("q", Time, "nostore"), authorization: authorization);
        await using BackupWire unknown = await BackupWire.OpenAsync(_simulator, BackupWire.Query("q", Time), authorization: "PBSAPIToken=other@pbs!t:wrong");

        Assert.Equal((403, "missing permissions 'Datastore.Backup' on '/datastore/nostore'"), (denied.Answer.Status, denied.Answer.Text));
        Assert.Equal(401, unknown.Answer.Status);
    }

    [Fact]
    public async Task Upgrade_OfAClientThatOffersHttp2_IsAnsweredInHttp11()
    {
        await using BackupWire wire = await BackupWire.OpenAsync(_simulator, BackupWire.Query("alpn", Time), offersHttp2: true);

        Assert.Equal(101, wire.Answer.Status);
        Assert.Equal(Ok, (await wire.GetAsync("previous_backup_time")).Text);
    }

    [Fact]
    public async Task FixedBackup_ChunksInAnyOrder_IsStoredAndCanBeBuiltUpon()
    {
        await using (BackupWire wire = await BackupWire.BeginAsync(_simulator))
        {
            Assert.Equal(Ok, (await wire.GetAsync("previous_backup_time")).Text);
            Assert.Equal((400, "no valid previous backup"), await Told(wire.GetAsync("previous?archive-name=index.json.blob")));
            Assert.Equal("{\"data\":1}", (await wire.PostAsync("fixed_index?archive-name=d.img.fidx&size=10485760")).Text);
            foreach (byte[] chunk in (byte[][])[s_first, s_second, s_third])
            {
                Assert.Equal($"{{\"data\":\"{BackupWire.Hex(chunk)}\"}}", (await wire.ChunkAsync("fixed", 1, chunk)).Text);
            }

            Assert.Equal(Ok, (await wire.AppendAsync("fixed", 1, (BackupWire.Hex(s_third), 8 << 20), (BackupWire.Hex(s_first), 0))).Text);
            Assert.Equal((400, "got unaligned chunk (pos = 100)"), await Told(wire.AppendAsync("fixed", 1, (BackupWire.Hex(s_second), 100))));
            Assert.Equal(Ok, (await wire.AppendAsync("fixed", 1, (BackupWire.Hex(s_second), 4 << 20))).Text);
            Assert.Equal(Ok, (await wire.PostAsync("fixed_close?wid=1&chunk-count=3&size=10485760&csum=2db1b3498f185a1e452efb913eb3561809f9873b6db3c2c4f9cbc3cec59ed271")).Text);
            await wire.FinishAsync(Manifest("h1", Time, "d.img.fidx", 10_485_760, "2db1b3498f185a1e452efb913eb3561809f9873b6db3c2c4f9cbc3cec59ed271"));
        }

        JsonNode snapshot = await SnapshotAsync("h1");
        Assert.Equal(10_485_760, snapshot["files"]![0]!["size"]!.GetValue<long>());
        Assert.Equal("demo@pbs!ci", snapshot["owner"]!.GetValue<string>());
        await ReuseAsync();
    }

    private async Task ReuseAsync()
    {
        const string Sum = "2db1b3498f185a1e452efb913eb3561809f9873b6db3c2c4f9cbc3cec59ed271";
        byte[] changed = [.. Enumerable.Repeat((byte)7, 4 << 20)];
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator, time: Time + 60);
        Assert.Equal($"{{\"data\":{Time}}}", (await wire.GetAsync("previous_backup_time")).Text);
        Assert.Equal(
            (400, $"expected csum ({Zeros}) doesn't match last backup's ({Sum}), cannot do incremental backup"),
            await Told(wire.PostAsync($"fixed_index?archive-name=d.img.fidx&size=10485760&reuse-csum={Zeros}")));
        Assert.Equal((400, "clone_data_from failed - index sizes not equal"), await Told(wire.PostAsync($"fixed_index?archive-name=d.img.fidx&size=14680064&reuse-csum={Sum}")));
        Assert.Equal((400, "cannot reuse index - no previous backup exists for archive"), await Told(wire.PostAsync($"fixed_index?archive-name=e.img.fidx&size=10485760&reuse-csum={Sum}")));
        Assert.Equal("{\"data\":1}", (await wire.PostAsync($"fixed_index?archive-name=d.img.fidx&size=10485760&reuse-csum={Sum}")).Text);
        await wire.ChunkAsync("fixed", 1, changed);
        Assert.Equal(Ok, (await wire.AppendAsync("fixed", 1, (BackupWire.Hex(changed), 4 << 20))).Text);
        Assert.Equal(Ok, (await wire.PostAsync("fixed_close?wid=1&chunk-count=1&size=4194304&csum=16c4cf1cad34bc19ddb9bc0f427f0dffa221fbfa8640ce806abcc573a74715a1")).Text);
        await wire.FinishAsync(Manifest("h1", Time + 60, "d.img.fidx", 10_485_760, "16c4cf1cad34bc19ddb9bc0f427f0dffa221fbfa8640ce806abcc573a74715a1"));
    }

    [Fact]
    public async Task FixedClose_OfAnIndexWithAHole_FailsAndDestroysTheWriter()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("fixed_index?archive-name=d.img.fidx&size=10485760");
        await wire.ChunkAsync("fixed", 1, s_first);
        await wire.AppendAsync("fixed", 1, (BackupWire.Hex(s_first), 0));

        Assert.Equal((400, "fixed writer 'd.img.fidx' close failed - received wrong number of chunk (1 != 2)"), await Told(wire.PostAsync($"fixed_close?wid=1&chunk-count=2&size=4194304&csum={Zeros}")));
        Assert.Equal((400, "fixed writer '1' not registered"), await Told(wire.PostAsync($"fixed_close?wid=1&chunk-count=1&size=4194304&csum={Zeros}")));

        Assert.Equal("{\"data\":2}", (await wire.PostAsync("fixed_index?archive-name=d.img.fidx&size=10485760")).Text);
        await wire.AppendAsync("fixed", 2, (BackupWire.Hex(s_first), 0));
        Assert.Equal((400, "fixed writer 'd.img.fidx' close failed - unexpected chunk count (3 != 1)"), await Told(wire.PostAsync($"fixed_close?wid=2&chunk-count=1&size=4194304&csum={Zeros}")));

        await wire.PostAsync("fixed_index?archive-name=e.img.fidx&size=4194304");
        await wire.AppendAsync("fixed", 3, (BackupWire.Hex(s_first), 0));
        Assert.Equal((400, "fixed writer 'e.img.fidx' close failed - got unexpected checksum"), await Told(wire.PostAsync($"fixed_close?wid=3&chunk-count=1&size=4194304&csum={Zeros}")));
        Assert.Equal((400, "backup does not contain valid files (file count == 0)"), await Told(wire.PostAsync("finish")));
    }

    [Fact]
    public async Task FixedChunks_OfWrongSizes_AreRefused()
    {
        byte[] large = new byte[8 << 20];
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("fixed_index?archive-name=d.img.fidx&size=12582912");

        Assert.Equal(200, (await wire.ChunkAsync("fixed", 1, [.. Enumerable.Repeat((byte)'a', 1000)])).Status);
        Assert.Equal((400, "fixed writer '1' - detected multiple end chunks (chunk size too small)"), await Told(wire.ChunkAsync("fixed", 1, [.. Enumerable.Repeat((byte)'b', 1000)])));
        Assert.Equal((400, "fixed writer 'd.img.fidx' - got large chunk (8388608 > 4194304"), await Told(wire.ChunkAsync("fixed", 1, large)));
        Assert.Equal(200, (await wire.ChunkAsync("fixed", 1, s_first)).Status);
        Assert.Equal((400, "chunk data exceeds size (16777216 >= 12582912)"), await Told(wire.AppendAsync("fixed", 1, (BackupWire.Hex(s_first), 12 << 20))));
        Assert.Equal((400, "parameter verification failed - 'size': parameter is missing and it is not optional."), await Told(wire.PostAsync("fixed_index?archive-name=y.fidx")));
        Assert.Equal((400, "wrong archive extension: 'y.didx'"), await Told(wire.PostAsync("fixed_index?archive-name=y.didx&size=1")));
    }

    [Fact]
    public async Task DynamicChunks_AreCheckedAsTheServerDoes()
    {
        byte[] noBlob = BackupWire.Blob(s_hello);
        noBlob[0] ^= 0xff;
        byte[] wrongCrc = BackupWire.Blob(s_hello);
        wrongCrc.AsSpan(8, 4).Clear();
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");

        Assert.Equal((400, "wrong archive extension: 'x.fidx'"), await Told(wire.PostAsync("dynamic_index?archive-name=x.fidx")));
        Assert.Equal((400, "detected chunk with wrong digest."), await Told(wire.ChunkAsync("dynamic", 1, s_hello, digest: new string('1', 64))));
        Assert.Equal((400, "detected chunk with wrong length (12 != 11)"), await Told(wire.ChunkAsync("dynamic", 1, s_hello, size: 12)));
        Assert.Equal((400, "uploaded chunk is larger than announced."), await Told(wire.ChunkAsync("dynamic", 1, s_hello, encodedSize: 22)));
        Assert.Equal((400, "uploaded chunk has unexpected size."), await Told(wire.ChunkAsync("dynamic", 1, s_hello, encodedSize: 24)));
        Assert.Equal((400, "unable to parse raw blob - wrong magic"), await Told(wire.ChunkAsync("dynamic", 1, s_hello, blob: noBlob)));
        Assert.Equal(200, (await wire.ChunkAsync("dynamic", 1, s_hello, blob: wrongCrc)).Status);
        Assert.Equal((400, "dynamic writer '9' not registered"), await Told(wire.ChunkAsync("dynamic", 9, s_hello)));
        Assert.Equal((400, "fixed writer '1' not registered"), await Told(wire.ChunkAsync("fixed", 1, s_hello)));
        Assert.Equal(
            (400, "parameter verification failed - 'size': value must have a maximum value of 16777216 (got 16777217)"),
            await Told(wire.ChunkAsync("dynamic", 1, s_hello, size: 16_777_217)));
        TestReply empty = await wire.ChunkAsync("dynamic", 1, []);
        Assert.Equal("parameter verification failed:\n- 'size': value must have a minimum value of 1 (got 0)\n- 'encoded-size': value must have a minimum value of 13 (got 12)", empty.Text);
        Assert.Null(empty.ContentType);
    }

    [Fact]
    public async Task DynamicIndex_AppendAndClose_FollowTheOffsets()
    {
        string hello = BackupWire.Hex(s_hello);
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        await wire.ChunkAsync("dynamic", 1, s_hello);

        Assert.Equal((400, $"no such chunk {new string('2', 64)}"), await Told(wire.AppendAsync("dynamic", 1, (new string('2', 64), 0))));
        Assert.Equal((400, "dynamic writer 'x.didx' append chunk failed - got strange chunk offset (0 != 5)"), await Told(wire.AppendAsync("dynamic", 1, (hello, 5))));
        Assert.Equal(Ok, (await wire.AppendAsync("dynamic", 1, (hello, 0))).Text);
        Assert.Equal(Ok, (await wire.AppendAsync("dynamic", 1, (hello, 11))).Text);
        Assert.Equal(
            (400, "parameter verification failed:\n- 'chunk-count': value must have a minimum value of 1 (got 0)\n- 'size': value must have a minimum value of 1 (got 0)"),
            await Told(wire.PostAsync($"dynamic_close?wid=1&chunk-count=0&size=0&csum={Zeros}")));
        Assert.Equal(Ok, (await wire.PostAsync("dynamic_close?wid=1&chunk-count=2&size=22&csum=e9366e01f0a96fee97c576de82513a2fa3f47f9cc9031af45bfd958a5c23c22d")).Text);
        Assert.Equal((400, "dynamic writer '1' not registered"), await Told(wire.PostAsync("dynamic_close?wid=1&chunk-count=2&size=22&csum=e9366e01f0a96fee97c576de82513a2fa3f47f9cc9031af45bfd958a5c23c22d")));

        Assert.Equal("{\"data\":2}", (await wire.PostAsync("dynamic_index?archive-name=y.didx")).Text);
        await wire.AppendAsync("dynamic", 2, (hello, 0));
        Assert.Equal((400, "dynamic writer 'y.didx' close failed - unexpected file size (11 != 12)"), await Told(wire.PostAsync($"dynamic_close?wid=2&chunk-count=1&size=12&csum={Zeros}")));
        Assert.Equal((400, "Invalid string length"), await Told(wire.PostAsync("dynamic_close?wid=2&chunk-count=1&size=12&csum=00")));
    }

    [Fact]
    public async Task Blobs_AreCheckedAndMayBeReplaced()
    {
        byte[] blob = BackupWire.Blob(s_hello);
        byte[] damaged = [.. blob];
        damaged[8] ^= 1;
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);

        Assert.Equal(Ok, (await wire.BlobAsync("a.conf.blob", blob)).Text);
        Assert.Equal(Ok, (await wire.BlobAsync("a.conf.blob", blob)).Text);
        Assert.Equal((400, "wrong blob file extension: 'a.conf'"), await Told(wire.BlobAsync("a.conf", blob)));
        Assert.Equal((400, "Data blob has wrong CRC checksum."), await Told(wire.BlobAsync("b.blob", damaged)));
        Assert.Equal((400, "parameter verification failed - 'encoded-size': value must have a maximum value of 16777260 (got 17825804)"), await Told(wire.BlobAsync("big.blob", blob, 17_825_804)));
        Assert.Equal((404, "Path '/nosuch' not found."), await Told(wire.GetAsync("nosuch")));
        Assert.Equal((404, "Path '/speedtest' not found."), await Told(wire.GetAsync("speedtest")));
        Assert.Equal((404, "Path '/previous' not found."), await Told(wire.PostAsync("previous")));
        Assert.Equal(
            (400, "unable to update manifest blob - unable to load blob '\"/mnt/datastore/store1/host/h1/2023-11-14T22:13:20Z/index.json.blob\"' - No such file or directory (os error 2)"),
            await Told(wire.PostAsync("finish")));
        await wire.FinishAsync(Manifest("h1", Time, "a.conf.blob", blob.Length, BackupWire.Hex(blob)));
        Assert.Equal(Ok, (await wire.GetAsync("previous_backup_time")).Text);
        Assert.Equal((400, "backup already marked as finished."), await Told(wire.PostAsync("finish")));
    }

    [Fact]
    public async Task SecondBackup_KnowsChunksOnlyOfIndexesItFetched()
    {
        string hello = BackupWire.Hex(s_hello);
        await StoreAsync("h1", Time);

        await using BackupWire wire = await BackupWire.BeginAsync(_simulator, time: Time + 10);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        Assert.Equal((400, $"no such chunk {hello}"), await Told(wire.AppendAsync("dynamic", 1, (hello, 0))));
        TestReply previous = await wire.GetAsync("previous?archive-name=x.didx");
        Assert.Equal((200, "application/octet-stream", 4136), (previous.Status, previous.ContentType, previous.Body.Length));
        Assert.Equal(11, DynamicIndex.Parse(previous.Body).Size);
        Assert.Equal(Ok, (await wire.AppendAsync("dynamic", 1, (hello, 0))).Text);
        Assert.Equal(
            (400, "Unable to open dynamic index \"/mnt/datastore/store1/host/h1/2023-11-14T22:13:20Z/nosuch.didx\" - No such file or directory (os error 2)"),
            await Told(wire.GetAsync("previous?archive-name=nosuch.didx")));
        Assert.Equal("{\"data\":2}", (await wire.PostAsync("dynamic_index?archive-name=x.didx")).Text);
        Assert.Equal((400, "found open index writer - unable to finish backup"), await Told(wire.PostAsync("finish")));
    }

    [Fact]
    public async Task Session_ThatEndsUnfinished_LeavesNothingAndFreesTheGroup()
    {
        BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.BlobAsync("a.conf.blob", BackupWire.Blob(s_hello));
        await using (BackupWire second = await BackupWire.OpenAsync(_simulator, BackupWire.Query("h1", Time + 1)))
        {
            Assert.Equal(
                (400, "unable to acquire lock on backup group directory \"/mnt/datastore/store1/host/h1\" - another backup is already running"),
                (second.Answer.Status, second.Answer.Text));
        }

        Assert.Equal("running", (await TaskAsync("backup"))["status"]!.GetValue<string>());
        await wire.DisposeAsync();
        await Wait.UntilAsync(async () => (await TaskAsync("backup"))["status"]!.GetValue<string>() == "stopped");

        Assert.Empty(await SnapshotsAsync("h1"));
        Assert.Equal("backup ended but finished flag is not set.", (await TaskAsync("backup"))["exitstatus"]!.GetValue<string>());
        await StoreAsync("h1", Time);
        Assert.Single(await SnapshotsAsync("h1"));
    }

    [Fact]
    public async Task Task_OfASession_CanBeStoppedAndBreaksIt()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        string upid = (await TaskAsync("backup"))["upid"]!.GetValue<string>();

        await _client.DeleteAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(upid)}");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => wire.GetAsync("previous_backup_time"));
        await Wait.UntilAsync(async () => (await SnapshotsAsync("h1")).Count == 0);
        Assert.Equal("task aborted", (await TaskAsync("backup"))["exitstatus"]!.GetValue<string>());
    }

    [Fact]
    public async Task Finish_AddsStatisticsToTheManifest()
    {
        await StoreAsync("h1", Time);

        TestReply decoded = await _client.GetAsync($"/admin/datastore/store1/download-decoded?{BackupWire.Query("h1", Time).Replace("&store=store1", "", StringComparison.Ordinal)}&file-name=index.json.blob");

        JsonNode statistics = JsonNode.Parse(decoded.Body)!["unprotected"]!["chunk_upload_stats"]!;
        Assert.Equal((1, 23, 0), (statistics["count"]!.GetValue<int>(), statistics["compressed_size"]!.GetValue<int>(), statistics["duplicates"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Reader_GivesChunksOnlyOfIndexesItGave()
    {
        string hello = BackupWire.Hex(s_hello);
        await StoreAsync("h1", Time);

        await using BackupWire wire = await BackupWire.BeginAsync(_simulator, protocol: BackupWire.Reader);
        Assert.Equal((401, $"download chunk {hello} not allowed"), await Told(wire.GetAsync($"chunk?digest={hello}")));
        Assert.Equal((404, "open file \"/mnt/datastore/store1/host/h1/2023-11-14T22:13:20Z/nosuch.blob\" failed - not found"), await Told(wire.GetAsync("download?file-name=nosuch.blob")));
        Assert.Equal((400, "parameter verification failed - 'file-name': value does not match the regex pattern"), await Told(wire.GetAsync("download?file-name=..%2Fowner")));
        TestReply index = await wire.GetAsync("download?file-name=x.didx");
        Assert.Equal((200, "application/octet-stream", 4136), (index.Status, index.ContentType, index.Body.Length));
        TestReply chunk = await wire.GetAsync($"chunk?digest={hello}");
        Assert.Equal(BackupWire.Blob(s_hello), chunk.Body);
        Assert.Equal(401, (await wire.GetAsync($"chunk?digest={new string('3', 64)}")).Status);
        Assert.Equal(Enumerable.Repeat((byte)'A', 1 << 20), (await wire.GetAsync("speedtest")).Body);
        Assert.Equal((400, "unable to acquire lock on snapshot directory \"/mnt/datastore/store1/host/h1/2023-11-14T22:13:20Z\" - possibly running or in use"), await Told(Forget()));
        await wire.DisposeAsync();
        await Wait.UntilAsync(async () => (await Forget()).Status == 200);

        Task<TestReply> Forget() => _client.DeleteAsync($"/admin/datastore/store1/snapshots?backup-type=host&backup-id=h1&backup-time={Time}");
    }

    [Fact]
    public async Task Chunk_NotAllowed_IsToldAfterThreeSecondsOfTheClock()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
        await using PbsSimulator simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = time });
        await using BackupWire wire = await BackupWire.BeginAsync(simulator, "laptop", Scenarios.DefaultBackupServer.FirstBackup.AddHours(1).ToUnixTimeSeconds(), protocol: BackupWire.Reader);

        Task<TestReply> refused = wire.GetAsync($"chunk?digest={new string('3', 64)}");
        await Wait.UntilAsync(() =>
        {
            bool isWaiting = !refused.IsCompleted;
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(!isWaiting);
        });

        Assert.Equal(401, (await refused).Status);
        Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task SpeedTest_OfABenchmark_TakesAnything_AndLeavesNothing()
    {
        BackupWire wire = await BackupWire.BeginAsync(_simulator, "benchmark", extra: "&benchmark=true");
        Assert.Equal(Ok, (await wire.PostAsync("speedtest", new byte[4 << 20])).Text);
        await wire.DisposeAsync();
        await Wait.UntilAsync(async () => (await TaskAsync("benchmark"))["status"]!.GetValue<string>() == "stopped");

        Assert.Equal("OK", (await TaskAsync("benchmark"))["exitstatus"]!.GetValue<string>());
        Assert.Empty(await SnapshotsAsync("benchmark"));
    }

    [Fact]
    public async Task Fault_InTheMiddleOfASession_BreaksTheConnection()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        _simulator.Faults.When(static request => request.Path == "/dynamic_chunk", Fault.DropBeforeExecution);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => wire.ChunkAsync("dynamic", 1, s_hello));
        await Wait.UntilAsync(async () => (await SnapshotsAsync("h1")).Count == 0);
    }

    [Fact]
    public async Task FullStore_RefusesChunks()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        _simulator.Faults.FillStorage("store1");

        Assert.Equal((400, $"inserting chunk on store 'store1' failed for {BackupWire.Hex(s_hello)} - ENOSPC: No space left on device"), await Told(wire.ChunkAsync("dynamic", 1, s_hello)));
    }

    [Fact]
    public async Task ParallelUploads_AllArrive()
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        byte[][] chunks = [.. Enumerable.Range(0, 24).Select(static seed => { byte[] data = new byte[1 << 20]; new Random(seed).NextBytes(data); return data; })];

        TestReply[] replies = await Task.WhenAll(chunks.Select(chunk => wire.ChunkAsync("dynamic", 1, chunk)));

        Assert.All(replies, static reply => Assert.Equal(200, reply.Status));
        Assert.Equal(Ok, (await wire.AppendAsync("dynamic", 1, [.. chunks.Select(static (chunk, position) => (BackupWire.Hex(chunk), (long)position << 20))])).Text);
    }

    [Fact]
    public async Task Upgrade_OfAClientThatSpeaksEarly_LosesNothing()
    {
        await using RawConnection raw = await RawConnection.OpenAsync(_simulator.Endpoint);
        string upgrade = $"GET //api2/json/backup?{BackupWire.Query("early", Time)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {BackupWire.Token}\r\nConnection: upgrade\r\nUpgrade: {BackupWire.Writer}\r\n\r\n";

        string answer = await raw.SendAsync(upgrade + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
        byte[] first = await raw.ReadBytesAsync(9);

        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: proxmox-backup-protocol-v1\r\n", answer, StringComparison.Ordinal);
        Assert.Equal([0, 0, 30, 4, 0, 0, 0, 0, 0], first);
        byte[] settings = await raw.ReadBytesAsync(30);
        Assert.Equal([0, 4, 2, 0, 0, 0], Setting(settings, 4));
        Assert.Equal([0, 5, 0, 64, 0, 0], Setting(settings, 5));
    }

    private static byte[] Setting(byte[] settings, int id) => settings.Chunk(6).First(setting => setting[1] == id);

    private static async Task<(int Status, string Text)> Told(Task<TestReply> reply)
    {
        TestReply told = await reply;
        return (told.Status, told.Text);
    }

    private static string Manifest(string id, long time, string file, long size, string checksum) => FormattableString.Invariant(
        $$$"""{"backup-type":"host","backup-id":"{{{id}}}","backup-time":{{{time}}},"files":[{"filename":"{{{file}}}","crypt-mode":"none","size":{{{size}}},"csum":"{{{checksum}}}"}],"signature":null,"unprotected":{}}""");

    /// <summary>Stores a snapshot with one archive of one chunk.</summary>
    private async Task StoreAsync(string id, long time)
    {
        await using BackupWire wire = await BackupWire.BeginAsync(_simulator, id, time);
        await wire.PostAsync("dynamic_index?archive-name=x.didx");
        await wire.ChunkAsync("dynamic", 1, s_hello);
        await wire.AppendAsync("dynamic", 1, (BackupWire.Hex(s_hello), 0));
        using DynamicIndexBuilder index = new();
        index.Add(s_hello.Length, Backup.Formats.Sha256Digest.Parse(BackupWire.Hex(s_hello)));
        TestReply closed = await wire.PostAsync($"dynamic_close?wid=1&chunk-count=1&size=11&csum={index.ComputeChecksum()}");
        Assert.True(closed.Status == 200, closed.Text);
        await wire.FinishAsync(Manifest(id, time, "x.didx", 11, index.ComputeChecksum().ToString()));
        await wire.DisposeAsync();
        await Wait.UntilAsync(async () => (await TaskAsync("backup"))["status"]!.GetValue<string>() == "stopped");
    }

    private async Task<JsonArray> SnapshotsAsync(string id) => (await _client.GetAsync($"/admin/datastore/store1/snapshots?backup-type=host&backup-id={id}")).Data!.AsArray();

    private async Task<JsonNode> SnapshotAsync(string id)
    {
        JsonNode? last = null;
        await Wait.UntilAsync(async () => (last = (await SnapshotsAsync(id)).LastOrDefault())?["size"] is not null && (await TaskAsync("backup"))["status"]!.GetValue<string>() == "stopped");
        return last!;
    }

    /// <summary>The newest task of a type.</summary>
    private async Task<JsonNode> TaskAsync(string type)
    {
        JsonArray tasks = (await _client.GetAsync($"/nodes/localhost/tasks?typefilter={type}")).Data!.AsArray();
        return (await _client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(tasks[0]!["upid"]!.GetValue<string>())}/status")).Data!;
    }
}
