using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Core.Tests.Http;
using ProxSharp.Http;
using ProxSharp.Testing;
using ProxSharp.Tls;
using ProxSharp.WebSockets;

namespace ProxSharp.Core.Tests.WebSockets;

/// <summary>Websockets through a whole connection, against the websocket server of .NET or against bytes.</summary>
public sealed class ProxmoxWebSocketStreamTests
{
    private static readonly ApiOperation s_operation = new(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/vncwebsocket");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_ServerThatEchoes_CarriesBytesBothWays(bool sync)
    {
        await using StubServer server = StubServer.Start(request => StubReply.WebSocket(request, EchoAsync, "Sec-WebSocket-Protocol: binary"));
        using ProxmoxConnection connection = Connect(server);
        ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        byte[] sent = [.. Enumerable.Range(0, 200_000).Select(static number => (byte)(number * 7))];
        Task writing = sync ? Task.Run(() => socket.Write(sent), Token) : socket.WriteAsync(sent, Token).AsTask();
        byte[] received = new byte[sent.Length];
        if (sync)
        {
            socket.ReadExactly(received);
        }
        else
        {
            await socket.ReadExactlyAsync(received, Token);
        }

        await writing;
        Assert.Equal(sent, received);
        await CloseAsync(socket, sync);
        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal("/api2/json/nodes/pve1/qemu/100/vncwebsocket?port=5900&vncticket=PW%3APVEVNC%3A1%3A%3Aa%2Bb%3D", request.Target);
        Assert.Equal(("websocket", "13", "binary", "Upgrade"), (request.Header("Upgrade"), request.Header("Sec-WebSocket-Version"), request.Header("Sec-WebSocket-Protocol"), request.Header("Connection")));
        Assert.Equal("PVEAPIToken=ci@pve!t=secret", request.Header("Authorization"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ServerThatCloses_EndsTheStream(bool sync)
    {
        TaskCompletionSource<WebSocketCloseStatus?> closed = new();
        await using StubServer server = StubServer.Start(request => StubReply.WebSocket(request, async (stream, token) =>
        {
            using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
            await socket.SendAsync("bye"u8.ToArray(), WebSocketMessageType.Binary, true, token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", token);
            closed.SetResult((await socket.ReceiveAsync(new byte[10], token)).CloseStatus);
        }));
        using ProxmoxConnection connection = Connect(server);
        ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        byte[] buffer = new byte[10];
        Assert.Equal(3, await ReadAsync(socket, buffer, sync));
        Assert.Equal(0, await ReadAsync(socket, buffer, sync));
        Assert.Equal(0, await ReadAsync(socket, buffer, sync));
        await CloseAsync(socket, sync);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, await closed.Task);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(socket, buffer, sync));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ConnectionThatEnds_IsTheEndOrAFailureInsideAMessage(bool sync)
    {
        await using StubServer server = StubServer.Start(request => StubReply.WebSocket(request, async (stream, token) =>
        {
            await stream.WriteAsync((byte[])[0x82, 0x02, 1, 2, 0x82, 0x04, 3], token);
            await stream.FlushAsync(token);
        }));
        using ProxmoxConnection connection = Connect(server);
        await using ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        byte[] buffer = new byte[2];
        Assert.Equal(2, await ReadAsync(socket, buffer, sync));
        Assert.Equal(1, await ReadAsync(socket, buffer, sync));
        ProxmoxConnectionException exception = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => ReadAsync(socket, buffer, sync));
        Assert.Contains("in the middle of a message", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PVEVNC", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeepAlive_TimePasses_SendsPingsAndAnswersThoseOfTheServer(bool sync)
    {
        FakeTimeProvider time = new();
        TaskCompletionSource<byte[]> heard = new();
        await using StubServer server = StubServer.Start(request => StubReply.WebSocket(request, async (stream, token) =>
        {
            byte[] ping = new byte[6];
            await stream.ReadExactlyAsync(ping, token);
            await stream.WriteAsync((byte[])[0x89, 0x01, 0x41, 0x82, 0x01, 0x42], token);
            await stream.FlushAsync(token);
            byte[] pong = new byte[7];
            await stream.ReadExactlyAsync(pong, token);
            heard.SetResult([ping[0], pong[0], (byte)(pong[2] ^ pong[6])]);
        }));
        using ProxmoxConnection connection = Connect(server, time);
        await using ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        time.Advance(TimeSpan.FromSeconds(29));
        time.Advance(TimeSpan.FromSeconds(1));
        byte[] buffer = new byte[4];
        Assert.Equal(1, await ReadAsync(socket, buffer, sync));
        Assert.Equal((byte[])[0x89, 0x8A, 0x41], await heard.Task.WaitAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeepAlive_ConnectionIsGone_FailsTheNextWrite(bool sync)
    {
        FakeTimeProvider time = new();
        StubServer server = StubServer.Start(request => StubReply.WebSocket(request, async (stream, token) => await stream.ReadExactlyAsync(new byte[1], token)));
        using ProxmoxConnection connection = Connect(server, time);
        await using ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        await server.DisposeAsync();

        // The first writes may still land in the buffers of a connection that the server has closed.
        await Assert.ThrowsAsync<ProxmoxConnectionException>(async () =>
        {
            for (int turn = 0; turn < 10_000; turn++)
            {
                time.Advance(TimeSpan.FromSeconds(30));
                await WriteAsync(socket, new byte[1024], sync);
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "17")]
    public async Task Open_TicketTheServerRefuses_IsAnAuthenticationException(bool sync)
    {
        await using StubServer server = StubServer.Start(static _ => StubReply.Json(
            """{"data":null,"message":"permission denied - invalid PVEVNC ticket\n"}""", 401, "permission denied - invalid PVEVNC ticket", "Connection: close"));
        using ProxmoxConnection connection = Connect(server);
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => OpenAsync(connection, sync));
        Assert.Contains("open the console anew", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a+b", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_AnswerThatIsNoWebSocket_IsAProtocolException(bool sync)
    {
        StubReply[] replies =
        [
            StubReply.Json("""{"data":{"port":"5900"}}"""),
            StubReply.Raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: bm8=\r\n\r\n"),
        ];
        foreach (StubReply reply in replies)
        {
            await using StubServer server = StubServer.Start(reply);
            using ProxmoxConnection connection = Connect(server);
            ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => OpenAsync(connection, sync));
            Assert.StartsWith("Unable to open the websocket of GET /nodes/pve1/qemu/100/vncwebsocket", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_FirstEndpointIsDown_UsesTheNext(bool sync)
    {
        await using StubServer server = StubServer.Start(request => StubReply.WebSocket(request, EchoAsync));
        StubServer down = StubServer.Start();
        int port = down.Port;
        await down.DisposeAsync();
        using ProxmoxConnection connection = Connect(server, null, ProxmoxEndpoint.Parse($"https://127.0.0.1:{port}", ProxmoxProduct.VirtualEnvironment));
        await using ProxmoxWebSocketStream socket = await OpenAsync(connection, sync);
        await WriteAsync(socket, "x"u8.ToArray(), sync);
        Assert.Equal(1, await ReadAsync(socket, new byte[5], sync));
        Assert.Equal(server.Port, connection.CurrentEndpoint.Port);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_CertificateIsNotTrusted_SendsNothing(bool sync)
    {
        await using StubServer server = StubServer.Start();
        ProxmoxEndpoint endpoint = ProxmoxEndpoint.Parse(server.Address.ToString(), ProxmoxProduct.VirtualEnvironment);
        using ProxmoxConnection connection = new(new ProxmoxClientOptions { Endpoints = [endpoint] }, ProxmoxProduct.VirtualEnvironment, RepositoryFiles.Pve);
        ProxmoxConnectionException exception = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => OpenAsync(connection, sync));
        Assert.True(exception.IsCertificateProblem);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_ServerThatDoesNotRead_IsNotWaitedForLong(bool sync)
    {
        FakeTimeProvider time = new();
        StuckStream transport = new();
        ProxmoxWebSocketStream socket = new(new HttpResponseMessage(), transport, "a console", new ProxmoxWebSocketOptions(), time);

        Task closing = CloseAsync(socket, sync);

        Assert.Equal(sync, closing.IsCompleted);
        await transport.WriteBegun.Task.WaitAsync(Token);
        Assert.False(transport.Closed.Task.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await transport.Closed.Task.WaitAsync(Token);
        await closing.WaitAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WriterAtWork_ClosesAtOnce(bool sync)
    {
        StuckStream transport = new();
        ProxmoxWebSocketStream socket = new(new HttpResponseMessage(), transport, "a console", new ProxmoxWebSocketOptions(), new FakeTimeProvider());
        Task writing = socket.WriteAsync(new byte[3], Token).AsTask();
        await transport.WriteBegun.Task.WaitAsync(Token);

        await CloseAsync(socket, sync);

        await transport.Closed.Task.WaitAsync(Token);
        Assert.Contains("was closed", (await Assert.ThrowsAsync<ProxmoxConnectionException>(() => writing)).Message, StringComparison.Ordinal);
    }

    private static async Task EchoAsync(Stream stream, CancellationToken cancellationToken)
    {
        using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = "binary" });
        byte[] buffer = new byte[70_000];
        while (await socket.ReceiveAsync(buffer, cancellationToken) is { MessageType: not WebSocketMessageType.Close } received)
        {
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Binary, true, cancellationToken);
        }
    }

    private static ProxmoxConnection Connect(StubServer server, TimeProvider? time = null, params ProxmoxEndpoint[] before) => new(
        new ProxmoxClientOptions
        {
            Endpoints = [.. before, ProxmoxEndpoint.Parse(server.Address.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken("ci@pve!t", "secret"),
            Trust = ServerTrust.Pin(server.Fingerprint),
            TimeProvider = time ?? TimeProvider.System,
        },
        ProxmoxProduct.VirtualEnvironment,
        RepositoryFiles.Pve);

    private static async Task<ProxmoxWebSocketStream> OpenAsync(ProxmoxConnection connection, bool sync)
    {
        ApiParameters parameters = new ApiParameters().WithPath("node", "pve1").WithPath("vmid", 100);
        parameters.Add("port", 5900L);
        parameters.Add("vncticket", "PW:PVEVNC:1::a+b=");
        return sync
            ? connection.OpenWebSocket(s_operation, parameters, new ProxmoxWebSocketOptions(), Token)
            : await connection.OpenWebSocketAsync(s_operation, parameters, new ProxmoxWebSocketOptions(), Token);
    }

    private static async Task<int> ReadAsync(ProxmoxWebSocketStream socket, byte[] buffer, bool sync) => sync ? socket.Read(buffer) : await socket.ReadAsync(buffer, Token);

    private static async Task WriteAsync(ProxmoxWebSocketStream socket, byte[] bytes, bool sync)
    {
        if (sync)
        {
            socket.Write(bytes);
        }
        else
        {
            await socket.WriteAsync(bytes, Token);
        }
    }

    private static async Task CloseAsync(ProxmoxWebSocketStream socket, bool sync)
    {
        if (sync)
        {
            socket.Dispose();
        }
        else
        {
            await socket.DisposeAsync();
        }
    }
}
