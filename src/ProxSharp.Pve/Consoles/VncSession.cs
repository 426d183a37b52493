using ProxSharp.WebSockets;

namespace ProxSharp.Pve.Consoles;

/// <summary>
/// An open screen: the bytes of the RFB protocol, for a VNC client. The server greets first and asks for <see cref="Password"/> with the
/// VNC authentication.
/// </summary>
public sealed class VncSession : ConsoleSession
{
    internal VncSession(ConsoleTicket ticket, ProxmoxWebSocketStream socket)
        : base(ticket, socket)
    {
    }

    /// <summary>The password for the VNC authentication, of eight characters. It is a secret.</summary>
    public string Password => Ticket.Password;

    /// <summary>The port of the console on the server, 5900 to 5999.</summary>
    public int Port => Ticket.Port;

    /// <summary>The certificate of the node in PEM form.</summary>
    public string Certificate => Ticket.Certificate;
}
