using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Simulator.Tests;

/// <summary>Faults on request, and uploads.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PveSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = _time, Delays = false });
        _client = TestClient.As(_simulator);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Next_WithAStatus_StrikesOnceWithAnEmptyBody()
    {
        _simulator.Faults.Next(Fault.ProxyTimeout);

        TestReply reply = await _client.GetAsync("/version");

        Assert.Equal((596, "Connection timed out", 0), (reply.Status, reply.Reason, reply.Body.Length));
        Assert.Equal(200, (await _client.GetAsync("/version")).Status);
    }

    [Fact]
    public async Task DropBeforeExecution_OfAWrite_ChangesNothing()
    {
        _simulator.Faults.When(static request => request.Method == "POST", Fault.DropBeforeExecution);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostAsync("/pools", ("poolid", "new")));

        Assert.Equal(500, (await _client.GetAsync("/pools/new")).Status);
    }

    [Fact]
    public async Task DropAfterExecution_OfAWrite_HasDoneIt()
    {
        _simulator.Faults.When(static request => request.Path.EndsWith("/pools", StringComparison.Ordinal), Fault.DropAfterExecution);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostAsync("/pools", ("poolid", "new")));

        Assert.Equal(200, (await _client.GetAsync("/pools/new")).Status);
    }

    [Fact]
    public async Task TruncatedBody_OfARead_BreaksOff()
    {
        _simulator.Faults.Next(Fault.TruncatedBody);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("/cluster/resources"));
    }

    [Fact]
    public async Task HtmlGateway_InFront_AnswersWithAPage()
    {
        _simulator.Faults.Next(Fault.HtmlGateway);

        TestReply reply = await _client.GetAsync("/version");

        Assert.Equal((502, "text/html"), (reply.Status, reply.ContentType));
    }

    [Fact]
    public async Task SlowReply_ComesWhenTheClockHasMoved()
    {
        _simulator.Faults.Next(Fault.SlowReply(TimeSpan.FromSeconds(40)));
        DateTimeOffset before = _time.GetUtcNow();

        TestReply reply = await TestClient.AdvanceUntilAsync(_time, _simulator.Traffic, () => _client.GetAsync("/version"));

        Assert.Equal(200, reply.Status);
        Assert.True(_time.GetUtcNow() - before >= TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task KillNode_OfAnotherNode_LeavesTheRestAlive()
    {
        _simulator.Faults.KillNode("pve3");

        TestReply dead = await _client.GetAsync("/nodes/pve3/status");
        Assert.Equal((595, "No route to host", 0), (dead.Status, dead.Reason, dead.Body.Length));
        Assert.Equal(200, (await _client.GetAsync("/nodes/pve1/status")).Status);
        Assert.Equal("offline", (await _client.GetAsync("/nodes")).Data![2]!["status"]!.GetValue<string>());
        Assert.Contains((await _client.GetAsync("/cluster/resources?type=vm")).Data!.AsArray(), static guest => guest!["status"]!.GetValue<string>() == "unknown");
        _simulator.Faults.ReviveNode("pve3");
        Assert.Equal(200, (await _client.GetAsync("/nodes/pve3/status")).Status);
    }

    [Fact]
    public async Task ExpireTickets_LeavesTokensAlone()
    {
        using TestClient ticket = await TestClient.LoginAsync(_simulator);
        _simulator.Faults.ExpireTickets();

        Assert.Equal(401, (await ticket.GetAsync("/version")).Status);
        Assert.Equal(200, (await _client.GetAsync("/version")).Status);
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b--\r\n", "b", 200)]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"; filename*=utf-8''a.iso\r\nContent-Type: application/octet-stream\r\n\r\nxx\r\n--b--\r\n", "b", 200)]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b--\r\n", "\"b\"", 500)]
    [InlineData("--b\r\nContent-Disposition: form-data; name=content\r\n\r\niso\r\n--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b--\r\n", "b", 500)]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b--\r\n", "b", 500)]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n--b--\r\n", "b", 400)]
    public async Task Upload_IsOnlyUnderstoodInOneForm(string body, string boundary, int status)
    {
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");

        Assert.Equal(status, (await _client.SendAsync(HttpMethod.Post, "/nodes/pve1/storage/local/upload", content)).Status);
    }

    [Theory]
    [InlineData("5dde896887f6754c9b15bfe3a441ae4806df2fde94001311e08bf110622e0bbe", "OK")]
    [InlineData("0000", "checksum mismatch: got '5dde896887f6754c9b15bfe3a441ae4806df2fde94001311e08bf110622e0bbe' != expect '0000'")]
    public async Task Upload_WithAChecksum_ComparesItInTheTask(string checksum, string exitStatus)
    {
        string body = string.Concat(new[] { ("content", "iso"), ("checksum-algorithm", "sha256"), ("checksum", checksum) }
            .Select(static field => $"--b\r\nContent-Disposition: form-data; name=\"{field.Item1}\"\r\n\r\n{field.Item2}\r\n"))
            + "--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.iso\"\r\n\r\nxx\r\n--b--\r\n";
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        Assert.Equal(exitStatus, await _client.RunAsync(_time, _client.SendAsync(HttpMethod.Post, "/nodes/pve1/storage/local/upload", content)));
        Assert.Equal(exitStatus == "OK" ? 200 : 500, (await _client.GetAsync("/nodes/pve1/storage/local/content/local%3Aiso%2Fa.iso")).Status);
    }
}
