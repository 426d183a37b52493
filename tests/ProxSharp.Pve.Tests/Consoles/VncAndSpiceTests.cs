using System.Text;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Consoles;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Consoles;

/// <summary>Screens against the simulator, and what a SPICE viewer is given.</summary>
public sealed class VncAndSpiceTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "vm")]
    [InlineData(false, "vm")]
    [InlineData(true, "ct")]
    [InlineData(false, "ct")]
    [InlineData(true, "node")]
    [InlineData(false, "node")]
    public async Task OpenVnc_OfAnything_SpeaksRfb(bool sync, string kind)
    {
        Node node = cluster.Pve.Nodes["pve1"];
        VncOptions options = new() { Width = 800, Height = 600 };
        await using VncSession screen = kind switch
        {
            "vm" => sync ? node.Vms[100].OpenVnc(Token) : await node.Vms[100].OpenVncAsync(Token),
            "ct" => sync ? node.Containers[200].OpenVnc(options, Token) : await node.Containers[200].OpenVncAsync(options, Token),
            _ => sync ? node.OpenVnc(options, Token) : await node.OpenVncAsync(options, Token),
        };
        byte[] greeting = new byte[12];
        if (sync)
        {
            screen.ReadExactly(greeting);
            screen.Write(greeting);
            screen.ReadExactly(greeting.AsSpan(0, 2));
        }
        else
        {
            await screen.ReadExactlyAsync(greeting, Token);
            await screen.WriteAsync(greeting, Token);
            await screen.ReadExactlyAsync(greeting.AsMemory(0, 2), Token);
        }

        Assert.Equal((1, 2), (greeting[0], greeting[1]));
        Assert.Equal("B 003.008\n", Encoding.ASCII.GetString(greeting[2..]));
        Assert.Equal(8, screen.Password.Length);
        Assert.InRange(screen.Port, 5900, 5999);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetSpice_OfANodesShell_MakesAViewersFile(bool sync)
    {
        Node node = cluster.Pve.Nodes["pve1"];
        SpiceOptions options = new() { Proxy = "cluster.example.org" };
        SpiceConnection spice = sync ? node.GetSpice(options, Token) : await node.GetSpiceAsync(options, Token);
        Assert.Equal("http://cluster.example.org:3128", spice.Proxy);
        string[] lines = spice.ToVvFile().Split('\n');
        Assert.Equal("[virt-viewer]", lines[0]);
        Assert.Equal("", lines[^1]);
        Assert.All(lines[1..^1], static line => Assert.Matches("^[a-z-]+=.+$", line));
        Assert.Contains($"password={spice.Password}", lines);
        Assert.Contains("delete-this-file=1", lines);
        Assert.Contains("type=spice", lines);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----\n", spice.CertificateAuthority, StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.StartsWith("ca=-----BEGIN CERTIFICATE-----\\n", StringComparison.Ordinal));
        Assert.DoesNotContain(spice.Password, spice.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetSpice_OfAMachineWithoutQxl_IsRefused(bool sync)
    {
        Vm vm = cluster.Pve.Nodes["pve1"].Vms[100];
        ProxmoxApiException exception = await Assert.ThrowsAsync<ProxmoxApiException>(async () => _ = sync ? vm.GetSpice(null, Token) : await vm.GetSpiceAsync(null, Token));
        Assert.Equal("no spice port", exception.ServerMessage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetSpice_MembersNobodyKnows_GoIntoTheFileOnOneLine(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data(
            """{"type":"spice","host":"h","proxy":"http://p:3128","tls-port":"61000","password":"pw","ca":"A\nB","zz-new":7,"release-cursor":"Ctrl+Alt+R"}"""));
        SpiceConnection spice = sync ? stub.Container.GetSpice(null, Token) : await stub.Container.GetSpiceAsync(null, Token);
        Assert.Equal("[virt-viewer]\ntype=spice\nhost=h\nproxy=http://p:3128\ntls-port=61000\nca=A\\nB\npassword=pw\nrelease-cursor=Ctrl+Alt+R\nzz-new=7\n", spice.ToVvFile());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateVncTicket_OldServerWithoutPassword_TakesItFromTheTicket(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data(
            """{"user":"root@pam","port":"5901","cert":"C","upid":"UPID:pve1:0000345C:00047D80:6B0358E9:vncproxy:100:root@pam:","ticket":"PVEVNC:6B0358E9::sig"}"""));
        ConsoleTicket ticket = sync ? stub.Vm.CreateVncTicket(Token) : await stub.Vm.CreateVncTicketAsync(Token);
        Assert.Equal(("PVEVNC:6", 5901), (ticket.Password, ticket.Port));
        StubCall call = Assert.Single(stub.Handler.Calls);
        Assert.Equal("websocket=1", call.BodyText);
    }
}
