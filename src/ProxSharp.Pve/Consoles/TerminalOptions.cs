using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>How a terminal is opened.</summary>
public sealed record TerminalOptions
{
    /// <summary>The width of the terminal in characters. Default: 80.</summary>
    public int Columns { get; init; } = 80;

    /// <summary>The height of the terminal in lines. Default: 24.</summary>
    public int Rows { get; init; } = 24;

    /// <summary>How often the session tells the server that it is still there. Default: 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The program to run in the shell of a node; null for a login. Only for nodes, and all but the login only for <c>root@pam</c>.
    /// </summary>
    public ConsoleCommand? Command { get; init; }

    /// <summary>The arguments of <see cref="Command"/>. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The serial port to open; null takes the first one there is. Only for virtual machines.</summary>
    public QemuSerial? SerialPort { get; init; }
}
