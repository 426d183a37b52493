using System.Text;
using ProxSharp.Authentication;
using ProxSharp.Pve.Consoles;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.Consoles;

/// <summary>A console waits on the server that gave its ticket, and on no other one.</summary>
public sealed class ConsoleFailoverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenVnc_ServerFailsAfterTheTicket_GetsATicketOfTheNext(bool sync)
    {
        await using StubServer first = StubServer.Start(static request => request.Method == "POST" ? Ticket("first") : StubReply.Drop);
        await using StubServer second = StubServer.Start(static request => request switch
        {
            { Method: "POST" } => Ticket("second"),
            _ when request.Target.Contains("second", StringComparison.Ordinal) => StubReply.WebSocket(request, static async (stream, token) =>
                await stream.WriteAsync((byte[])[0x82, 0x02, .. "hi"u8], token)),
            _ => StubReply.Json("""{"data":null,"message":"nobody listens\n"}""", 500, "nobody listens", "Connection: close"),
        });
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [Endpoint(first), Endpoint(second)],
            Credentials = ProxmoxCredentials.ApiToken("ci@pve!t", "secret"),
            Trust = ServerTrust.Pin(first.Fingerprint),
            Retry = new ProxmoxRetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) },
        });
        Vm vm = pve.Nodes["pve1"].Vms[100];
        await using VncSession screen = sync ? vm.OpenVnc(Token) : await vm.OpenVncAsync(Token);
        byte[] greeting = new byte[2];
        await screen.ReadExactlyAsync(greeting, Token);
        Assert.Equal("hi", Encoding.ASCII.GetString(greeting));
        Assert.Equal(["GET", "POST", "GET"], second.Requests.Select(static request => request.Method));
    }

    private static ProxmoxEndpoint Endpoint(StubServer server) => ProxmoxEndpoint.Parse(server.Address.ToString(), ProxmoxProduct.VirtualEnvironment);

    private static StubReply Ticket(string text) => StubReply.Json(
        $$$"""{"data":{"user":"ci@pve!t","port":"5900","cert":"","upid":"UPID:pve1:0000345C:00047D80:6B0358E9:vncproxy:100:ci@pve!t:","ticket":"PVEVNC:6B0358E9::{{{text}}}"}}""");
}
