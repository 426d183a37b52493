using System.Net;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What the filter is for: connections that are used again.</summary>
public sealed class ConnectionReuseTests
{
    private const int Calls = 150;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ProtectedCalls_WithRepair_NeedTwoHandshakes(bool synchronous)
    {
        await using StubServer server = StartAsProxmox();
        using HttpClient client = Client(server, repair: true);
        await CallAsync(client, server, synchronous);
        Assert.Equal(Calls, server.Requests.Count);
        Assert.InRange(server.Handshakes, 1, 3);
        Assert.Equal(100, server.Requests.Count(static request => request.Connection == 1));
    }

    [Fact]
    public async Task ProtectedCalls_WithoutRepair_NeedAHandshakeEach()
    {
        await using StubServer server = StartAsProxmox();
        using HttpClient client = Client(server, repair: false);
        await CallAsync(client, server, synchronous: false);
        Assert.InRange(server.Handshakes, Calls - 1, Calls);
    }

    [Fact]
    public async Task ErrorAnswer_WithBothHeaders_EndsTheConnection()
    {
        await using StubServer server = StubServer.Start(
            StubReply.Http(500, "no such VM", "{}", "Connection: close", "Connection: Keep-Alive") with { CloseAfter = true },
            StubReply.Protected("{}"));
        using HttpClient client = Client(server, repair: true);
        using HttpResponseMessage first = await client.GetAsync(server.Address);
        using HttpResponseMessage second = await client.GetAsync(server.Address);
        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task AnswerWithoutALength_EndsWithTheConnection()
    {
        await using StubServer server = StubServer.Start(
            StubReply.Raw("HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: Keep-Alive\r\n\r\nlog line\n") with { CloseAfter = true, PieceSize = 1 },
            StubReply.Protected("{}"));
        using HttpClient client = Client(server, repair: true);
        Assert.Equal("log line\n", await client.GetStringAsync(server.Address));
        Assert.Equal("{}", await client.GetStringAsync(server.Address));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task GzipAnswerInPieces_IsUnpackedAndTheConnectionKept()
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"data\":\"packed\"}"u8);
        }

        string head = $"HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: Keep-Alive\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n";
        StubReply reply = StubReply.Raw([.. System.Text.Encoding.Latin1.GetBytes(head), .. packed.ToArray()]) with { PieceSize = 3 };
        await using StubServer server = StubServer.Start(reply, reply);
        using ProxmoxConnection connection = new(
            new ProxmoxClientOptions
            {
                Endpoints = [ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment)],
                Trust = ServerTrust.Pin(server.Fingerprint),
            },
            ProxmoxProduct.VirtualEnvironment,
            RepositoryFiles.Pve);
        ApiOperation read = new(ApiMethod.Get, "/version");
        Assert.Equal("packed", (await connection.SendAsync(read, [], ApiReaders.String)).Data);
        Assert.Equal("packed", connection.Send(read, [], ApiReaders.String).Data);
        Assert.Equal(1, server.Connections);
        Assert.Equal("gzip", server.Requests[0].Header("Accept-Encoding"));
    }

    private static StubServer StartAsProxmox()
        => StubServer.Start(static _ => StubReply.Protected("{\"data\":[]}"), new StubServerOptions { RequestsPerConnection = 100 });

    private static HttpClient Client(StubServer server, bool repair)
    {
        ProxmoxEndpoint endpoint = ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment);
        return new HttpClient(SocketsHandlerFactory.Create(endpoint, ServerTrust.Pin(server.Fingerprint), TimeSpan.FromSeconds(10), repair));
    }

    private static async Task CallAsync(HttpClient client, StubServer server, bool synchronous)
    {
        for (int call = 0; call < Calls; call++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Address, "api2/json/nodes/pve1/qemu"));
            using HttpResponseMessage response = synchronous ? client.Send(request) : await client.SendAsync(request);
            Assert.Equal("{\"data\":[]}", await response.Content.ReadAsStringAsync());
        }
    }
}
