using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Jobs that push to a remote, and S3 endpoints.</summary>
public sealed class PushTests : IAsyncLifetime
{
    private readonly SimulatedClock _time = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private PbsSimulator _source = null!;
    private PbsSimulator _target = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = _time, Delays = false });
        _target = await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            TimeProvider = _time,
            Delays = false,
            Scenario = static server => server.AddDatastore("mirror", namespaces: ["from"]).AddUser("push@pbs", "secret").Grant("/", "push@pbs", "Admin"),
        });
        _client = new TestClient(_source.Endpoint) { Authorization = BackupWire.Token };
        string port = _target.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        TestReply made = await _client.PostAsync(
            "/config/remote", ("name", "away"), ("host", "127.0.0.1"), ("port", port), ("auth-id", "push@pbs"), ("password", "secret"));
        Assert.Equal(200, made.Status);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task PushJob_ToAnotherServer_CopiesWhatItsFilterLetsThrough()
    {
        await _client.PostAsync(
            "/config/sync",
            ("id", "upwards"), ("store", "store1"), ("remote", "away"), ("remote-store", "mirror"), ("remote-ns", "from"), ("sync-direction", "push"),
            ("max-depth", "0"), ("group-filter", "group:host/laptop"));

        Assert.Equal("OK", await RunAsync(_client.PostAsync("/admin/sync/upwards/run")));

        Assert.Equal(5, _target.GetDatastore("mirror").Snapshots.Count);
        Assert.All(_target.GetDatastore("mirror").Snapshots, static snapshot => Assert.Contains("host/laptop/", snapshot.ToString(), StringComparison.Ordinal));
        JsonNode job = Assert.Single((await _client.GetAsync("/admin/sync?sync-direction=all")).Data!.AsArray())!;
        Assert.Equal("OK", job["last-run-state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Push_ByHand_CopiesAllAndOnlyOnce()
    {
        (string, string)[] parameters = [("store", "offsite"), ("remote", "away"), ("remote-store", "mirror")];

        Assert.Equal("OK", await RunAsync(_client.PostAsync("/push", parameters)));
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/push", parameters)));

        Assert.Equal(_source.GetDatastore("offsite").Snapshots, _target.GetDatastore("mirror").Snapshots);
        Assert.Equal(_source.GetDatastore("offsite").Chunks, _target.GetDatastore("mirror").Chunks);
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/push", [.. parameters, ("encrypted-only", "true")])));
    }

    [Fact]
    public async Task Push_ToAnUnknownRemote_FailsInItsTask() =>
        Assert.Contains("no such remote 'nowhere'", await RunAsync(_client.PostAsync("/push", ("store", "offsite"), ("remote", "nowhere"), ("remote-store", "mirror"))), StringComparison.Ordinal);

    [Fact]
    public async Task S3_Endpoint_ListsItsBuckets()
    {
        Assert.Equal("no such s3 'cloud'", (await _client.GetAsync("/config/s3/cloud/list-buckets")).Text);
        TestReply made = await _client.PostAsync("/config/s3", ("id", "cloud"), ("endpoint", "s3.example.com"), ("access-key", "key"), ("secret-key", "secret"));
        Assert.True(made.Status == 200, made.Text);

        JsonArray buckets = (await _client.GetAsync("/config/s3/cloud/list-buckets")).Data!.AsArray();

        Assert.Equal("backups", Assert.Single(buckets)!["name"]!.GetValue<string>());
        Assert.Null((await _client.GetAsync("/config/s3/cloud")).Data!["secret-key"]);
        Assert.Equal(200, (await _client.PutAsync("/admin/s3/cloud/check", ("bucket", "backups"))).Status);
        Assert.Contains("'other' not found", (await _client.PutAsync("/admin/s3/cloud/check", ("bucket", "other"))).Text, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        _time.Advance(TimeSpan.FromSeconds(5));
        return (await _client.GetAsync($"/nodes/localhost/tasks/{Uri.EscapeDataString(started.Data!.GetValue<string>())}/status")).Data!["exitstatus"]!.GetValue<string>();
    }
}
