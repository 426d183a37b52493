using System.Text;
using ProxSharp.Authentication;
using ProxSharp.Pbs.Consoles;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tests;

/// <summary>The terminal of the server.</summary>
public sealed class ConsoleTests
{
    private const string Prompt = "root@pbs:~# ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_OfTheServer_IsAShellOfTheWantedSize(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        Node node = Root(server).Node;
        TerminalOptions options = new() { Columns = 120, Rows = 40 };
        await using TerminalSession terminal = sync ? node.OpenTerminal(options, Token) : await node.OpenTerminalAsync(options, Token);
        Assert.EndsWith(Prompt, await ReadUntilAsync(terminal, Prompt, sync), StringComparison.Ordinal);
        await WriteAsync(terminal, "stty size\r", sync);
        Assert.Contains("\r\n40 120\r\n", await ReadUntilAsync(terminal, Prompt, sync), StringComparison.Ordinal);

        await (sync ? Task.Run(() => terminal.Resize(100, 30), Token) : terminal.ResizeAsync(100, 30, Token));
        string text = string.Concat(Enumerable.Repeat("grüß", 500));
        await WriteAsync(terminal, $"echo {text}\r", sync);
        Assert.Contains($"\r\n{text}\r\n", await ReadUntilAsync(terminal, $"\r\n{text}\r\n{Prompt}", sync), StringComparison.Ordinal);
        SimulatedConsole console = server.Simulator.Consoles[^1];
        Assert.Equal((100, 30, true), (console.Columns, console.Rows, console.IsOpen));

        await WriteAsync(terminal, "exit\r", sync);
        Assert.EndsWith("logout\r\n", await ReadUntilAsync(terminal, "logout\r\n", sync), StringComparison.Ordinal);
        Assert.True((await terminal.Task.WaitForCompletionAsync(Token)).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_ClosedByTheCaller_EndsItsTask(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        Node node = Root(server).Node;
        TerminalSession terminal = sync ? node.OpenTerminal(cancellationToken: Token) : await node.OpenTerminalAsync(cancellationToken: Token);
        Assert.True((await terminal.Task.GetStatusAsync(Token)).IsRunning);
        await terminal.DisposeAsync();
        TaskResult ended = await terminal.Task.WaitForCompletionAsync(Token);
        Assert.Equal(TaskOutcome.Succeeded, ended.Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_WithAToken_IsRefused(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        await Assert.ThrowsAsync<ProxmoxPermissionException>(
            async () => await (sync ? server.Pbs.Node.OpenTerminal(cancellationToken: Token) : await server.Pbs.Node.OpenTerminalAsync(cancellationToken: Token)).DisposeAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateTerminalTicket_ForAnotherProgram_HasWhatItNeedsAndHidesTheSecret(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        Node node = Root(server).Node;
        ConsoleTicket ticket = sync ? node.CreateTerminalTicket(null, Token) : await node.CreateTerminalTicketAsync(null, Token);
        Assert.Equal("root@pam", ticket.User);
        Assert.InRange(ticket.Port, 5900, 5999);
        Assert.NotEmpty(ticket.Ticket);
        Assert.DoesNotContain(ticket.Ticket, ticket.ToString(), StringComparison.Ordinal);
        Assert.True((await ticket.Task.GetStatusAsync(Token)).IsRunning);
        await ticket.Task.StopAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenTerminal_ConnectionThatBreaksOnTheWay_IsTyped(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient root = Root(server);
        server.Simulator.Faults.When(static request => request.Path.EndsWith("vncwebsocket", StringComparison.Ordinal), Fault.DropBeforeExecution, times: 10);
        await Assert.ThrowsAsync<ProxmoxConnectionException>(
            async () => await (sync ? root.Node.OpenTerminal(cancellationToken: Token) : await root.Node.OpenTerminalAsync(cancellationToken: Token)).DisposeAsync());
    }

    [Fact]
    public async Task CreateTerminalTicket_AnswerWithoutATask_IsAProtocolError()
    {
        using StubPbs stub = new("""{"user":"root@pam","ticket":"t","port":5900}""");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.Pbs.Node.CreateTerminalTicketAsync(new() { Command = Api.ConsoleCommand.Login }, Token));
        Assert.Equal("POST /nodes/localhost/termproxy cmd=login", stub.LastCall);
    }

    private static PbsClient Root(SimulatedPbs server) => server.Connect(ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword));

    private static async Task WriteAsync(TerminalSession terminal, string text, bool sync)
    {
        byte[] keys = Encoding.UTF8.GetBytes(text);
        await (sync ? Task.Run(() => terminal.Write(keys), Token) : terminal.WriteAsync(keys, Token).AsTask());
    }

    private static async Task<string> ReadUntilAsync(TerminalSession terminal, string end, bool sync)
    {
        List<byte> seen = [];
        byte[] buffer = new byte[4096];
        while (!Encoding.UTF8.GetString([.. seen]).EndsWith(end, StringComparison.Ordinal))
        {
            int count = sync ? terminal.Read(buffer) : await terminal.ReadAsync(buffer, Token);
            if (count == 0)
            {
                break;
            }

            seen.AddRange(buffer[..count]);
        }

        return Encoding.UTF8.GetString([.. seen]);
    }
}
