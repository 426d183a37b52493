using System.Net;
using System.Text;
using ProxSharp.Api;
using ProxSharp.WebSockets;

namespace ProxSharp.Consoles;

/// <summary>The first words on the websocket of a terminal: user and ticket, answered with OK and then the terminal's output.</summary>
internal static class TerminalLogin
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Logs in and sends the size.</summary>
    /// <returns>What the terminal has shown already.</returns>
    public static async Task<ReadOnlyMemory<byte>> RunAsync(
        ProxmoxWebSocketStream socket, TerminalTicket ticket, TimeProvider time, CancellationToken cancellationToken)
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
            await socket.WriteAsync(TerminalMessages.Resize(ticket.Columns, ticket.Rows), limit.Token).ConfigureAwait(false);
            return answer.AsMemory(2, length - 2);
        }
        catch (Exception exception) when (limit.IsCancellationRequested && exception is OperationCanceledException or ProxmoxConnectionException)
        {
            throw Ended(ticket, exception, limit.Token, cancellationToken);
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    public static ReadOnlyMemory<byte> Run(ProxmoxWebSocketStream socket, TerminalTicket ticket, TimeProvider time, CancellationToken cancellationToken)
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
            socket.Write(TerminalMessages.Resize(ticket.Columns, ticket.Rows));
            return answer.AsMemory(2, length - 2);
        }
        catch (Exception exception) when (limit.IsCancellationRequested
            && exception is OperationCanceledException or ProxmoxConnectionException or ObjectDisposedException)
        {
            throw Ended(ticket, exception, limit.Token, cancellationToken);
        }
    }

    private static Exception Ended(TerminalTicket ticket, Exception exception, CancellationToken limit, CancellationToken callers)
        => callers.IsCancellationRequested ? new OperationCanceledException(exception.Message, exception, callers)
            : limit.IsCancellationRequested
                ? new ProxmoxConnectionException(
                    $"Unable to open the terminal {ticket.Name}: the server opened the connection, but not the terminal within 20 s.", exception)
                : exception;

    private static void CheckAnswer(TerminalTicket ticket, ReadOnlySpan<byte> answer)
    {
        if (answer.StartsWith("OK"u8))
        {
            return;
        }

        string said = Encoding.UTF8.GetString(answer).ReplaceLineEndings(" ").Trim();
        string text = said.Length > 0 ? $"the server said '{said}' instead of OK" : "the server closed the connection instead of saying OK";
        throw new ProxmoxAuthenticationException(
            $"Unable to open the terminal {ticket.Name}: {text}. It does not accept the ticket of {ticket.User}; the log of the task tells why.")
        {
            StatusCode = HttpStatusCode.Unauthorized,
            Method = ApiMethod.Get,
            Path = ticket.Path,
            ServerMessage = said,
        };
    }
}
