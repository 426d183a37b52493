using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Consoles;

/// <summary>A console that a client asked for, from the ticket to the end of the connection.</summary>
public sealed class SimulatedConsole
{
    internal SimulatedConsole(ConsoleKind kind, string path, string user, int port, string ticket, string password) =>
        (Kind, Path, User, Port, Ticket, Password) = (kind, path, user, port, ticket, password);

    /// <summary>What is spoken on it.</summary>
    public ConsoleKind Kind { get; }

    /// <summary>The permission path of the object it belongs to, for example <c>/vms/100</c> or <c>/nodes/pve1</c>.</summary>
    public string Path { get; }

    /// <summary>The user or API token that asked for it.</summary>
    public string User { get; }

    /// <summary>The port it was given, 5900 to 5999.</summary>
    public int Port { get; }

    /// <summary>True while a client is connected.</summary>
    public bool IsOpen { get; internal set; }

    /// <summary>The width that the client asked for last; 80 at first.</summary>
    public int Columns { get; internal set; } = 80;

    /// <summary>The height that the client asked for last; 24 at first.</summary>
    public int Rows { get; internal set; } = 24;

    /// <summary>How many keep-alive messages came.</summary>
    public int KeepAlives { get; internal set; }

    /// <summary>All text typed so far; empty for screens.</summary>
    public string Typed { get; internal set; } = "";

    internal string Ticket { get; }

    internal string Password { get; }

    /// <summary>The task that waits for the client and lives as long as the connection.</summary>
    internal SimulatedTask? Task { get; set; }

    /// <summary>Why the connection failed; null if it did not.</summary>
    internal string? Failure { get; set; }

    /// <summary>True once a client connected; nobody can connect a second time.</summary>
    internal bool WasUsed { get; set; }

    /// <summary>Breaks the connection off; null while there is none.</summary>
    internal Action? Breaker { get; set; }
}
