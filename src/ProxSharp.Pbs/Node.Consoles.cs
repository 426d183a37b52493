using ProxSharp.Api;
using ProxSharp.Consoles;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Consoles;
using ProxSharp.Pbs.Http;
using ProxSharp.WebSockets;

namespace ProxSharp.Pbs;

/// <content>The console of the machine.</content>
public sealed partial class Node
{
    private static readonly ApiOperation s_webSocket = new(ApiMethod.Get, "/nodes/{node}/vncwebsocket");

    // The session sends its own messages once it has logged in.
    private static readonly ProxmoxWebSocketOptions s_terminal = new()
    {
        KeepAliveInterval = Timeout.InfiniteTimeSpan,
        KeepAliveMessage = TerminalMessages.KeepAlive,
    };

    /// <summary>Opens a terminal of the machine.</summary>
    /// <param name="options">How it is opened; null for a login in a terminal of 80 by 24 characters.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="ProxmoxPermissionException">
    /// The caller may not. Servers want a user of the realm <c>pam</c> with a password, not an API token.
    /// </exception>
    /// <exception cref="ProxmoxAuthenticationException">The console does not take the ticket.</exception>
    /// <exception cref="ProxmoxConnectionException">The server opened the connection, but not the terminal within 20 s.</exception>
    /// <remarks>
    /// <c>POST /nodes/{node}/termproxy</c> and <c>GET /nodes/{node}/vncwebsocket</c>. Needs <c>Sys.Console</c> on <c>/system</c>. Starts a task that lives as
    /// long as the session.
    /// </remarks>
    public async Task<TerminalSession> OpenTerminalAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TerminalOptions();
        ConsoleTicket ticket = await CreateTerminalTicketAsync(options, cancellationToken).ConfigureAwait(false);
        ProxmoxWebSocketStream socket = await Client.OpenWebSocketAsync(s_webSocket, SocketTarget(ticket), s_terminal, cancellationToken).ConfigureAwait(false);
        try
        {
            ReadOnlyMemory<byte> early = await TerminalLogin.RunAsync(
                socket, ticket.ForTerminal(options, s_webSocket.Path), Client.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            socket.KeepAliveInterval = options.KeepAliveInterval;
            return new TerminalSession(ticket, socket, early);
        }
        catch
        {
            await socket.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc cref="OpenTerminalAsync"/>
    public TerminalSession OpenTerminal(TerminalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TerminalOptions();
        ConsoleTicket ticket = CreateTerminalTicket(options, cancellationToken);
        ProxmoxWebSocketStream socket = Client.OpenWebSocket(s_webSocket, SocketTarget(ticket), s_terminal, cancellationToken);
        try
        {
            ReadOnlyMemory<byte> early = TerminalLogin.Run(
                socket, ticket.ForTerminal(options, s_webSocket.Path), Client.Options.TimeProvider, cancellationToken);
            socket.KeepAliveInterval = options.KeepAliveInterval;
            return new TerminalSession(ticket, socket, early);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Gets a ticket for a terminal, for a program that connects itself, such as a browser.</summary>
    /// <param name="options">What is opened; size and keep-alive are for the one who connects.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks>
    /// <c>POST /nodes/{node}/termproxy</c>. Needs <c>Sys.Console</c> on <c>/system</c>. Starts a task that waits some seconds for the connection.
    /// </remarks>
    public async Task<ConsoleTicket> CreateTerminalTicketAsync(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Ticket(await Client.Api.Nodes.CreateTermProxyAsync(Name.Value, TerminalRequest(options), cancellationToken: cancellationToken)
            .DataAsync().ConfigureAwait(false));

    /// <inheritdoc cref="CreateTerminalTicketAsync"/>
    public ConsoleTicket CreateTerminalTicket(TerminalOptions? options = null, CancellationToken cancellationToken = default) =>
        Ticket(Client.Api.Nodes.CreateTermProxy(Name.Value, TerminalRequest(options), cancellationToken: cancellationToken).Data);

    private static NodesCreateTermProxyRequest? TerminalRequest(TerminalOptions? options) =>
        options?.Command is { } command ? new() { Cmd = command } : null;

    private ConsoleTicket Ticket(NodesCreateTermProxyResult answer) => Upid.TryParse(answer.Upid, out Upid upid)
        ? new ConsoleTicket(Client.Tasks[upid]) { User = answer.User, Port = (int)answer.Port, Ticket = answer.Ticket }
        : throw new ProxmoxProtocolException("The server was to open a console and did not tell its task.");

    private ApiParameters SocketTarget(ConsoleTicket ticket)
    {
        ApiParameters parameters = new ApiParameters().WithPath("node", Name.Value);
        parameters.Add("port", (long)ticket.Port);
        parameters.Add("vncticket", ticket.Ticket);
        return parameters;
    }
}
