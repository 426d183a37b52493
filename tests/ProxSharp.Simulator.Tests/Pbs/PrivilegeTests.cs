using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>What callers with few rights see and do on a backup server where its schema says only that anyone may call.</summary>
public sealed class PrivilegeTests : IAsyncLifetime
{
    private const string User = "bob@pbs";
    private const string Secret = "22222222-2222-3333-4444-555555555555";
    private const string Store = "/admin/datastore/store1";

    private readonly SimulatedClock _time = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private PbsSimulator _simulator = null!;
    private TestClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            TimeProvider = _time,
            Delays = false,
            Scenario = static server =>
            {
                DefaultBackupServer.Build(server);
                server.AddUser(User, "secret").Grant("/", User, "Admin")
                    .AddToken(User, "none", Secret)
                    .AddToken(User, "inner", Secret).Grant("/datastore/store1/customers", $"{User}!inner", "DatastoreAudit")
                    .AddToken(User, "audit", Secret).Grant("/datastore/store1", $"{User}!audit", "DatastoreAudit").Grant("/remote/away", $"{User}!audit", "RemoteAudit")
                    .AddToken(User, "backup", Secret).Grant("/datastore/store1", $"{User}!backup", "DatastoreBackup")
                    .Grant("/remote/away/mirror", $"{User}!backup", "RemoteSyncOperator")
                    .AddToken(User, "power", Secret).Grant("/datastore/store1", $"{User}!power", "DatastoreAdmin");
            },
        });
        _admin = new TestClient(_simulator.Endpoint) { Authorization = BackupWire.Token };
        foreach (string call in (string[])
        [
            """/config/remote {"name":"away","host":"127.0.0.1","port":1,"auth-id":"push@pbs","password":"secret"}""",
            """/config/prune {"id":"prune-1","store":"store1","schedule":"daily","keep-last":3}""",
            """/config/verify {"id":"verify-1","store":"store1"}""",
            """/config/sync {"id":"sync-1","store":"store1","remote":"away","remote-store":"mirror"}""",
        ])
        {
            string[] parts = call.Split(' ', 2);
            Assert.Equal(200, (await _admin.PostJsonAsync(parts[0], parts[1])).Status);
        }
    }

    public ValueTask DisposeAsync()
    {
        _admin.Dispose();
        return _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("POST", "/config/prune", """{"id":"prune-2","store":"store1","schedule":"daily","keep-last":1}""")]
    [InlineData("POST", "/config/verify", """{"id":"verify-2","store":"store1"}""")]
    [InlineData("POST", "/config/sync", """{"id":"sync-2","store":"store1","remote":"away","remote-store":"mirror"}""")]
    [InlineData("PUT", "/access/users/bob@pbs", """{"comment":"x"}""")]
    [InlineData("POST", "/access/users/bob@pbs/token/more", "{}")]
    [InlineData("PUT", "/access/users/bob@pbs/token/power", """{"regenerate":true}""")]
    [InlineData("DELETE", "/access/users/bob@pbs/token/power", null)]
    [InlineData("PUT", "/config/prune/prune-1", """{"keep-last":1}""")]
    [InlineData("PUT", "/config/verify/verify-1", """{"comment":"x"}""")]
    [InlineData("PUT", "/config/sync/sync-1", """{"comment":"x"}""")]
    [InlineData("DELETE", "/config/prune/prune-1", null)]
    [InlineData("DELETE", "/config/verify/verify-1", null)]
    [InlineData("DELETE", "/config/sync/sync-1", null)]
    [InlineData("GET", "/config/prune/prune-1", null)]
    [InlineData("GET", "/config/verify/verify-1", null)]
    [InlineData("GET", "/config/sync/sync-1", null)]
    [InlineData("POST", "/admin/prune/prune-1/run", "{}")]
    [InlineData("POST", "/admin/verify/verify-1/run", "{}")]
    [InlineData("POST", "/admin/sync/sync-1/run", "{}")]
    [InlineData("POST", "/pull", """{"store":"store1","remote":"away","remote-store":"mirror"}""")]
    [InlineData("POST", "/pull", """{"store":"store1","remote-store":"offsite"}""")]
    [InlineData("POST", "/push", """{"store":"store1","remote":"away","remote-store":"mirror"}""")]
    [InlineData("POST", Store + "/move-group", """{"backup-type":"vm","backup-id":"100","target-ns":"customers"}""")]
    [InlineData("POST", Store + "/move-namespace", """{"ns":"customers","target-ns":"clients"}""")]
    [InlineData("DELETE", Store + "/namespace?ns=customers&delete-groups=true", null)]
    [InlineData("GET", Store + "/namespace", null)]
    [InlineData("GET", Store + "/status", null)]
    [InlineData("PUT", "/access/password", """{"userid":"demo@pbs","password":"new-password","confirmation-password":"secret"}""")]
    public async Task Call_WithoutRights_IsRefusedAndChangesNothing(string method, string path, string? json)
    {
        using TestClient client = As("none");
        using StringContent? body = json is null ? null : new(json, System.Text.Encoding.UTF8, "application/json");
        IReadOnlyList<string> before = _simulator.GetDatastore("store1").Snapshots;

        TestReply reply = await client.SendAsync(new HttpMethod(method), path, body);

        Assert.True(reply.Status == 403, reply.Text);
        Assert.Equal(before, _simulator.GetDatastore("store1").Snapshots);
        Assert.Equal(3, (await _admin.GetAsync("/config/prune/prune-1")).Data!["keep-last"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("/config/datastore")]
    [InlineData("/config/remote")]
    [InlineData("/config/sync")]
    [InlineData("/config/prune")]
    [InlineData("/config/verify")]
    [InlineData("/admin/sync")]
    [InlineData("/admin/prune")]
    [InlineData("/admin/verify")]
    [InlineData("/admin/gc")]
    [InlineData("/admin/gc/store1")]
    [InlineData("/admin/datastore")]
    [InlineData("/status/datastore-usage")]
    public async Task List_WithoutRights_IsEmpty(string path)
    {
        using TestClient client = As("none");

        Assert.Empty((await client.GetAsync(path)).Data!.AsArray());
        Assert.NotEmpty((await _admin.GetAsync(path)).Data!.AsArray());
    }

    [Theory]
    [InlineData("/config/sync")]
    [InlineData("/admin/sync")]
    public async Task SyncJobs_NoDirection_AreThoseThatPull(string path)
    {
        TestReply made = await _admin.PostAsync(
            "/config/sync", ("id", "upwards"), ("store", "store1"), ("remote", "away"), ("remote-store", "mirror"), ("sync-direction", "push"));
        Assert.True(made.Status == 200, made.Text);

        Assert.Equal(["sync-1"], await NamesAsync(path));
        Assert.Equal(["sync-1"], await NamesAsync($"{path}?sync-direction=pull"));
        Assert.Equal(["upwards"], await NamesAsync($"{path}?sync-direction=push"));
        Assert.Equal(["sync-1", "upwards"], await NamesAsync($"{path}?sync-direction=all"));
        Assert.Equal(200, (await _admin.GetAsync("/config/sync/upwards")).Status);

        async Task<string[]> NamesAsync(string list) => [.. (await _admin.GetAsync(list)).Data!.AsArray()
            .Select(static job => job!["id"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Acl_WithoutAudit_ShowsTheTokensOfTheUserOnly()
    {
        using TestClient client = As("none");

        string[] seen = [.. (await client.GetAsync("/access/acl")).Data!.AsArray().Select(static entry => entry!["ugid"]!.GetValue<string>()).Distinct()];

        Assert.Equal([$"{User}!audit", $"{User}!backup", $"{User}!inner", $"{User}!power"], seen.Order(StringComparer.Ordinal));
        JsonArray all = (await _admin.GetAsync("/access/acl")).Data!.AsArray();
        Assert.Contains(all, static entry => entry!["ugid"]!.GetValue<string>() == User);
    }

    [Fact]
    public async Task Jobs_WithAuditOnStoreAndRemote_AreSeenButNotChanged()
    {
        using TestClient client = As("audit");

        foreach (string kind in (string[])["sync", "prune", "verify"])
        {
            Assert.Single((await client.GetAsync($"/config/{kind}")).Data!.AsArray());
            Assert.Single((await client.GetAsync($"/admin/{kind}")).Data!.AsArray());
            Assert.Equal(200, (await client.GetAsync($"/config/{kind}/{kind}-1")).Status);
            Assert.Equal(403, (await client.DeleteAsync($"/config/{kind}/{kind}-1")).Status);
        }
    }

    [Theory]
    [InlineData("""{"owner":"bob@pbs!backup"}""", 200)]
    [InlineData("""{"owner":"bob@pbs!backup","remove-vanished":true}""", 403)]
    [InlineData("""{"owner":"demo@pbs"}""", 403)]
    [InlineData("""{}""", 403)]
    [InlineData("""{"owner":"bob@pbs!backup","store":"offsite"}""", 403)]
    [InlineData("""{"owner":"bob@pbs!backup","remote-store":"other"}""", 403)]
    [InlineData("""{"owner":"bob@pbs!backup","sync-direction":"push"}""", 403)]
    public async Task SyncJob_NeedsRightsOnBothSides_AndMoreForRemovalAndOtherOwners(string json, int status)
    {
        JsonObject job = new() { ["id"] = "sync-2", ["store"] = "store1", ["remote"] = "away", ["remote-store"] = "mirror" };
        foreach ((string name, JsonNode? value) in JsonNode.Parse(json)!.AsObject())
        {
            job[name] = value!.DeepClone();
        }

        using TestClient client = As("backup");
        TestReply reply = await client.PostJsonAsync("/config/sync", job.ToJsonString());

        Assert.True(reply.Status == status, reply.Text);
    }

    [Fact]
    public async Task PruneJob_MovedToAStoreWithoutRights_IsRefused()
    {
        using TestClient client = As("power");

        Assert.Equal(403, (await client.PutAsync("/config/prune/prune-1", ("store", "offsite"))).Status);
        Assert.Equal("store1", (await client.GetAsync("/config/prune/prune-1")).Data!["store"]!.GetValue<string>());
        Assert.Equal(200, (await client.PutAsync("/config/prune/prune-1", ("keep-last", "3"))).Status);
        Assert.Equal(200, (await client.PostAsync("/admin/prune/prune-1/run")).Status);
    }

    [Fact]
    public async Task Namespaces_WithRightsOnOneOnly_AreThatAndThoseBelow()
    {
        using TestClient client = As("inner");

        JsonNode store = Assert.Single((await client.GetAsync("/admin/datastore")).Data!.AsArray())!;
        Assert.Equal(("store1", null), (store["store"]!.GetValue<string>(), store["comment"]?.GetValue<string>()));
        Assert.Equal(["customers", "customers/acme"], Names(await client.GetAsync($"{Store}/namespace")));
        Assert.Equal(["customers", "customers/acme"], Names(await client.GetAsync($"{Store}/namespace?parent=customers")));
        Assert.Equal(403, (await client.GetAsync($"{Store}/groups")).Status);
        Assert.Single((await client.GetAsync($"{Store}/groups?ns=customers/acme")).Data!.AsArray());
        Assert.Equal(403, (await client.GetAsync("/admin/datastore/offsite/namespace")).Status);
        Assert.Equal(0, (await client.GetAsync($"{Store}/status")).Data!["total"]!.GetValue<long>());
        Assert.Equal(["store"], Assert.Single((await client.GetAsync("/status/datastore-usage")).Data!.AsArray())!.AsObject().Select(static pair => pair.Key).Where(static name => name != "mount-status"));
    }

    private static IEnumerable<string> Names(TestReply reply) => reply.Data!.AsArray().Select(static entry => entry!["ns"]!.GetValue<string>());

    private TestClient As(string token) => new(_simulator.Endpoint) { Authorization = $"PBSAPIToken={User}!{token}:{Secret}" };
}
