using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Authentication;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Consoles;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Pve.Tests.Consoles;

/// <summary>Terminals against the simulator's shell.</summary>
public sealed class TerminalTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "vm", "root@web-1:~# ")]
    [InlineData(false, "vm", "root@web-1:~# ")]
    [InlineData(true, "ct", "root@dns:~# ")]
    [InlineData(false, "ct", "root@dns:~# ")]
    [InlineData(true, "node", "demo@pve1:~$ ")]
    [InlineData(false, "node", "demo@pve1:~$ ")]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_OfAnything_IsAShellOfTheWantedSize(bool sync, string kind, string prompt)
    {
        await using TerminalSession terminal = await OpenAsync(cluster.Pve, kind, sync, new TerminalOptions { Columns = 120, Rows = 40 });
        Assert.EndsWith(prompt, await ReadUntilAsync(terminal, prompt, sync), StringComparison.Ordinal);
        await WriteAsync(terminal, "stty size\r", sync);
        Assert.Contains("\r\n40 120\r\n", await ReadUntilAsync(terminal, prompt, sync), StringComparison.Ordinal);

        await ResizeAsync(terminal, 100, 30, sync);
        await WriteAsync(terminal, "echo grüß dich\r", sync);
        Assert.EndsWith($"\r\ngrüß dich\r\n{prompt}", await ReadUntilAsync(terminal, $"\r\ngrüß dich\r\n{prompt}", sync), StringComparison.Ordinal);
        SimulatedConsole console = cluster.Simulator.Consoles[^1];
        Assert.Equal((100, 30, true), (console.Columns, console.Rows, console.IsOpen));

        await WriteAsync(terminal, "exit\r", sync);
        Assert.EndsWith("logout\r\n", await ReadToEndAsync(terminal, sync), StringComparison.Ordinal);
        await terminal.Task.WaitForCompletionAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_MoreThanOneMessageHolds_ArrivesWhole(bool sync)
    {
        await using TerminalSession terminal = await OpenAsync(cluster.Pve, "ct", sync, null);
        string text = string.Concat(Enumerable.Repeat("0123456789", 350));
        await WriteAsync(terminal, $"echo {text}\r", sync);
        string expected = $"\r\n{text}\r\nroot@dns:~# ";
        Assert.EndsWith(expected, await ReadUntilAsync(terminal, expected, sync), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_TimePasses_KeepsItselfAlive(bool sync)
    {
        FakeTimeProvider time = new();
        await using PveClient pve = new(cluster.Options with { TimeProvider = time });
        await using TerminalSession terminal = await OpenAsync(pve, "vm", sync, null);
        await ReadUntilAsync(terminal, "# ", sync);
        time.Advance(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(29));
        await WriteAsync(terminal, "x", sync);
        await ReadUntilAsync(terminal, "x", sync);
        Assert.Equal((1, "x"), (cluster.Simulator.Consoles[^1].KeepAlives, cluster.Simulator.Consoles[^1].Typed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "17")]
    public async Task OpenTerminal_WithATicketLogin_Works(bool sync)
    {
        await using PveClient pve = new(cluster.Options with { Credentials = ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword) });
        await using TerminalSession terminal = await OpenAsync(pve, "node", sync, null);
        Assert.EndsWith("demo@pve1:~$ ", await ReadUntilAsync(terminal, "$ ", sync), StringComparison.Ordinal);
        Assert.Equal(DefaultCluster.DemoUser, cluster.Simulator.Consoles[^1].User);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_GuestThatIsOff_SaysSoAndEnds(bool sync)
    {
        await using TerminalSession terminal = sync ? cluster.Pve.Nodes["pve1"].Vms[106].OpenTerminal(null, Token) : await cluster.Pve.Nodes["pve1"].Vms[106].OpenTerminalAsync(null, Token);
        Assert.Contains("106 not running", await ReadToEndAsync(terminal, sync), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_OptionsOfAnotherKind_AreRefusedBeforeSending(bool sync)
    {
        TerminalOptions command = new() { Command = ConsoleCommand.Upgrade };
        TerminalOptions serial = new() { SerialPort = QemuSerial.Serial0 };
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(cluster.Pve, "vm", sync, command));
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(cluster.Pve, "ct", sync, command));
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(cluster.Pve, "ct", sync, serial));
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(cluster.Pve, "node", sync, serial));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateTicket_OfEachKind_HoldsWhatABrowserNeedsAndShowsNoSecret(bool sync)
    {
        Vm vm = cluster.Pve.Nodes["pve1"].Vms[100];
        ConsoleTicket terminal = sync ? vm.CreateTerminalTicket(null, Token) : await vm.CreateTerminalTicketAsync(null, Token);
        ConsoleTicket screen = sync ? vm.CreateVncTicket(Token) : await vm.CreateVncTicketAsync(Token);
        Assert.Equal((DefaultCluster.TokenId, "", ""), (terminal.User, terminal.Password, terminal.Certificate));
        Assert.StartsWith("PVEVNC:", terminal.Ticket, StringComparison.Ordinal);
        Assert.Equal(screen.Ticket[..8], screen.Password);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", screen.Certificate, StringComparison.Ordinal);
        Assert.InRange(screen.Port, 5900, 5999);
        Assert.NotEqual(terminal.Port, screen.Port);
        Assert.DoesNotContain("PVEVNC", screen.ToString(), StringComparison.Ordinal);
    }

    private static async Task<TerminalSession> OpenAsync(PveClient pve, string kind, bool sync, TerminalOptions? options)
    {
        Node node = pve.Nodes["pve1"];
        return kind switch
        {
            "vm" => sync ? node.Vms[100].OpenTerminal(options, Token) : await node.Vms[100].OpenTerminalAsync(options, Token),
            "ct" => sync ? node.Containers[200].OpenTerminal(options, Token) : await node.Containers[200].OpenTerminalAsync(options, Token),
            _ => sync ? node.OpenTerminal(options, Token) : await node.OpenTerminalAsync(options, Token),
        };
    }

    private static async Task WriteAsync(TerminalSession terminal, string keys, bool sync)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(keys);
        if (sync)
        {
            terminal.Write(bytes);
        }
        else
        {
            await terminal.WriteAsync(bytes, Token);
        }
    }

    private static async Task ResizeAsync(TerminalSession terminal, int columns, int rows, bool sync)
    {
        if (sync)
        {
            terminal.Resize(columns, rows);
        }
        else
        {
            await terminal.ResizeAsync(columns, rows, Token);
        }
    }

    private static Task<string> ReadUntilAsync(TerminalSession terminal, string end, bool sync) => ReadAsync(terminal, end, sync);

    private static Task<string> ReadToEndAsync(TerminalSession terminal, bool sync) => ReadAsync(terminal, null, sync);

    private static async Task<string> ReadAsync(TerminalSession terminal, string? end, bool sync)
    {
        List<byte> seen = [];
        byte[] buffer = new byte[100];
        while (end is null || !Encoding.UTF8.GetString([.. seen]).EndsWith(end, StringComparison.Ordinal))
        {
            int count = sync ? terminal.Read(buffer) : await terminal.ReadAsync(buffer, Token);
            if (count == 0)
            {
                Assert.True(end is null, $"The terminal ended after '{Encoding.UTF8.GetString([.. seen])}'.");
                break;
            }

            seen.AddRange(buffer[..count]);
        }

        return Encoding.UTF8.GetString([.. seen]);
    }
}
