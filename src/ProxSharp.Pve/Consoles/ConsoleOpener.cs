using ProxSharp.Consoles;
using ProxSharp.Ids;
using ProxSharp.WebSockets;

namespace ProxSharp.Pve.Consoles;

/// <summary>Opens consoles: gets a ticket, connects with it, and says what to do where a server refuses.</summary>
internal static class ConsoleOpener
{
    private const string Advice = "This server refuses API tokens for consoles: log in with a user name and password "
        + "(ProxmoxCredentials.Password) or a ticket to open one.";

    // The session sends its own messages once it has logged in.
    private static readonly ProxmoxWebSocketOptions s_terminal = new()
    {
        KeepAliveInterval = Timeout.InfiniteTimeSpan,
        KeepAliveMessage = TerminalMessages.KeepAlive,
    };
    private static readonly ProxmoxWebSocketOptions s_screen = new();
    private static readonly VncOptions s_plainScreen = new();

    /// <summary>Opens a terminal.</summary>
    public static Task<TerminalSession> TerminalAsync(ConsoleHost host, TerminalOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TerminalOptions();
        return OpenAsync(
            host,
            token => host.TerminalAsync(options, token),
            s_terminal,
            async (socket, ticket, token) =>
            {
                ReadOnlyMemory<byte> early = await TerminalLogin.RunAsync(socket, ticket.ForTerminal(options), host.Client.Options.TimeProvider, token)
                    .ConfigureAwait(false);
                socket.KeepAliveInterval = options.KeepAliveInterval;
                return new TerminalSession(ticket, socket, early);
            },
            cancellationToken);
    }

    /// <inheritdoc cref="TerminalAsync"/>
    public static TerminalSession Terminal(ConsoleHost host, TerminalOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TerminalOptions();
        return Open(
            host,
            token => host.Terminal(options, token),
            s_terminal,
            (socket, ticket, token) =>
            {
                ReadOnlyMemory<byte> early = TerminalLogin.Run(socket, ticket.ForTerminal(options), host.Client.Options.TimeProvider, token);
                socket.KeepAliveInterval = options.KeepAliveInterval;
                return new TerminalSession(ticket, socket, early);
            },
            cancellationToken);
    }

    /// <summary>Opens a screen.</summary>
    public static Task<VncSession> VncAsync(ConsoleHost host, VncOptions? options, CancellationToken cancellationToken)
        => OpenAsync(
            host,
            token => host.VncAsync(options ?? s_plainScreen, token),
            s_screen,
            static (socket, ticket, _) => Task.FromResult(new VncSession(ticket, socket)),
            cancellationToken);

    /// <inheritdoc cref="VncAsync"/>
    public static VncSession Vnc(ConsoleHost host, VncOptions? options, CancellationToken cancellationToken)
        => Open(host, token => host.Vnc(options ?? s_plainScreen, token), s_screen, static (socket, ticket, _) => new VncSession(ticket, socket),
            cancellationToken);

    private static async Task<TSession> OpenAsync<TSession>(
        ConsoleHost host,
        Func<CancellationToken, Task<ConsoleTicket>> getTicket,
        ProxmoxWebSocketOptions options,
        Func<ProxmoxWebSocketStream, ConsoleTicket, CancellationToken, Task<TSession>> start,
        CancellationToken cancellationToken)
    {
        for (bool mayRepeat = true; ; mayRepeat = false)
        {
            ProxmoxEndpoint? issuer = null;
            ProxmoxWebSocketStream? socket = null;
            try
            {
                ConsoleTicket ticket = await getTicket(cancellationToken).ConfigureAwait(false);
                issuer = host.Client.CurrentEndpoint;
                socket = await host.Client.OpenWebSocketAsync(ticket.Operation, ticket.Parameters(), options, cancellationToken).ConfigureAwait(false);
                return await start(socket, ticket, cancellationToken).ConfigureAwait(false);
            }
            catch (ProxmoxException) when (mayRepeat && HasMoved(host, issuer))
            {
                await DisposeAsync(socket).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                await DisposeAsync(socket).ConfigureAwait(false);
                if (Explain(host, exception, issuer is not null) is { } explained)
                {
                    throw explained;
                }

                throw;
            }
        }
    }

    private static TSession Open<TSession>(
        ConsoleHost host,
        Func<CancellationToken, ConsoleTicket> getTicket,
        ProxmoxWebSocketOptions options,
        Func<ProxmoxWebSocketStream, ConsoleTicket, CancellationToken, TSession> start,
        CancellationToken cancellationToken)
    {
        for (bool mayRepeat = true; ; mayRepeat = false)
        {
            ProxmoxEndpoint? issuer = null;
            ProxmoxWebSocketStream? socket = null;
            try
            {
                ConsoleTicket ticket = getTicket(cancellationToken);
                issuer = host.Client.CurrentEndpoint;
                socket = host.Client.OpenWebSocket(ticket.Operation, ticket.Parameters(), options, cancellationToken);
                return start(socket, ticket, cancellationToken);
            }
            catch (ProxmoxException) when (mayRepeat && HasMoved(host, issuer))
            {
                socket?.Dispose();
            }
            catch (Exception exception)
            {
                socket?.Dispose();
                if (Explain(host, exception, issuer is not null) is { } explained)
                {
                    throw explained;
                }

                throw;
            }
        }
    }

    private static ValueTask DisposeAsync(ProxmoxWebSocketStream? socket) => socket?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Proxmox: the console waits on the server that gave the ticket. If the client has gone on to another one since, a new ticket is needed.
    private static bool HasMoved(ConsoleHost host, ProxmoxEndpoint? issuer) => issuer is not null && !ReferenceEquals(issuer, host.Client.CurrentEndpoint);

    // With a ticket in hand the token itself is good: what is refused then is a token's ticket.
    private static ProxmoxAuthenticationException? Explain(ConsoleHost host, Exception exception, bool hasTicket)
    {
        bool isRefusal = (hasTicket && exception is ProxmoxAuthenticationException)
            || (exception is ProxmoxPermissionException denied && denied.ServerMessage.Contains("need proper ticket", StringComparison.Ordinal));
        if (!isRefusal || !TokenId.TryParse(host.Client.Options.Credentials.User, out _))
        {
            return null;
        }

        ProxmoxApiException refusal = (ProxmoxApiException)exception;
        return new ProxmoxAuthenticationException($"{refusal.Message} {Advice}", refusal)
        {
            StatusCode = refusal.StatusCode,
            Method = refusal.Method,
            Path = refusal.Path,
            ServerMessage = refusal.ServerMessage,
            ParameterErrors = refusal.ParameterErrors,
        };
    }
}
