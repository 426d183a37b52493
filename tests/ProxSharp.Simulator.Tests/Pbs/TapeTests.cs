using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Tapes of a simulated backup server: changers, drives, labels, backups to tape and back.</summary>
public sealed class TapeTests : IAsyncLifetime
{
    private const string Drive = "/tape/drive/drive1";

    private readonly SimulatedClock _time = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private PbsSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = _time, Delays = false });
        _client = new TestClient(_simulator.Endpoint) { Authorization = BackupWire.Token };
        using TestClient root = new(_simulator.Endpoint) { CookieName = "PBSAuthCookie" };
        TestReply login = await root.PostAsync("/access/ticket", ("username", "root@pam"), ("password", DefaultBackupServer.RootPassword));
        root.Ticket = Text(login.Data!, "ticket");
        JsonArray changers = (await root.GetAsync("/tape/scan-changers")).Data!.AsArray();
        JsonArray drives = (await root.GetAsync("/tape/scan-drives")).Data!.AsArray();
        await OkAsync(_client.PostAsync("/config/changer", ("name", "library1"), ("path", Text(changers[0]!, "path"))));
        await OkAsync(_client.PostAsync("/config/drive", ("name", "drive1"), ("path", Text(drives[0]!, "path")), ("changer", "library1")));
        await OkAsync(_client.PostAsync("/config/media-pool", ("name", "weekly"), ("allocation", "continue"), ("retention", "keep")));
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Changer_WithADrive_ShowsSlotsAndMovesTapes()
    {
        JsonArray before = await ListAsync("/tape/changer/library1/status");
        await OkAsync(_client.PostAsync("/tape/changer/library1/transfer", ("from", "2"), ("to", "9")));
        await OkAsync(_client.PostAsync($"{Drive}/load-slot", ("source-slot", "1")));
        JsonArray after = await ListAsync("/tape/changer/library1/status");

        Assert.Equal(["drive", "slot", "import-export"], before.Select(static row => Text(row!, "entry-kind")).Distinct());
        Assert.Equal("SIM001L8", Text(before[1]!, "label-text"));
        Assert.Equal(("SIM001L8", 1), (Text(after[0]!, "label-text"), after[0]!["loaded-slot"]!.GetValue<int>()));
        Assert.Null(after[1]!["label-text"]);
        Assert.Equal("SIM002L8", Text(after[9]!, "label-text"));
        Assert.Equal("unable to transfer media - slot 2 is empty", (await _client.PostAsync("/tape/changer/library1/transfer", ("from", "2"), ("to", "3"))).Text);
        Assert.Equal("no such changer 'other'", (await _client.GetAsync("/tape/changer/other/status")).Text);
        Assert.Equal("no such drive 'other'", (await _client.GetAsync("/tape/drive/other/status")).Text);
        Assert.Equal("LTO8", Text((await _client.GetAsync($"{Drive}/status")).Data!, "density"));
    }

    [Fact]
    public async Task Labels_OfAllTapes_AreInTheInventory()
    {
        Assert.Equal("OK", await RunAsync(_client.PostAsync($"{Drive}/barcode-label-media", ("pool", "weekly"))));

        JsonArray media = await ListAsync("/tape/media/list?pool=weekly");
        Assert.Equal(6, media.Count);
        Assert.Equal(("SIM001L8", "online-library1", "writable"), (Text(media[0]!, "label-text"), Text(media[0]!, "location"), Text(media[0]!, "status")));
        Assert.All(await ListAsync($"{Drive}/inventory"), static row => Assert.NotNull(row!["uuid"]));
        Assert.Equal("OK", await RunAsync(_client.PostAsync($"{Drive}/load-media", ("label-text", "SIM003L8"))));
        Assert.Equal("SIM003L8", Text((await _client.GetAsync($"{Drive}/read-label")).Data!, "label-text"));
        Assert.Equal("media is not empty (format it first)", await RunAsync(_client.PostAsync($"{Drive}/label-media", ("label-text", "SIM003L8"))));
        Assert.Equal("OK", await RunAsync(_client.PostAsync($"{Drive}/format-media", ("label-text", "SIM003L8"))));
        Assert.Equal("Media is empty (no label).", (await _client.GetAsync($"{Drive}/read-label")).Text);
        Assert.Equal("OK", await RunAsync(_client.PutAsync($"{Drive}/inventory")));
        Assert.Equal(5, (await ListAsync("/tape/media/list")).Count);
        Assert.Equal("OK", await RunAsync(_client.PostAsync($"{Drive}/unload")));
        Assert.Equal("unable to unload drive 'drive1' - drive is empty", await RunAsync(_client.PostAsync($"{Drive}/unload")));
        Assert.Equal("unable to load media 'NONE01' - media is offline", await RunAsync(_client.PostAsync($"{Drive}/load-media", ("label-text", "NONE01"))));
        Assert.Equal(9, (await _client.PutAsync($"{Drive}/export-media", ("label-text", "SIM001L8"))).Data!.GetValue<int>());
    }

    [Fact]
    public async Task Backup_ToTapeAndBack_BringsTheSnapshotsWithTheirChunks()
    {
        Assert.Equal("alloc writable media in pool 'weekly' failed: no usable media found", await BackUpAsync());
        await RunAsync(_client.PostAsync($"{Drive}/barcode-label-media"));

        Assert.Equal("OK", await BackUpAsync());
        Assert.Equal("OK", await BackUpAsync());

        JsonNode set = Assert.Single(await ListAsync("/tape/media/media-sets"))!;
        JsonArray content = await ListAsync("/tape/media/content?backup-type=vm");
        Assert.Equal(6, content.Count);
        Assert.All(content, row => Assert.Equal(Text(set, "media-set-uuid"), Text(row!, "media-set-uuid")));
        JsonNode media = Assert.Single(await ListAsync("/tape/media/list"), static row => row!["media-set-uuid"] is not null)!;
        Assert.True(media["bytes-used"]!.GetValue<long>() > 0);
        Assert.Contains("contains data", (await _client.GetAsync($"/tape/media/destroy?label-text={Text(media, "label-text")}")).Text, StringComparison.Ordinal);
        await OkAsync(_client.PostAsync("/config/datastore", ("name", "restored"), ("path", "/mnt/restored")));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("OK", await RunAsync(_client.PostAsync(
            "/tape/restore", ("drive", "drive1"), ("media-set", Text(set, "media-set-uuid")), ("store", "restored"), ("owner", "demo@pbs"))));

        Assert.Equal(_simulator.GetDatastore("store1").Snapshots, _simulator.GetDatastore("restored").Snapshots);
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/admin/datastore/restored/verify")));
    }

    [Fact]
    public async Task BackupJob_Run_TellsHowItEnded()
    {
        await RunAsync(_client.PostAsync($"{Drive}/barcode-label-media"));
        await OkAsync(_client.PostAsync(
            "/config/tape-backup-job",
            ("id", "job1"), ("store", "store1"), ("pool", "weekly"), ("drive", "drive1"), ("latest-only", "true"), ("eject-media", "true"), ("group-filter", "type:host")));

        Assert.Equal("OK", await RunAsync(_client.PostAsync("/tape/backup/job1")));

        JsonNode job = Assert.Single(await ListAsync("/tape/backup"))!;
        Assert.Equal("OK", Text(job, "last-run-state"));
        Assert.StartsWith("host/laptop/", Text(Assert.Single(await ListAsync("/tape/media/content"))!, "snapshot"), StringComparison.Ordinal);
        Assert.Equal("no tape loaded", (await _client.GetAsync($"{Drive}/read-label")).Text);
        Assert.Equal("no such job 'job2'", (await _client.PostAsync("/tape/backup/job2")).Text);
    }

    [Fact]
    public async Task Media_StatusAndVault_AreKept()
    {
        await RunAsync(_client.PostAsync($"{Drive}/barcode-label-media"));
        string uuid = Text((await ListAsync("/tape/media/list"))[0]!, "uuid");

        await OkAsync(_client.PostAsync($"/tape/media/list/{uuid}/status", ("status", "damaged")));
        await OkAsync(_client.PostAsync("/tape/media/move", ("uuid", uuid), ("vault-name", "bank")));

        JsonNode media = (await ListAsync("/tape/media/list"))[0]!;
        Assert.Equal(("damaged", "vault-bank"), (Text(media, "status"), Text(media, "location")));
        await OkAsync(_client.GetAsync($"/tape/media/destroy?uuid={uuid}"));
        Assert.Equal(5, (await ListAsync("/tape/media/list")).Count);
        Assert.Equal($"no such media '{uuid}'", (await _client.GetAsync($"/tape/media/destroy?uuid={uuid}")).Text);
    }

    [Fact]
    public async Task Lists_WithoutRights_AreEmpty_AndBackupsAreRefused()
    {
        await RunAsync(_client.PostAsync($"{Drive}/barcode-label-media"));
        await OkAsync(_client.PostAsync("/access/users", ("userid", "nobody@pbs"), ("password", "a password")));
        using TestClient nobody = new(_simulator.Endpoint) { CookieName = "PBSAuthCookie" };
        TestReply login = await nobody.PostAsync("/access/ticket", ("username", "nobody@pbs"), ("password", "a password"));
        (nobody.Ticket, nobody.Csrf) = (Text(login.Data!, "ticket"), Text(login.Data!, "CSRFPreventionToken"));

        foreach (string path in (string[])["/tape/drive", "/tape/changer", "/tape/media/list", "/tape/media/content", "/tape/media/media-sets", "/tape/backup"])
        {
            Assert.Empty((await nobody.GetAsync(path)).Data!.AsArray());
        }

        Assert.Equal(403, (await nobody.PostAsync("/tape/backup", ("store", "store1"), ("pool", "weekly"), ("drive", "drive1"))).Status);
    }

    private static string Text(JsonNode row, string name) => row[name]!.GetValue<string>();

    private static async Task OkAsync(Task<TestReply> call)
    {
        TestReply reply = await call;
        Assert.True(reply.Status == 200, reply.Text);
    }

    private async Task<JsonArray> ListAsync(string path)
    {
        TestReply reply = await _client.GetAsync(path);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Data!.AsArray();
    }

    private Task<string> BackUpAsync() => RunAsync(_client.PostAsync("/tape/backup", ("store", "store1"), ("pool", "weekly"), ("drive", "drive1")));

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        _time.Advance(TimeSpan.FromSeconds(5));
        string task = $"/nodes/localhost/tasks/{Uri.EscapeDataString(started.Data!.GetValue<string>())}";
        return Text((await _client.GetAsync($"{task}/status")).Data!, "exitstatus");
    }
}
