using System.Net;
using System.Text;
using ProxSharp.Api;
using ProxSharp.WebSockets;

namespace ProxSharp.Pve.Consoles;

/// <summary>The first words on the websocket of a terminal: user and ticket, answered with OK and then the terminal's output.</summary>
internal static class TerminalLogin
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Logs in and sends the size.</summary>
    public static async Task<TerminalSession> RunAsync(
        ProxmoxWebSocketStream socket, ConsoleTicket ticket, TerminalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(s_patience, time);
        using CancellationTokenRegistration link = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), limit);
        try
        {
            await socket.WriteAsync(TerminalMessages.Login(ticket), limit.Token).ConfigureAwait(false);
            byte[] answer = new byte[4096];
            int length = 0;
            while (length < 2 && await socket.ReadAsync(answer.AsMemory(length), limit.Token).ConfigureAwait(false) is int count and > 0)
            {
                length += count;
            }

            CheckAnswer(ticket, answer.AsSpan(0, length));
            TerminalSession session = new(ticket, socket, answer.AsMemory(2, length - 2));
            await session.ResizeAsync(options.Columns, options.Rows, limit.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception exception) when (limit.IsCancellationRequested && exception is OperationCanceledException or ProxmoxConnectionException)
        {
            throw Ended(ticket, exception, limit.Token, cancellationToken);
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    public static TerminalSession Run(
        ProxmoxWebSocketStream socket, ConsoleTicket ticket, TerminalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        // A synchronous read ends only when what it reads from is closed.
        using CancellationTokenSource limit = new(s_patience, time);
        using CancellationTokenRegistration link = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), limit);
        using CancellationTokenRegistration abort = limit.Token.UnsafeRegister(static state => ((ProxmoxWebSocketStream)state!).Dispose(), socket);
        try
        {
            socket.Write(TerminalMessages.Login(ticket));
            byte[] answer = new byte[4096];
            int length = 0;
            while (length < 2 && socket.Read(answer.AsSpan(length)) is int count and > 0)
            {
                length += count;
            }

            CheckAnswer(ticket, answer.AsSpan(0, length));
            TerminalSession session = new(ticket, socket, answer.AsMemory(2, length - 2));
            session.Resize(options.Columns, options.Rows);
            return session;
        }
        catch (Exception exception) when (limit.IsCancellationRequested
            && exception is OperationCanceledException or ProxmoxConnectionException or ObjectDisposedException)
        {
            throw Ended(ticket, exception, limit.Token, cancellationToken);
        }
    }

    private static Exception Ended(ConsoleTicket ticket, Exception exception, CancellationToken limit, CancellationToken callers)
        => callers.IsCancellationRequested ? new OperationCanceledException(exception.Message, exception, callers)
            : limit.IsCancellationRequested
                ? new ProxmoxConnectionException(
                    $"Unable to open the terminal {ticket}: the server opened the connection, but not the terminal within 20 s.", exception)
                : exception;

    private static void CheckAnswer(ConsoleTicket ticket, ReadOnlySpan<byte> answer)
    {
        if (answer.StartsWith("OK"u8))
        {
            return;
        }

        string said = Encoding.UTF8.GetString(answer).ReplaceLineEndings(" ").Trim();
        string text = said.Length > 0 ? $"the server said '{said}' instead of OK" : "the server closed the connection instead of saying OK";
        throw new ProxmoxAuthenticationException(
            $"Unable to open the terminal {ticket}: {text}. It does not accept the ticket of {ticket.User}; the log of the task tells why.")
        {
            StatusCode = HttpStatusCode.Unauthorized,
            Method = ApiMethod.Get,
            Path = ticket.Operation.Path,
            ServerMessage = said,
        };
    }
}
