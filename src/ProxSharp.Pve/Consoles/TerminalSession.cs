using ProxSharp.Consoles;
using ProxSharp.WebSockets;

namespace ProxSharp.Pve.Consoles;

/// <summary>
/// An open terminal: what is written goes to it as keystrokes, what is read is its output with escape sequences, both usually UTF-8. The session
/// keeps itself alive.
/// </summary>
/// <example>
/// <code>
/// await using TerminalSession terminal = await vm.OpenTerminalAsync(new TerminalOptions { Columns = 120, Rows = 40 });
/// await terminal.WriteAsync("uptime\r"u8.ToArray());
/// int count = await terminal.ReadAsync(buffer);
/// </code>
/// </example>
public sealed class TerminalSession : ConsoleSession
{
    private ReadOnlyMemory<byte> _early;

    internal TerminalSession(ConsoleTicket ticket, ProxmoxWebSocketStream socket, ReadOnlyMemory<byte> early)
        : base(ticket, socket) => _early = early;

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override int Read(Span<byte> buffer) => _early.IsEmpty || buffer.IsEmpty ? base.Read(buffer) : TakeEarly(buffer);

    /// <inheritdoc/>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => _early.IsEmpty || buffer.IsEmpty ? base.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(TakeEarly(buffer.Span));

    /// <summary>Sends keystrokes.</summary>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override void Write(ReadOnlySpan<byte> buffer) => base.Write(TerminalMessages.Input(buffer));

    /// <summary>Sends keystrokes.</summary>
    /// <exception cref="ProxmoxConnectionException">The connection broke.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => base.WriteAsync(TerminalMessages.Input(buffer.Span), cancellationToken);

    /// <summary>Tells the terminal its new size.</summary>
    /// <param name="columns">The width in characters, 1 to 65535.</param>
    /// <param name="rows">The height in lines, 1 to 65535.</param>
    /// <param name="cancellationToken">Cancels the call, and ends the session.</param>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellationToken = default)
        => base.WriteAsync(TerminalMessages.Resize(columns, rows), cancellationToken).AsTask();

    /// <summary>Tells the terminal its new size.</summary>
    /// <param name="columns">The width in characters, 1 to 65535.</param>
    /// <param name="rows">The height in lines, 1 to 65535.</param>
    public void Resize(int columns, int rows) => base.Write(TerminalMessages.Resize(columns, rows));

    private int TakeEarly(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _early.Length);
        _early.Span[..count].CopyTo(buffer);
        _early = _early[count..];
        return count;
    }
}
