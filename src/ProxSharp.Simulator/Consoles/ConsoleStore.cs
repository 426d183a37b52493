namespace ProxSharp.Simulator.Consoles;

/// <summary>All consoles of a simulated cluster. Guarded by the state's gate.</summary>
internal sealed class ConsoleStore(TimeProvider time, Random random, ProxmoxProduct product)
{
    private const int FirstPort = 5900;
    private const int FirstSpicePort = 61000;
    private const int PortCount = 100;

    private static readonly TimeSpan s_spiceLifetime = TimeSpan.FromSeconds(40);

    private readonly List<PlacedConsole> _consoles = [];
    private readonly List<TakenPort> _spicePorts = [];

    public ConsoleTickets Tickets { get; } = new(time, random, product == ProxmoxProduct.BackupServer ? "PBSTERM:" : "PVEVNC:");

    public IReadOnlyList<SimulatedConsole> All => [.. _consoles.Select(static entry => entry.Console)];

    /// <summary>Makes a console that waits for its client.</summary>
    public SimulatedConsole Add(ConsoleKind kind, string node, string path, string user)
    {
        int port = FreePort(node);
        string password = kind == ConsoleKind.Vnc ? Tickets.NewPassword() : "";
        SimulatedConsole console = new(kind, path, user, port, Tickets.Issue(user, path, port, password), password);
        _consoles.Add(new PlacedConsole(node, console));
        return console;
    }

    /// <summary>The console that waits for a client on a port of a node; null if none does.</summary>
    public SimulatedConsole? FindWaiting(string node, int port, string path) =>
        _consoles.Find(entry => entry.Node == node && entry.Console.Port == port && entry.Console.Path == path && entry.Console is { WasUsed: false, Task.IsRunning: true })?.Console;

    /// <summary>Takes a port of the SPICE proxy for as long as its ticket is good.</summary>
    public int TakeSpicePort(string node)
    {
        DateTimeOffset now = time.GetUtcNow();
        _spicePorts.RemoveAll(taken => taken.Until <= now);
        int port = FirstSpicePort;
        while (_spicePorts.Exists(taken => taken.Node == node && taken.Port == port))
        {
            port++;
        }

        _spicePorts.Add(new TakenPort(node, port, now + s_spiceLifetime));
        return port;
    }

    private int FreePort(string node)
    {
        for (int port = FirstPort; port < FirstPort + PortCount; port++)
        {
            if (!_consoles.Exists(entry => entry.Node == node && entry.Console.Port == port && entry.Console.Task is { IsRunning: true }))
            {
                return port;
            }
        }

        throw Calls.ApiFault.Failed("unable to find free port (5900-5999)");
    }

    private sealed record PlacedConsole(string Node, SimulatedConsole Console);

    private sealed record TakenPort(string Node, int Port, DateTimeOffset Until);
}
