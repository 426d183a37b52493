using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>Console tickets, and what is spoken on the websockets behind them.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    private const string TokenHeader = $"PVEAPIToken={DefaultCluster.TokenId}={DefaultCluster.TokenSecret}";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PveSimulator _simulator = null!;
    private TestClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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

    [Theory]
    [InlineData("/nodes/pve1/qemu/100", "termproxy", "root@web-1:~# ")]
    [InlineData("/nodes/pve1/lxc/200", "termproxy", "root@dns:~# ")]
    [InlineData("/nodes/pve1", "termproxy", "demo@pve1:~$ ")]
    public async Task Terminal_OfAnObject_ShowsAShellThatEchoesAndExecutes(string path, string proxy, string prompt)
    {
        JsonNode console = (await _client.PostAsync($"{path}/{proxy}")).Data!;
        using ClientWebSocket socket = await ConnectAsync(path, console);

        await SendAsync(socket, $"{console["user"]}:{console["ticket"]}\n");
        string greeting = await ReadUntilAsync(socket, prompt);
        Assert.StartsWith("OK", greeting, StringComparison.Ordinal);
        await SendAsync(socket, "0:8:echo hi\r1:132:50:2");
        Assert.Equal($"echo hi\r\nhi\r\n{prompt}", await ReadUntilAsync(socket, prompt));
        await SendAsync(socket, "0:10:stty size\r");
        Assert.Equal($"stty size\r\n50 132\r\n{prompt}", await ReadUntilAsync(socket, prompt));
        SimulatedConsole seen = Assert.Single(_simulator.Consoles);
        Assert.Equal((ConsoleKind.Terminal, true, 132, 50, 1, "echo hi\rstty size\r"), (seen.Kind, seen.IsOpen, seen.Columns, seen.Rows, seen.KeepAlives, seen.Typed));
        await SendAsync(socket, "0:5:exit\r");

        Assert.Equal("exit\r\nlogout\r\n", await ReadToEndAsync(socket));
        Assert.Equal("OK", await ExitStatusAsync(console["upid"]!.GetValue<string>()));
        Assert.False(seen.IsOpen);
    }

    [Fact]
    public async Task Terminal_WithBytesInSmallPieces_UnderstandsThem()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/termproxy")).Data!;
        using ClientWebSocket socket = await ConnectAsync("/nodes/pve1/qemu/100", console);
        foreach (char letter in $"{console["user"]}:{console["ticket"]}\n0:10:echo x\u007fyz\r")
        {
            await SendAsync(socket, letter.ToString());
        }

        Assert.EndsWith("echo x\b \byz\r\nyz\r\nroot@web-1:~# ", await ReadUntilAsync(socket, "\nyz\r\nroot@web-1:~# "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_WithAWrongTicketInTheFirstLine_IsBrokenOff()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/termproxy")).Data!;
        using ClientWebSocket socket = await ConnectAsync("/nodes/pve1/qemu/100", console);

        await SendAsync(socket, $"root@pam:{console["ticket"]}\n");

        Assert.Equal("", await ReadToEndAsync(socket));
        Assert.Equal("client connection: authentication failure", await ExitStatusAsync(console["upid"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("/nodes/pve3/qemu/105", "VM 105 not running")]
    [InlineData("/nodes/pve2/lxc/203", "Error: container '203' not running!")]
    public async Task Terminal_OfAStoppedGuest_SaysSoAndEnds(string path, string text)
    {
        JsonNode console = (await _client.PostAsync($"{path}/termproxy")).Data!;
        using ClientWebSocket socket = await ConnectAsync(path, console);
        await SendAsync(socket, $"{console["user"]}:{console["ticket"]}\n");

        Assert.Equal($"OK{text}\r\n", await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task Terminal_WhoseTaskIsStopped_Breaks()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/termproxy")).Data!;
        using ClientWebSocket socket = await ConnectAsync("/nodes/pve1/qemu/100", console);
        await SendAsync(socket, $"{console["user"]}:{console["ticket"]}\n");
        await ReadUntilAsync(socket, "# ");

        Assert.Equal(200, (await _client.DeleteAsync($"/nodes/pve1/tasks/{Uri.EscapeDataString(console["upid"]!.GetValue<string>())}")).Status);

        Assert.Equal("", await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task Vnc_WithThePassword_ReachesTheScreen()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/vncproxy", ("websocket", "1"))).Data!;
        string password = console["password"]!.GetValue<string>();
        Assert.StartsWith($"{password}:PVEVNC:", console["ticket"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("5900", _simulator.CertificatePem), (console["port"]!.GetValue<string>(), console["cert"]!.GetValue<string>()));
        using ClientWebSocket socket = await ConnectAsync("/nodes/pve1/qemu/100", console);

        Assert.Equal("RFB 003.008\n"u8.ToArray(), await ReadAsync(socket, 12));
        await SendAsync(socket, "RFB 003.008\n");
        Assert.Equal([1, 2], await ReadAsync(socket, 2));
        await SendAsync(socket, "\u0002");
        await socket.SendAsync(VncProtocol.Encrypt(await ReadAsync(socket, 16), password), WebSocketMessageType.Binary, true, Token);
        Assert.Equal([0, 0, 0, 0], await ReadAsync(socket, 4));
        await SendAsync(socket, "\u0001");
        byte[] screen = await ReadAsync(socket, 24 + "QEMU (web-1)".Length);
        Assert.Equal("QEMU (web-1)", Encoding.UTF8.GetString(screen[24..]));
    }

    [Fact]
    public async Task Vnc_WithAWrongPassword_IsRefused()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/vncshell", ("websocket", "1"))).Data!;
        using ClientWebSocket socket = await ConnectAsync("/nodes/pve1", console);
        await ReadAsync(socket, 12);
        await SendAsync(socket, "RFB 003.008\n\u0002");
        byte[] challenge = (await ReadAsync(socket, 18))[2..];

        await socket.SendAsync(VncProtocol.Encrypt(challenge, "wrong"), WebSocketMessageType.Binary, true, Token);

        Assert.Equal("\0\0\0\u0001\0\0\0\u0015Authentication failed", await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task Ticket_OfAnotherObjectUserPortOrTime_IsRefused()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/vncproxy", ("websocket", "1"))).Data!;
        string query = $"?port=5900&vncticket={Uri.EscapeDataString(console["ticket"]!.GetValue<string>())}";
        TestReply good = await _client.GetAsync($"/nodes/pve1/qemu/100/vncwebsocket{query}");
        Assert.Equal((200, "5900"), (good.Status, good.Data!["port"]!.GetValue<string>()));
        using TestClient root = await TestClient.LoginAsync(_simulator);

        TestReply[] refused =
        [
            await _client.GetAsync($"/nodes/pve1/qemu/102/vncwebsocket{query}"),
            await root.GetAsync($"/nodes/pve1/qemu/100/vncwebsocket{query}"),
            await _client.GetAsync($"/nodes/pve1/qemu/100/vncwebsocket{query.Replace("5900", "5901", StringComparison.Ordinal)}"),
        ];
        _time.Advance(TimeSpan.FromSeconds(40));
        refused = [.. refused, await _client.GetAsync($"/nodes/pve1/qemu/100/vncwebsocket{query}")];

        Assert.All(refused, static reply => Assert.Equal((401, "permission denied - invalid PVEVNC ticket"), (reply.Status, reply.Reason)));
        Assert.Equal("connection timed out", await ExitStatusAsync(console["upid"]!.GetValue<string>()));
    }

    [Fact]
    public async Task VncTicket_OfAConsole_IsConfirmedForItsPrivileges()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/termproxy")).Data!;
        (string, string)[] fields = [("authid", DefaultCluster.TokenId), ("vncticket", console["ticket"]!.GetValue<string>()), ("path", "/vms/100"), ("privs", "VM.Console")];
        using TestClient anonymous = new(_simulator.Endpoint);

        Assert.Equal(200, (await anonymous.PostAsync("/access/vncticket", fields)).Status);
        Assert.Equal((401, "authentication failure"), Status(await anonymous.PostAsync("/access/vncticket", [.. fields[..2], ("path", "/vms/101"), fields[3]])));
    }

    [Fact]
    public async Task Upgrade_WithAnOldVersion_IsRefusedAsOnTheServer()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/vncproxy", ("websocket", "1"))).Data!;
        await using RawConnection raw = await RawConnection.OpenAsync(_simulator.Endpoint);

        string answer = await raw.SendAsync(Upgrade(console, "8"));

        Assert.StartsWith("HTTP/1.1 500 unsupported websocket-version '8'\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nunsupported websocket-version '8'\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_OfTheServer_HasOnlyTheHeadersOfAWebsocket()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/vncproxy", ("websocket", "1"))).Data!;
        await using RawConnection raw = await RawConnection.OpenAsync(_simulator.Endpoint);

        string answer = await raw.SendAsync(Upgrade(console, "13"));

        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
            + "Sec-WebSocket-Accept: Ca0JEHWvFIFow6HPY4llIItpECk=\r\nSec-WebSocket-Protocol: binary\r\n\r\n",
            answer);
    }

    [Theory]
    [InlineData("\u0002\u0081\0\0\0\0x")]
    [InlineData("\u00c2\u0081\0\0\0\0x")]
    [InlineData("\u0082\u0001x")]
    [InlineData("\u0083\u0081\0\0\0\0x")]
    [InlineData("\u0082\u00ff\0\0\0\0\0\u0002\0\u0001\0\0\0\0")]
    [InlineData("\u0088\u0080\0\0\0\0")]
    public async Task Frame_ThatIsAgainstTheRulesOrCloses_EndsTheConnectionWithoutAnAnswer(string frame)
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/termproxy")).Data!;
        await using RawConnection raw = await RawConnection.OpenAsync(_simulator.Endpoint);
        await raw.SendAsync(Upgrade(console, "13").Replace("/qemu/100", "", StringComparison.Ordinal));

        await raw.WriteAsync(frame);

        Assert.True(await raw.IsClosedAsync());
    }

    [Fact]
    public async Task Websocket_ToAPortNobodyListensOn_IsDropped()
    {
        JsonNode console = (await _client.PostAsync("/nodes/pve1/qemu/100/vncproxy", ("websocket", "1"))).Data!;
        _time.Advance(TimeSpan.FromSeconds(11));
        await using RawConnection raw = await RawConnection.OpenAsync(_simulator.Endpoint);

        Assert.Equal("", await AnswerOrNothingAsync(raw, Upgrade(console, "13")));
    }

    [Fact]
    public async Task Spice_WithoutAQxlDisplay_HasNoPort()
    {
        Assert.Equal((500, "no spice port"), Status(await _client.PostAsync("/nodes/pve1/qemu/100/spiceproxy")));
        Assert.Equal((500, "VM 106 not running"), Status(await _client.PostAsync("/nodes/pve1/qemu/106/spiceproxy")));
        await _client.PutAsync("/nodes/pve1/qemu/106/config", ("vga", "qxl"));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/status/start")));

        _client.Format = "spiceconfig";
        TestReply file = await _client.PostAsync("/nodes/pve1/qemu/106/spiceproxy");

        Assert.Equal("application/x-virt-viewer; charset=UTF-8", file.ContentType);
        Assert.Matches("(?m)^host=pvespiceproxy:[0-9a-f]{8}:106:pve1:61000::[0-9a-f]{40}$", file.Text);
        Assert.Contains("\ntitle=VM 106 - staging\n", file.Text, StringComparison.Ordinal);
        Assert.Contains("\nca=-----BEGIN CERTIFICATE-----\\n", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeConsole_WithAnUpgradeCommand_IsForRootOnly()
    {
        Assert.Equal((403, "Permission check failed (user != root@pam)"), Status(await _client.PostAsync("/nodes/pve1/termproxy", ("cmd", "upgrade"))));
        using TestClient root = await TestClient.LoginAsync(_simulator);
        Assert.Equal(200, (await root.PostAsync("/nodes/pve1/termproxy", ("cmd", "upgrade"))).Status);
    }

    private static (int Status, string Reason) Status(TestReply reply) => (reply.Status, reply.Reason);

    private static string Upgrade(JsonNode console, string version) =>
        $"GET /api2/json/nodes/pve1/qemu/100/vncwebsocket?port={console["port"]}&vncticket={Uri.EscapeDataString(console["ticket"]!.GetValue<string>())} HTTP/1.1\r\nHost: x\r\n"
        + $"Authorization: {TokenHeader}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: {version}\r\nSec-WebSocket-Protocol: binary\r\n"
        + "Sec-WebSocket-Key: zLekzPKvYSsnHV4FWHQZlA==\r\n\r\n";

    private static async Task<string> AnswerOrNothingAsync(RawConnection raw, string request)
    {
        await raw.WriteAsync(request);
        return await raw.IsClosedAsync() ? "" : "an answer";
    }

    private async Task<ClientWebSocket> ConnectAsync(string path, JsonNode console)
    {
        ClientWebSocket socket = new();
        socket.Options.AddSubProtocol("binary");
        socket.Options.SetRequestHeader("Authorization", TokenHeader);
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        string query = $"port={console["port"]}&vncticket={Uri.EscapeDataString(console["ticket"]!.GetValue<string>())}";
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{_simulator.Endpoint.Port}/api2/json{path}/vncwebsocket?{query}"), Token);
        Assert.Equal("binary", socket.SubProtocol);
        return socket;
    }

    private async Task<string> ExitStatusAsync(string upid) =>
        (await _client.GetAsync($"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}/status")).Data!["exitstatus"]!.GetValue<string>();

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Binary, true, Token);

    private static async Task<byte[]> ReadAsync(ClientWebSocket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            read += (await socket.ReceiveAsync(bytes.AsMemory(read), Token)).Count;
        }

        return bytes;
    }

    private static async Task<string> ReadUntilAsync(ClientWebSocket socket, string end)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, Token)).Count));
        }

        return text.ToString();
    }

    private static async Task<string> ReadToEndAsync(ClientWebSocket socket)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, Token)).Count));
            }
        }
        catch (WebSocketException)
        {
            // The server never sends a close frame.
            return text.ToString();
        }
    }
}
