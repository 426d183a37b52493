using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ProxSharp.Mcp.Http;

namespace ProxSharp.Mcp.Tests;

/// <summary>Requests as no client makes them, written to the socket: each is refused with a reason, and the server goes on.</summary>
public sealed class MalformedHttpTests
{
    private const string Secret = "correct-horse-battery-staple";
    private const string Plain = "Content-Type: application/json\r\n";
    private const string Accepts = "Accept: application/json, text/event-stream\r\n";
    private const string Key = "Authorization: Bearer " + Secret + "\r\n";
    private const string Ask = """{"jsonrpc":"2.0","id":7,"method":"tools/list"}""";
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string, string, int> Requests => new()
    {
        { "POST /mcp", Key + Plain + Plain + Accepts, Initialize, 400 },
        { "POST /mcp", Key + Plain + "Content-Type: text/plain\r\n" + Accepts, Initialize, 400 },
        { "POST /mcp", Key + "Content-Type: text/plain\r\n" + Accepts, Initialize, 415 },
        { "POST /mcp", Key + "Content-Type: ;;;=\r\n" + Accepts, Initialize, 415 },
        { "POST /mcp", Key + "Content-Type: application/json; charset=klingon\r\n" + Accepts, Initialize, 415 },
        { "POST /mcp", Key + Accepts, Initialize, 415 },
        { "POST /mcp", Key + Plain, Initialize, 406 },
        { "POST /mcp", Key + Plain + "Accept: text/html\r\n", Initialize, 406 },
        { "POST /mcp", Key + Plain + "Accept: ,;q=\r\n", Initialize, 406 },
        { "POST /mcp", Key + Plain + Accepts, "", 400 },
        { "POST /mcp", Key + Plain + Accepts, "{", 400 },
        { "POST /mcp", Key + Plain + Accepts, "null", 400 },
        { "POST /mcp", Key + Plain + Accepts, "[]", 400 },
        { "POST /mcp", Key + Plain + Accepts, "[{}]", 400 },
        { "POST /mcp", Key + Plain + Accepts, "\"text\"", 400 },
        { "POST /mcp", Key + Plain + Accepts, "12", 400 },
        { "POST /mcp", Key + Plain + Accepts, "{}", 400 },
        { "POST /mcp", Key + Plain + Accepts, """{"jsonrpc":"1.0","id":1,"method":"initialize"}""", 400 },
        { "POST /mcp", Key + Plain + Accepts, """{"jsonrpc":"2.0","id":{},"method":"initialize"}""", 400 },
        { "POST /mcp", Key + Plain + Accepts, """{"jsonrpc":"2.0","id":1,"method":5}""", 400 },
        { "POST /mcp", Key + Plain + Accepts, "\uFEFF{\"a\":\u0000}", 400 },
        { "POST /mcp", Key + Plain + Accepts + "Mcp-Session-Id: no-such-session\r\n", Ask, 404 },
        { "POST /mcp", Key + Plain + Accepts + "Mcp-Session-Id: a\r\nMcp-Session-Id: b\r\n", Ask, 400 },
        { "POST /mcp", Key + Plain + Accepts + "MCP-Protocol-Version: nonsense\r\n", Ask, 400 },
        { "POST /mcp", Plain + Accepts + "Authorization: Bearer wrong\r\n", Initialize, 401 },
        { "POST /mcp", Key + Key + Plain + Accepts, Initialize, 400 },
        { "POST /mcp", Plain + Accepts + "Authorization: Bearer " + "\u00e4\u00f6\r\n", Initialize, 401 },
        { "POST /mcp", Key + Plain + Accepts + "Origin: ::\r\n", Initialize, 403 },
        { "POST /mcp", Key + Plain + Accepts + "Origin: http://localhost\r\nOrigin: http://localhost\r\n", Initialize, 400 },
        { "GET /mcp", Key + "Accept: text/event-stream\r\n", "", 400 },
        { "DELETE /mcp", Key, "", 200 },
        { "DELETE /mcp", Key + "Mcp-Session-Id: no-such-session\r\n", "", 200 },
        { "PUT /mcp", Key + Plain, "{}", 405 },
        { "POST /mcp/../etc", Key + Plain, "{}", 404 },
        { "GET /", Key, "", 404 },
        { "POST /approve/x", "Content-Type: multipart/form-data\r\n", "a", 404 },
        { "POST /approve/x", "Content-Type: multipart/form-data; boundary=x\r\n", "a", 404 },
        { "POST /approve/x", "Content-Type: application/x-www-form-urlencoded; charset=klingon\r\n", "answer=%ZZ&&&=", 404 },
        { "POST /approve/x", "Content-Type: application/x-www-form-urlencoded\r\n", "answer=approve&answer=decline", 404 },
        { "POST /approve/%00", "", "", 400 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Http_Malformed_IsRefusedAndNoFaultOfTheServer(string line, string headers, string body, int expected)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(
            new HttpSettings { Listen = new Uri("http://127.0.0.1:0"), Token = Secret }, site.Contexts(), TestContext.Current.CancellationToken);
        string length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        (int status, string answer) = await SendAsync(host, $"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}{length}\r\n{body}");
        Assert.True(expected == status, $"{status} instead of {expected}: {answer}");
        Assert.DoesNotContain("-32603", answer, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync(host, Good())).Status);
    }

    [Theory]
    [InlineData("POST /mcp HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 421)]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: localhost:99999999\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 401)]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400)]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    public async Task Http_ThatIsHardlyHttp_IsRefused(string request, int expected)
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(
            new HttpSettings { Listen = new Uri("http://127.0.0.1:0"), Token = Secret }, site.Contexts(), TestContext.Current.CancellationToken);
        Assert.Equal(expected, (await SendAsync(host, request)).Status);
        Assert.Equal(200, (await SendAsync(host, Good())).Status);
    }

    [Fact]
    public async Task Http_MessageThatIsTooLong_IsRefusedWithTheLimit()
    {
        await using TestSite site = await TestSite.StartAsync(new SessionOptions());
        await using HttpHost host = await HttpHost.StartAsync(
            new HttpSettings { Listen = new Uri("http://127.0.0.1:0"), Token = Secret }, site.Contexts(), TestContext.Current.CancellationToken);
        (int status, string answer) = await SendAsync(
            host, $"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{Key}{Plain}{Accepts}Content-Length: 2000000\r\n\r\n{Initialize}");
        Assert.Equal(413, status);
        Assert.Contains("A message may have 1048576 bytes.", answer, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync(host, Good())).Status);
    }

    private static string Good() => string.Create(
        CultureInfo.InvariantCulture,
        $"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{Key}{Plain}{Accepts}Content-Length: {Initialize.Length}\r\n\r\n{Initialize}");

    private static async Task<(int Status, string Answer)> SendAsync(HttpHost host, string request)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream, Encoding.UTF8);
        string answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        return (int.Parse(answer.Split(' ')[1], NumberStyles.None, CultureInfo.InvariantCulture), answer);
    }
}
