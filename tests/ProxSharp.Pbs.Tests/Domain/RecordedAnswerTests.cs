using System.Net;
using System.Text;
using System.Text.Json;
using ProxSharp.AccessControl;
using ProxSharp.Ids;
using ProxSharp.Pbs.AccessControl;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;
using ProxSharp.Pbs.Monitoring;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests.Domain;

/// <summary>What a real server answered, read by the domain layer: each value, unit and gap as the recording has it.</summary>
public sealed class RecordedAnswerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshots_OfTheRecording_LoseNothing(bool sync)
    {
        Recording recorded = Recording.Read("datastore-snapshots-after-verify");
        using StubPbs stub = recorded.Serve();
        IReadOnlyList<BackupSnapshotInfo> snapshots = await stub.RunAsync(sync, () => stub.Store.Snapshots.List(null, Token), () => stub.Store.Snapshots.ListAsync(null, Token));
        JsonElement[] items = [.. recorded.Data.EnumerateArray()];
        Assert.Equal(items.Length, snapshots.Count);
        foreach (JsonElement item in items)
        {
            BackupSnapshotInfo info = snapshots.Single(snapshot => snapshot.Path.Group.ToString() == $"{item.GetProperty("backup-type")}/{item.GetProperty("backup-id")}"
                && snapshot.Path.Time.ToUnixTimeSeconds() == item.GetProperty("backup-time").GetInt64());
            Assert.Equal(item.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : null, info.Size);
            Assert.Equal(item.GetProperty("owner").GetString(), info.Owner);
            Assert.Equal(item.GetProperty("protected").GetBoolean(), info.IsProtected);
            Assert.Equal(item.TryGetProperty("comment", out JsonElement comment) ? comment.GetString() : null, info.Comment);
            Assert.Equal(item.TryGetProperty("fingerprint", out JsonElement key) ? key.GetString() : null, info.KeyFingerprint);
            Assert.Equal(item.TryGetProperty("verification", out JsonElement check) ? check.GetProperty("state").GetString() : null, info.Verification?.Value);
            Assert.Equal(check.ValueKind == JsonValueKind.Object ? check.GetProperty("upid").GetString() : null, info.VerificationTask?.ToString());
            Assert.Equal(
                item.GetProperty("files").EnumerateArray().Select(static file => $"{file.GetProperty("filename")} {(file.TryGetProperty("crypt-mode", out JsonElement mode) ? mode : default)} {file.GetProperty("size")}"),
                info.Files.Select(static file => $"{file.Filename} {file.CryptMode?.Value} {file.Size}"));
        }

        Assert.Contains(snapshots, static snapshot => snapshot.IsEncrypted && snapshot.KeyFingerprint is not null);
        Assert.Contains(snapshots, static snapshot => !snapshot.IsEncrypted);
        Assert.Equal(snapshots.OrderByDescending(static snapshot => snapshot.Path.Time).Select(static snapshot => snapshot.Path.Time), snapshots.Select(static snapshot => snapshot.Path.Time));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Groups_OfTheRecording_HaveTheirMembers(bool sync)
    {
        using StubPbs stub = Recording.Read("datastore-groups-ns-sub_ns1").Serve();
        BackupGroupCollection groups = stub.Store.Namespaces["sub/ns1"].Groups;
        BackupGroupInfo group = Assert.Single(await stub.RunAsync(sync, () => groups.List(Token), () => groups.ListAsync(Token)));
        Assert.Equal(("sub/ns1", "host/in-ns", 1L, "golden@pbs!tok", null), (group.Namespace.ToString(), group.Path.ToString(), group.BackupCount, group.Owner, group.Comment));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), group.LastBackup);
        Assert.Equal(["index.json.blob", "catalog.pcat1.didx", "root.pxar.didx"], group.Files);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NamespacesAndDatastores_OfTheRecording_AreRead(bool sync)
    {
        using StubPbs spaces = Recording.Read("datastore-namespace-max-depth-1").Serve();
        Assert.Equal(
            ["", "sub"],
            (await spaces.RunAsync(sync, () => spaces.Store.Namespaces.List(default, 1, Token), () => spaces.Store.Namespaces.ListAsync(default, 1, Token))).Select(static ns => ns.Namespace.ToString()));
        using StubPbs stores = Recording.Read("datastore-list-token").Serve();
        IReadOnlyList<AdminDatastoreItem> list = await stores.RunAsync(sync, () => stores.Pbs.Datastores.List(Token), () => stores.Pbs.Datastores.ListAsync(Token));
        Assert.Equal([("golden", null), ("bench", null), ("test", (string?)null)], list.Select(static store => (store.Store, store.Comment)));
    }

    [Theory]
    [InlineData("prune-dry-run", true)]
    [InlineData("prune-dry-run", false)]
    [InlineData("prune-group-as-task", true)]
    [InlineData("prune-group-as-task", false)]
    public async Task PreviewPrune_OfTheRecording_IsNewestFirstWithReasons(string name, bool sync)
    {
        using StubPbs stub = Recording.Read(name).Serve();
        BackupGroup group = stub.Store.Groups["host/golden"];
        RetentionPolicy policy = new() { KeepLast = 1 };
        IReadOnlyList<PruneDecision> plan = await stub.RunAsync(sync, () => group.PreviewPrune(policy, Token), () => group.PreviewPruneAsync(policy, Token));
        Assert.Equal(["keep host/golden/2023-11-14T23:13:20Z (last)", "remove host/golden/2023-11-14T22:13:20Z"], plan.Select(static decision => decision.ToString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Catalog_OfTheRecording_HasPathsTimesAndSizes(bool sync)
    {
        using StubPbs root = Recording.Read("catalog-root").Serve();
        ArchiveEntry archive = Assert.Single(await root.RunAsync(sync, () => root.Snapshot.ListEntries(default, Token), () => root.Snapshot.ListEntriesAsync(default, Token)));
        Assert.Equal(("/root.pxar.didx", "root.pxar.didx", false, null), (archive.Path.ToString(), archive.Name, archive.IsLeaf, archive.Size));
        Recording recorded = Recording.Read("catalog-dir");
        using StubPbs folder = recorded.Serve();
        ArchivePath path = ArchivePath.Parse("root.pxar.didx/meta");
        IReadOnlyList<ArchiveEntry> entries = await folder.RunAsync(sync, () => folder.Snapshot.ListEntries(path, Token), () => folder.Snapshot.ListEntriesAsync(path, Token));
        Assert.Equal(recorded.Data.GetArrayLength(), entries.Count);
        ArchiveEntry first = entries.Single(static entry => entry.Name == "acl.txt");
        Assert.Equal(("/root.pxar.didx/meta/acl.txt", 8L, DateTimeOffset.FromUnixTimeSeconds(1700000000), ArchiveEntryKind.File), (first.Path.ToString(), first.Size, first.Modified!.Value, first.Kind));
        Assert.Contains(entries, static entry => entry is { Name: "acldir", IsLeaf: false, Size: null, Modified: null } && entry.Kind == ArchiveEntryKind.Directory);
        Assert.Contains("filepath=L3Jvb3QucHhhci5kaWR4L21ldGE=", recorded.RequestPath + "?filepath=" + recorded.Parameter("filepath"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GarbageCollection_OfTheRecording_HasItsFigures(bool sync)
    {
        Recording state = Recording.Read("datastore-gc-after");
        Recording start = Recording.Read("gc-start");
        using StubPbs stub = new(call => call.Method == "POST" ? start.Answer()
            : call.Target.Contains("/gc", StringComparison.Ordinal) ? state.Answer()
            : call.Target.EndsWith("/status", StringComparison.Ordinal) ? StubPbs.Data("""{"status":"stopped","exitstatus":"OK"}""")
            : StubPbs.Data($$"""[{"upid":"{{start.Data.GetString()}}","node":"localhost","starttime":1795382148,"endtime":1795382149,"status":"OK"}]"""));
        GarbageCollectionReport report = await stub.RunAsync(sync, () => stub.Store.RunGarbageCollection(null, Token), () => stub.Store.RunGarbageCollectionAsync(null, Token));
        Assert.True(report.IsOfTask);
        Assert.Equal((2836651L, 25L, 114068340L, 34L, 0L), (report.DiskBytes, report.DiskChunks, report.OriginalBytes, report.IndexFiles, report.RemovedBytes));
        Assert.Equal(40.21, report.DeduplicationFactor!.Value, 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Usage_OfTheRecording_HasGapsWhereNothingIsKnown(bool sync)
    {
        using StubPbs stub = Recording.Read("status-datastore-usage-maintenance").Serve();
        IReadOnlyList<StatusDatastoreUsageItem> usage = await stub.RunAsync(sync, () => stub.Pbs.Datastores.ListUsage(Token), () => stub.Pbs.Datastores.ListUsageAsync(Token));
        StatusDatastoreUsageItem golden = usage.Single(static store => store.Store == "golden");
        Assert.Equal((74174525440L, 270553174016L, 24926117888L), (golden.Avail, golden.Total, golden.Used));
        Assert.Equal((1440, 1800L, 1792790423L), (golden.History.Count, golden.HistoryDelta, golden.HistoryStart));
        Assert.All(golden.History, static point => Assert.True(double.IsNaN(point)));
        StatusDatastoreUsageItem closed = usage.Single(static store => store.Store == "tmpstore");
        Assert.Equal((null, null, "datastore 'tmpstore' is in offline maintenance mode: down for tests"), (closed.Total, closed.Used, closed.Error));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rrd_OfTheRecording_HasTimesAndGaps(bool sync)
    {
        Recording recorded = Recording.Read("datastore-rrd-timeframe-hour-cf-AVERAGE");
        using StubPbs stub = recorded.Serve();
        DatastoreTimeSeries series = await stub.RunAsync(sync, () => stub.Store.GetRrd(RrdTimeframe.Hour, null, Token), () => stub.Store.GetRrdAsync(RrdTimeframe.Hour, null, Token));
        JsonElement[] points = [.. recorded.Data.EnumerateArray()];
        Assert.Equal(points.Select(static point => point.GetProperty("time").GetInt64()), series.Times.Select(static time => time.ToUnixTimeSeconds()));
        Assert.Equal(TimeSpan.FromMinutes(1), series.Step);
        Assert.Equal(points.Select(static point => point.TryGetProperty("used", out JsonElement used) ? used.GetDouble() : (double?)null), Enumerable.Range(0, series.Count).Select(i => series.Used[i]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tasks_OfTheRecording_AreReadWithTheirEnds(bool sync)
    {
        Recording recorded = Recording.Read("tasks-list");
        using StubPbs stub = new(call => call.Target.Contains("start=0", StringComparison.Ordinal) ? recorded.Answer() : StubPbs.Data("[]"));
        List<TaskInfo> tasks = await stub.RunAsync(sync, () => stub.Pbs.Tasks.List(null, Token).ToList(), async () => await stub.Pbs.Tasks.ListAsync(null, Token).ToListAsync(Token));
        JsonElement[] items = [.. recorded.Data.EnumerateArray()];
        Assert.Equal(items.Select(static item => item.GetProperty("upid").GetString()), tasks.Select(static task => task.Upid.ToString()));
        Assert.Equal(
            items.Select(static item => item.TryGetProperty("status", out JsonElement status) ? status.GetString() : null), tasks.Select(static task => task.ExitStatus));
        Assert.Equal(
            items.Select(static item => item.TryGetProperty("endtime", out JsonElement end) ? end.GetInt64() : (long?)null), tasks.Select(static task => task.Ended?.ToUnixTimeSeconds()));
        Assert.All(tasks, static task => Assert.Equal("vm", task.Upid.Node));
    }

    [Theory]
    [InlineData("gc-start-task-log")]
    [InlineData("verify-store-task-log")]
    [InlineData("prune-datastore-task-log")]
    [InlineData("verify-snapshot-task-log")]
    public async Task Logs_OfTheRecording_HaveEveryLineWithItsTime(string name)
    {
        Recording recorded = Recording.Read(name);
        using StubPbs stub = new(call => call.Target.Contains("start=1&", StringComparison.Ordinal) || call.Target.EndsWith("start=1", StringComparison.Ordinal) ? recorded.Answer() : StubPbs.Data("[]"));
        PbsTask task = stub.Pbs.Tasks[StubPbs.TaskId];
        TaskLogLine[] lines = [.. task.ReadLog(cancellationToken: Token)];
        JsonElement[] items = [.. recorded.Data.EnumerateArray()];
        Assert.Equal(items.Select(static item => item.GetProperty("n").GetInt64()), lines.Select(static line => line.Number));
        Assert.Equal(items.Select(static item => item.GetProperty("t").GetString()![27..]), lines.Select(static line => line.Text));
        Assert.All(lines, static line => Assert.Equal(2026, line.Time?.Year));
        Assert.Equal(lines.Length, (await task.ReadLogAsync(cancellationToken: Token).ToListAsync(Token)).Count);
    }

    [Fact]
    public void VerificationLog_OfTheRecording_CountsItsSnapshots()
    {
        VerificationLog log = new(DatastoreName.Parse("golden"));
        string[] lines = [.. Recording.Read("verify-store-task-log").Data.EnumerateArray().Select(static line => line.GetProperty("t").GetString()![27..])];
        Array.ForEach(lines, log.Take);
        VerificationReport report = log.Report(new TaskResult(Upid.Parse(StubPbs.TaskId, null), "OK"));
        Assert.Equal(lines.Count(static line => line.StartsWith("verify golden:", StringComparison.Ordinal)), report.CheckedCount);
        Assert.True(report.CheckedCount > 3 && report.IsGood);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConfigNotesProtectionAndPermissions_OfTheRecording_AreRead(bool sync)
    {
        using StubPbs config = Recording.Read("config-datastore-get").Serve();
        DatastoreConfig read = await config.RunAsync(sync, () => config.Store.GetConfig(Token), () => config.Store.GetConfigAsync(Token));
        Assert.Equal(("golden", "/srv/pbs/store/golden", "a16233c1af3b262256d8e580c8ad0a479c7e1e1a3873c5ae815a8d97400d000c"), (read.Settings.Name, read.Settings.Path, read.Digest?.Value));
        using StubPbs notes = Recording.Read("snapshot-notes-get").Serve();
        Assert.Equal("", await notes.RunAsync(sync, () => notes.Snapshot.GetNotes(Token), () => notes.Snapshot.GetNotesAsync(Token)));
        Assert.Equal("", await notes.RunAsync(sync, () => notes.Group.GetNotes(Token), () => notes.Group.GetNotesAsync(Token)));
        using StubPbs protection = Recording.Read("protected-get").Serve();
        Assert.False(await protection.RunAsync(sync, () => protection.Snapshot.IsProtected(Token), () => protection.Snapshot.IsProtectedAsync(Token)));
        using StubPbs permissions = Recording.Read("permissions-of-other").Serve();
        PermissionVerdict verdict = await permissions.RunAsync(
            sync, () => permissions.Pbs.Access.Can("/datastore/golden", ["Datastore.Prune"], Token), () => permissions.Pbs.Access.CanAsync("/datastore/golden", ["Datastore.Prune"], Token));
        Assert.True(verdict.IsAllowed);
        using StubPbs token = Recording.Read("user-token-create").Serve();
        NewApiToken created = await token.RunAsync(sync, () => token.Pbs.Access.CreateToken("golden@pbs", "tmp1", null, Token), () => token.Pbs.Access.CreateTokenAsync("golden@pbs", "tmp1", null, Token));
        Assert.Equal(("golden@pbs!tmp1", "e8794052-d2a7-4116-b081-355e45bdd250"), (created.Id.ToString(), created.Secret));
    }

    [Theory]
    [InlineData("err-unknown-datastore", typeof(ProxmoxNotFoundException))]
    [InlineData("err-snapshot-missing", typeof(ProxmoxNotFoundException))]
    [InlineData("snapshot-delete-missing", typeof(ProxmoxNotFoundException))]
    [InlineData("config-prune-get-missing", typeof(ProxmoxNotFoundException))]
    [InlineData("err-404-unknown-path", typeof(ProxmoxNotFoundException))]
    [InlineData("err-403-noperm-user", typeof(ProxmoxPermissionException))]
    [InlineData("err-403-datastore-noperm", typeof(ProxmoxPermissionException))]
    [InlineData("snapshot-delete-protected", typeof(ProxmoxConflictException))]
    [InlineData("datastore-status-maintenance", typeof(ProxmoxConflictException))]
    [InlineData("err-401-bad-token", typeof(ProxmoxAuthenticationException))]
    [InlineData("err-401-bad-ticket", typeof(ProxmoxAuthenticationException))]
    [InlineData("catalog-encrypted", typeof(ProxmoxApiException))]
    [InlineData("config-remote-scan", typeof(ProxmoxApiException))]
    [InlineData("config-prune-put-unknown-delete", typeof(ProxmoxApiException))]
    public async Task Failures_OfTheRecording_AreTypedWithTheServersText(string name, Type type)
    {
        Recording recorded = Recording.Read(name);
        using StubPbs stub = recorded.Serve();
        foreach (bool sync in (bool[])[true, false])
        {
            Exception failure = Assert.IsType<ProxmoxApiException>(
                await Record.ExceptionAsync(async () => _ = sync ? stub.Store.GetStatus(cancellationToken: Token) : await stub.Store.GetStatusAsync(cancellationToken: Token)), exactMatch: false);
            Assert.Equal(type, failure.GetType());
            Assert.Equal(recorded.Body.Trim(), ((ProxmoxApiException)failure).ServerMessage.Trim());
        }
    }

    [Fact]
    public async Task Failures_OfEncryptedSnapshots_TellTheNextStep()
    {
        using StubPbs stub = Recording.Read("catalog-encrypted").Serve();
        ProxmoxApiException failure = await Assert.ThrowsAsync<ProxmoxApiException>(() => stub.Snapshot.ListEntriesAsync(default, Token));
        Assert.Contains("the server has no key", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A recorded exchange.</summary>
    private sealed class Recording
    {
        private readonly JsonElement _root;

        private Recording(JsonElement root) => _root = root;

        public string Body => Response.GetProperty("body").GetString() ?? "";

        public JsonElement Data => JsonDocument.Parse(Body).RootElement.GetProperty("data");

        public string RequestPath => _root.GetProperty("request").GetProperty("path").GetString()!;

        private JsonElement Response => _root.GetProperty("response");

        public static Recording Read(string name) =>
            new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", $"{name}.json"))).RootElement);

        public string Parameter(string name) => _root.GetProperty("request").GetProperty("params").GetProperty(name).GetString()!;

        public HttpResponseMessage Answer() => new((HttpStatusCode)Response.GetProperty("status").GetInt32())
        {
            ReasonPhrase = Response.GetProperty("reason").GetString(),
            Content = new StringContent(Body, Encoding.UTF8, "application/json"),
        };

        public StubPbs Serve() => new(_ => Answer());
    }
}
