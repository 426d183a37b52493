using ProxSharp.Api;
using ProxSharp.Consoles;

namespace ProxSharp.Pve.Consoles;

/// <summary>
/// The right to connect to a console once: for the user who asked, for one guest or node, for 40 s. The task behind it waits 10 s for the connection,
/// on the server that gave the ticket.
/// </summary>
public sealed class ConsoleTicket
{
    private readonly Func<ApiParameters> _target;

    internal ConsoleTicket(PveTask task, ApiOperation operation, Func<ApiParameters> target) => (Task, Operation, _target) = (task, operation, target);

    /// <summary>The task that runs the console. It ends with the connection.</summary>
    public PveTask Task { get; }

    /// <summary>The user the ticket is for; of an API token its whole name.</summary>
    public required string User { get; init; }

    /// <summary>The port of the console on the server, 5900 to 5999.</summary>
    public required int Port { get; init; }

    /// <summary>The ticket. It is a secret.</summary>
    public required string Ticket { get; init; }

    /// <summary>The password of a VNC session, of eight characters. It is a secret; empty for terminals.</summary>
    public string Password { get; init; } = "";

    /// <summary>The certificate a VNC session over TLS would show, in PEM form; empty for terminals.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>The endpoint to connect to.</summary>
    internal ApiOperation Operation { get; }

    /// <summary>Returns task and port, without secrets.</summary>
    public override string ToString() => $"{Task} on port {Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Returns what the login of a terminal needs.</summary>
    internal TerminalTicket ForTerminal(TerminalOptions options) => new(ToString(), User, Ticket, Operation.Path, options.Columns, options.Rows);

    /// <summary>Returns the parameters of the websocket.</summary>
    internal ApiParameters Parameters()
    {
        ApiParameters parameters = _target();
        parameters.Add("port", (long)Port);
        parameters.Add("vncticket", Ticket);
        return parameters;
    }
}
