using System.Diagnostics.CodeAnalysis;
using ProxSharp.Consoles;
using ProxSharp.WebSockets;

namespace ProxSharp.Pve.Consoles;

/// <summary>An open console as a stream of bytes. Reading gives 0 when the console has ended. Closing it ends the task behind it.</summary>
/// <remarks>One reader and any number of writers may work at the same time. A read or write that is cancelled ends the session.</remarks>
[SuppressMessage("Naming", "CA1710", Justification = "It is a session first: the stream is how one talks in it.")]
public abstract class ConsoleSession : ConsoleStream
{
    private protected ConsoleSession(ConsoleTicket ticket, ProxmoxWebSocketStream socket)
        : base(socket) => Ticket = ticket;

    /// <summary>The task that runs the console on the server.</summary>
    public PveTask Task => Ticket.Task;

    private protected ConsoleTicket Ticket { get; }
}
