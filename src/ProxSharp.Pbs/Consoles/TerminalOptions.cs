using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Consoles;

/// <summary>How a terminal of the server is opened. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record TerminalOptions
{
    /// <summary>The width of the terminal in characters, 1 to 65535. Default: 80.</summary>
    public int Columns { get; init; } = 80;

    /// <summary>The height of the terminal in lines, 1 to 65535. Default: 24.</summary>
    public int Rows { get; init; } = 24;

    /// <summary>How often the session tells the server that it is still there. Default: 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The program to run; null (the default) for a login.</summary>
    public ConsoleCommand? Command { get; init; }
}
