using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>The HTTP layer of Proxmox VE, byte for byte where it matters.</summary>
public sealed class PveHttpTests : IAsyncLifetime
{
    private const string Token = $"Authorization: PVEAPIToken={DefaultCluster.TokenId}={DefaultCluster.TokenSecret}\r\n";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PveSimulator _simulator = null!;

    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = _time });

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Tls_ApplicationProtocol_IsNotNegotiated()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        Assert.Equal("", connection.Alpn);
    }

    [Fact]
    public async Task Answer_OfAnUnprotectedCall_HasTheRecordedHead()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        string answer = await connection.SendAsync($"GET /api2/json/version HTTP/1.1\r\n{Token}\r\n");

        Assert.Equal(
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=0\r\nConnection: Keep-Alive\r\nDate: Sun, 22 Nov 2026 21:00:00 GMT\r\nPragma: no-cache\r\nServer: pve-api-daemon/3.0\r\n"
            + "Content-Length: 73\r\nContent-Type: application/json;charset=UTF-8\r\nExpires: Sun, 22 Nov 2026 21:00:00 GMT\r\n\r\n"
            + """{"data":{"version":"9.2.11","release":"9.2","repoid":"14a22df35955d97d"}}""",
            answer);
    }

    [Fact]
    public async Task Answer_OfAProtectedCall_SaysCloseAndKeepAliveAndStaysOpen()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        for (int i = 0; i < 3; i++)
        {
            string answer = await connection.SendAsync($"GET /api2/json/nodes/pve1/qemu/100/status/current HTTP/1.1\r\n{Token}\r\n");
            Assert.Contains("Connection: close\r\nConnection: Keep-Alive\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Connection_AfterAHundredRequests_IsClosed()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);
        string answer = "";
        for (int i = 0; i < 100; i++)
        {
            Assert.DoesNotContain("Connection: close\r\n", answer, StringComparison.Ordinal);
            answer = await connection.SendAsync($"GET /api2/json/version HTTP/1.1\r\n{Token}\r\n");
        }

        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.True(await connection.IsClosedAsync());
    }

    [Fact]
    public async Task Connection_IdleForFiveSeconds_IsClosed()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);
        await connection.SendAsync($"GET /api2/json/version HTTP/1.1\r\n{Token}\r\n");
        Task<bool> closed = connection.IsClosedAsync();
        while (!closed.IsCompleted)
        {
            // The server starts its timer after it has written the answer: advance until it has seen it.
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.True(await closed);
    }

    [Theory]
    [InlineData("POST /api2/json/pools HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "501 chunked transfer encoding not supported")]
    [InlineData("POST /api2/json/pools HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Unknown transfer encoding 'gzip'")]
    [InlineData("POST /api2/json/pools HTTP/1.1\r\nContent-Length: 524289\r\n\r\n", "501 for data too large")]
    [InlineData("POST /api2/json/pools HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>", "506 upload 'Content-Type 'text/xml' not implemented")]
    [InlineData("GET /api2/json/version HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", "501 Unexpected content for method 'GET'")]
    [InlineData("DELETE /api2/json/pools/x HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", "501 Unexpected content for method 'DELETE'")]
    [InlineData("HEAD /api2/json/version HTTP/1.1\r\n\r\n", "501 method 'HEAD' not available")]
    [InlineData("PATCH /api2/json/version HTTP/1.1\r\n\r\n", "501 method 'PATCH' not available")]
    [InlineData("GET /nosuch.html HTTP/1.1\r\n\r\n", "500 no such file '/nosuch.html'")]
    [InlineData("GET /api2/json/version HTTP/1.1\r\nno colon\r\n\r\n", "506 unable to parse request header")]
    [InlineData("PRI * HTTP/2.0\r\n\r\n", "506 http protocol version 2.0 not supported")]
    [InlineData("FOO\r\n\r\n", "400 bad request")]
    public async Task Request_TheServerCannotTake_IsRefusedAndTheConnectionClosed(string request, string status)
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        string answer = await connection.SendAsync(request);

        Assert.Equal(status, answer.Split("\r\n")[0][9..]);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.True(await connection.IsClosedAsync());
    }

    [Fact]
    public async Task Body_OfExactly512KiB_IsAccepted()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);
        string body = "poolid=big&comment=".PadRight(524_288, 'a');

        string answer = await connection.SendAsync($"POST /api2/json/pools HTTP/1.1\r\n{Token}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainHttp_OnTheTlsPort_IsRedirected()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint, tls: false);

        string answer = await connection.SendAsync("GET /api2/json/version HTTP/1.1\r\nHost: pve1:8006\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 301 Moved Permanently", answer, StringComparison.Ordinal);
        Assert.Contains("Location: https://pve1:8006/api2/json/version\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipelining_OfTwoRequests_AnswersBoth()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);
        string request = $"GET /api2/json/version HTTP/1.1\r\n{Token}\r\n";

        string first = await connection.SendAsync(request + request);
        string second = await connection.ReadAnswerAsync();

        Assert.StartsWith("HTTP/1.1 200", first, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_OfALargeBody_HappensWhenAskedFor()
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        Assert.Contains("Content-Encoding: gzip", await connection.SendAsync($"GET /api2/json/access/roles HTTP/1.1\r\n{Token}Accept-Encoding: gzip\r\n\r\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Encoding", await connection.SendAsync($"GET /api2/json/version HTTP/1.1\r\n{Token}Accept-Encoding: gzip\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api2/xml/version", "501 no formatter for uri /version, xml")]
    [InlineData("/api2", "501 no such uri")]
    [InlineData("/api2/json/nosuch", "501 Method 'GET /nosuch' not implemented")]
    [InlineData("/api2/json/nodes/pve1/nosuch/1", "501 Method 'GET /nodes/pve1/nosuch/1' not implemented")]
    [InlineData("/api2/json//version/", "200 OK")]
    [InlineData("/api2/json/nodes/pve1/storage/local/content/local:iso/debian-13.iso", "200 OK")]
    [InlineData("/api2/json/nodes/pve1/storage/local/content/local%3Aiso%2Fdebian-13.iso", "200 OK")]
    [InlineData("/api2/json/nodes/nosuch/status", "500 hostname lookup 'nosuch' failed - failed to get address info for: nosuch: Temporary failure in name resolution")]
    [InlineData("/api2/json/nodes/PVE1/status", "595 No route to host")]
    [InlineData("/api2/json/nodes/localhost/status", "200 OK")]
    public async Task Path_Get_AnswersWithStatus(string path, string status)
    {
        await using RawConnection connection = await RawConnection.OpenAsync(_simulator.Endpoint);

        string answer = await connection.SendAsync($"GET {path} HTTP/1.1\r\n{Token}\r\n");

        Assert.Equal(status, answer.Split("\r\n")[0][9..]);
    }
}
