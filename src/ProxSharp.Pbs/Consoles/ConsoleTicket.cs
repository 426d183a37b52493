using ProxSharp.Consoles;

namespace ProxSharp.Pbs.Consoles;

/// <summary>The right to connect to a console of the server once, for the user who asked. The task behind it waits some seconds for the connection.</summary>
public sealed class ConsoleTicket
{
    internal ConsoleTicket(PbsTask task) => Task = task;

    /// <summary>The task that runs the console. It ends with the connection.</summary>
    public PbsTask Task { get; }

    /// <summary>The user the ticket is for.</summary>
    public required string User { get; init; }

    /// <summary>The port of the console on the server.</summary>
    public required int Port { get; init; }

    /// <summary>The ticket. It is a secret.</summary>
    public required string Ticket { get; init; }

    /// <summary>Returns task and port, without secrets.</summary>
    public override string ToString() => FormattableString.Invariant($"{Task} on port {Port}");

    /// <summary>Returns what the login of a terminal needs.</summary>
    internal TerminalTicket ForTerminal(TerminalOptions options, string path) => new(ToString(), User, Ticket, path, options.Columns, options.Rows);
}
