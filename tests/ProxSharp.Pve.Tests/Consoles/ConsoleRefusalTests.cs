using ProxSharp.Authentication;
using ProxSharp.Pve.Consoles;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.Consoles;

/// <summary>What happens where a server does not let a client into a console.</summary>
public sealed class ConsoleRefusalTests
{
    private const string Ticket = """{"data":{"user":"ci@pve!t","port":"5900","upid":"UPID:pve1:0000345C:00047D80:6B0358E9:vncproxy:100:ci@pve!t:","ticket":"PVEVNC:6B0358E9::very-secret-signature"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_TicketCallRefusesTokens_NamesTheTicketLogin(bool sync)
    {
        await using StubServer server = StubServer.Start(static _ => StubReply.Json(
            """{"data":null,"message":"Permission check failed (URI '/x' not available with API token, need proper ticket.\n)\n"}""", 403, "Permission check failed", "Connection: close"));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => OpenAsync(server, sync));
        Assert.Contains("refuses API tokens for consoles: log in with a user name and password", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_WebSocketRefusesTheTicketOfAToken_NamesTheTicketLogin(bool sync)
    {
        await using StubServer server = StubServer.Start(static request => request.Method == "POST"
            ? StubReply.Json(Ticket)
            : StubReply.Json("""{"data":null,"message":"permission denied - invalid PVEVNC ticket\n"}""", 401, "permission denied - invalid PVEVNC ticket", "Connection: close"));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => OpenAsync(server, sync));
        Assert.Contains("refuses API tokens for consoles", exception.Message, StringComparison.Ordinal);
        Assert.Equal("permission denied - invalid PVEVNC ticket", exception.ServerMessage);
        Assert.DoesNotContain("very-secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "NO")]
    [InlineData(false, "NO")]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_ProxyDoesNotSayOk_NamesTheTicketLogin(bool sync, string said)
    {
        await using StubServer server = StubServer.Start(request => request.Method == "POST" ? StubReply.Json(Ticket) : StubReply.WebSocket(request, async (stream, token) =>
        {
            await stream.ReadAtLeastAsync(new byte[200], 20, cancellationToken: token);
            if (said.Length > 0)
            {
                await stream.WriteAsync((byte[])[0x82, (byte)said.Length, .. System.Text.Encoding.ASCII.GetBytes(said)], token);
            }
        }));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => OpenAsync(server, sync));
        Assert.Contains("refuses API tokens for consoles", exception.Message, StringComparison.Ordinal);
        Assert.Contains("UPID:pve1", exception.Message, StringComparison.Ordinal);
        Assert.Equal(said, exception.ServerMessage);
        Assert.DoesNotContain("very-secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_CancelledWhileTheProxyIsSilent_StopsAtOnce(bool sync)
    {
        using CancellationTokenSource cancel = new();
        await using StubServer server = StubServer.Start(request => request.Method == "POST" ? StubReply.Json(Ticket) : StubReply.WebSocket(request, async (stream, token) =>
        {
            await stream.ReadAtLeastAsync(new byte[200], 20, cancellationToken: token);
            await cancel.CancelAsync();
            await stream.ReadAtLeastAsync(new byte[4096], 4096, throwOnEndOfStream: false, token);
        }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OpenAsync(server, sync, cancel.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_WrongTokenSecret_IsNoMatterOfConsoles(bool sync)
    {
        await using StubServer server = StubServer.Start(static _ => StubReply.Http(401, "Authentication failed!", "", "Connection: close"));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => OpenAsync(server, sync));
        Assert.DoesNotContain("consoles", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<TerminalSession> OpenAsync(StubServer server, bool sync, CancellationToken? cancellationToken = null)
    {
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Address.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken("ci@pve!t", "secret"),
            Trust = ServerTrust.Pin(server.Fingerprint),
        });
        Vm vm = pve.Nodes["pve1"].Vms[100];
        return sync ? vm.OpenTerminal(null, cancellationToken ?? Token) : await vm.OpenTerminalAsync(null, cancellationToken ?? Token);
    }
}
