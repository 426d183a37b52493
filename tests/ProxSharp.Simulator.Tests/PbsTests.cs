using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>Proxmox Backup Server.</summary>
public sealed class PbsTests : IAsyncLifetime
{
    private const string Snapshot = "backup-type=vm&backup-id=100&backup-time=1767232800";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PbsSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = _time, Delays = false });
        _client = new TestClient(_simulator.Endpoint) { Authorization = $"PBSAPIToken={DefaultBackupServer.TokenId}:{DefaultBackupServer.TokenSecret}" };
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("PBSAPIToken=demo@pbs!ci:11111111-2222-3333-4444-555555555555", 200, "")]
    [InlineData("PBSAPIToken demo@pbs!ci:11111111-2222-3333-4444-555555555555", 200, "")]
    [InlineData("PBSAPIToken=demo@pbs!ci=11111111-2222-3333-4444-555555555555", 401, "authentication failed - invalid token name")]
    [InlineData("PBSAPIToken=demo@pbs!ci:wrong", 401, "authentication failed - invalid credentials")]
    [InlineData(null, 401, "authentication failed - no authentication credentials provided.")]
    public async Task Token_OnlyWorksInItsOwnForm(string? authorization, int status, string text)
    {
        _client.Authorization = authorization;

        TestReply reply = await _client.GetAsync("/version");

        Assert.Equal(status, reply.Status);
        if (status != 200)
        {
            Assert.Equal((text, null, "Unauthorized"), (reply.Text, reply.ContentType, reply.Reason));
        }
    }

    [Theory]
    [InlineData("/version?bogus=1", 400, "parameter verification failed - 'bogus': schema does not allow additional properties.")]
    [InlineData("/no/such/path", 404, "Path '/api2/json/no/such/path' not found.")]
    [InlineData("/admin/datastore/nostore/status", 400, "no such datastore 'nostore'")]
    [InlineData("/config/prune/prune-1", 400, "no such prune 'prune-1'")]
    [InlineData("/admin/datastore/store1/files?backup-type=host&backup-id=none&backup-time=1", 400, "ENOENT: No such file or directory")]
    [InlineData("/admin/datastore/store1/files", 400, "parameter verification failed:\n- 'backup-id': parameter is missing and it is not optional.\n- 'backup-time': parameter is missing and it is not optional.\n- 'backup-type': parameter is missing and it is not optional.")]
    public async Task Error_IsPlainTextLabelledAsJson(string path, int status, string text)
    {
        TestReply reply = await _client.GetAsync(path);

        Assert.Equal((status, text, "application/json; charset=UTF-8"), (reply.Status, reply.Text, reply.ContentType));
    }

    [Fact]
    public async Task Login_WithPassword_GivesATicketThatNeedsTheCsrfToken()
    {
        using TestClient client = new(_simulator.Endpoint) { CookieName = "PBSAuthCookie" };
        TestReply login = await client.PostJsonAsync("/access/ticket", $$"""{"username":"{{DefaultBackupServer.DemoUser}}","password":"{{DefaultBackupServer.DemoPassword}}"}""");
        client.Ticket = login.Data!["ticket"]!.GetValue<string>();

        Assert.StartsWith("PBS:demo@pbs:", client.Ticket, StringComparison.Ordinal);
        Assert.Equal(200, (await client.GetAsync("/version")).Status);
        Assert.Equal("authentication failed - missing CSRF prevention token", (await client.PostAsync("/admin/datastore/store1/gc")).Text);
        client.Csrf = login.Data["CSRFPreventionToken"]!.GetValue<string>();
        Assert.Equal(200, (await client.PostAsync("/admin/datastore/store1/gc")).Status);
        Assert.Equal("permission check failed.", (await client.PostAsync("/access/ticket", ("username", "demo@pbs"), ("password", "wrong"))).Text);
    }

    [Fact]
    public async Task Snapshot_ProtectedOrNot_CanBeForgottenOrNot()
    {
        Assert.Equal(200, (await _client.PutAsync("/admin/datastore/store1/protected", ("backup-type", "vm"), ("backup-id", "100"), ("backup-time", "1767232800"), ("protected", "true"))).Status);
        Assert.Equal("cannot remove protected snapshot", (await _client.DeleteAsync($"/admin/datastore/store1/snapshots?{Snapshot}")).Text);
        Assert.Equal(200, (await _client.PutAsync("/admin/datastore/store1/protected", ("backup-type", "vm"), ("backup-id", "100"), ("backup-time", "1767232800"), ("protected", "false"))).Status);
        Assert.Equal(200, (await _client.DeleteAsync($"/admin/datastore/store1/snapshots?{Snapshot}")).Status);
        Assert.Equal(4, (await _client.GetAsync("/admin/datastore/store1/snapshots?backup-type=vm&backup-id=100")).Data!.AsArray().Count);
    }

    [Fact]
    public async Task Prune_KeepLast_ListsAndRemoves()
    {
        JsonArray dry = (await _client.PostJsonAsync("/admin/datastore/store1/prune", """{"backup-type":"vm","backup-id":"100","keep-last":2,"dry-run":true}""")).Data!.AsArray();
        Assert.Equal([false, false, false, true, true], dry.Select(static entry => entry!["keep"]!.GetValue<bool>()));
        Assert.Equal(5, (await _client.GetAsync("/admin/datastore/store1/snapshots?backup-type=vm&backup-id=100")).Data!.AsArray().Count);

        await _client.PostJsonAsync("/admin/datastore/store1/prune", """{"backup-type":"vm","backup-id":"100","keep-last":2}""");
        Assert.Equal(2, (await _client.GetAsync("/admin/datastore/store1/snapshots?backup-type=vm&backup-id=100")).Data!.AsArray().Count);
    }

    [Fact]
    public async Task Verify_AsATask_MarksTheSnapshots()
    {
        string upid = (await _client.PostAsync("/admin/datastore/store1/verify", ("backup-type", "vm"), ("backup-id", "100"), ("backup-time", "1767232800"))).Data!.GetValue<string>();
        Assert.Matches(@"^UPID:pbs:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:verify_snapshot:store1\\x3a-vm-100-6955D520:demo@pbs!ci:$", upid);
        string path = $"/nodes/localhost/tasks/{Uri.EscapeDataString(upid)}";
        Assert.True((await _client.GetAsync($"{path}/log?test-status=true")).Json!["active"]!.GetValue<bool>());

        _time.Advance(TimeSpan.FromSeconds(5));
        TestReply log = await _client.GetAsync($"{path}/log?start=1&limit=500&test-status=true");
        Assert.False(log.Json!["active"]!.GetValue<bool>());
        Assert.EndsWith("TASK OK", log.Data![log.Data.AsArray().Count - 1]!["t"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("OK", (await _client.GetAsync($"{path}/status")).Data!["exitstatus"]!.GetValue<string>());
        JsonArray snapshots = (await _client.GetAsync("/admin/datastore/store1/snapshots?backup-type=vm&backup-id=100")).Data!.AsArray();
        Assert.Equal("ok", Assert.Single(snapshots, static entry => entry!["verification"] is not null)!["verification"]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Namespaces_BelowAParent_AreListedToADepth()
    {
        Assert.Equal("customers/new", (await _client.PostJsonAsync("/admin/datastore/store1/namespace", """{"name":"new","parent":"customers"}""")).Data!.GetValue<string>());
        Assert.Equal(["", "customers"], (await _client.GetAsync("/admin/datastore/store1/namespace?max-depth=1")).Data!.AsArray().Select(static entry => entry!["ns"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Job_CreateGetUpdateDelete_KeepsWhatWasGiven()
    {
        Assert.Equal(200, (await _client.PostAsync("/config/prune", ("id", "prune-1"), ("store", "store1"), ("schedule", "daily"), ("keep-last", "3"), ("disable", "true"))).Status);
        TestReply job = await _client.GetAsync("/config/prune/prune-1");
        Assert.Equal(3, job.Data!["keep-last"]!.GetValue<int>());
        Assert.True(job.Data["disable"]!.GetValue<bool>());
        Assert.NotNull(job.Json!["digest"]);
        Assert.Equal(200, (await _client.PutAsync("/config/prune/prune-1", ("delete", "disable"), ("schedule", "weekly"))).Status);
        Assert.Null((await _client.GetAsync("/config/prune/prune-1")).Data!["disable"]);
        Assert.Equal(200, (await _client.DeleteAsync("/config/prune/prune-1")).Status);
    }

    [Fact]
    public async Task Extjs_OfAnError_SaysSoInTheBody()
    {
        _client.Format = "extjs";

        TestReply reply = await _client.GetAsync("/admin/datastore/nostore/status");

        Assert.Equal(200, reply.Status);
        Assert.Equal("""{"errors":{},"message":"no such datastore 'nostore'","status":400,"success":false}""", reply.Text);
    }

    [Theory]
    [InlineData("/access/domains", true)]
    [InlineData("/access/users", true)]
    [InlineData("/admin/metrics", true)]
    [InlineData("/admin/prune", true)]
    [InlineData("/admin/sync", true)]
    [InlineData("/admin/traffic-control", true)]
    [InlineData("/admin/verify", true)]
    [InlineData("/config/prune", true)]
    [InlineData("/config/tape-encryption-keys", true)]
    [InlineData("/nodes/localhost/config", true)]
    [InlineData("/nodes/localhost/network", false)]
    [InlineData("/nodes/localhost/dns", false)]
    [InlineData("/nodes/localhost/time", false)]
    [InlineData("/config/notifications/endpoints/smtp", false)]
    [InlineData("/config/notifications/endpoints/sendmail", false)]
    [InlineData("/config/notifications/matchers", false)]
    [InlineData("/config/acme/account", false)]
    [InlineData("/config/access/tfa/webauthn", false)]
    public async Task Digest_BesideTheData_IsThereAsRecorded(string path, bool expected)
    {
        TestReply reply = await _client.GetAsync(path);

        Assert.Equal(200, reply.Status);
        Assert.Equal(expected, reply.Json!.AsObject().ContainsKey("digest"));
    }

    [Fact]
    public async Task WebAuthn_IsNullUntilItIsSet()
    {
        TestReply unset = await _client.GetAsync("/config/access/tfa/webauthn");
        using TestClient root = new(_simulator.Endpoint) { CookieName = "PBSAuthCookie" };
        TestReply login = await root.PostAsync("/access/ticket", ("username", "root@pam"), ("password", DefaultBackupServer.RootPassword));
        (root.Ticket, root.Csrf) = (login.Data!["ticket"]!.GetValue<string>(), login.Data["CSRFPreventionToken"]!.GetValue<string>());
        TestReply put = await root.PutAsync("/config/access/tfa/webauthn", ("rp", "backup"), ("origin", "https://backup.example"), ("id", "backup.example"));

        TestReply set = await _client.GetAsync("/config/access/tfa/webauthn");

        Assert.Equal("{\"data\":null}", unset.Text);
        Assert.Equal(200, put.Status);
        Assert.Equal("backup.example", set.Data!["id"]!.GetValue<string>());
        Assert.NotNull(set.Json!["digest"]);
    }

    [Fact]
    public async Task Users_EnableAndExpire_AreShownOnceTheyAreSet()
    {
        await _client.PostAsync("/access/users", ("userid", "new@pbs"));
        await _client.PostAsync("/access/users/new@pbs/token/t");
        JsonObject user = (await _client.GetAsync("/access/users/new@pbs")).Data!.AsObject();
        JsonObject token = (await _client.GetAsync("/access/users/new@pbs/token/t")).Data!.AsObject();
        Assert.All<JsonObject>([user, token], static shown => Assert.False(shown.ContainsKey("enable") || shown.ContainsKey("expire")));

        await _client.PutAsync("/access/users/new@pbs", ("enable", "1"), ("expire", "0"));
        await _client.PutAsync("/access/users/new@pbs/token/t", ("enable", "0"));

        user = (await _client.GetAsync("/access/users/new@pbs")).Data!.AsObject();
        Assert.Equal((true, 0), (user["enable"]!.GetValue<bool>(), user["expire"]!.GetValue<int>()));
        Assert.False((await _client.GetAsync("/access/users/new@pbs/token/t")).Data!["enable"]!.GetValue<bool>());
    }
}
