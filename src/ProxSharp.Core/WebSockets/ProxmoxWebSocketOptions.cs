namespace ProxSharp.WebSockets;

/// <summary>How a websocket is opened and kept open.</summary>
public sealed record ProxmoxWebSocketOptions
{
    /// <summary>The sub-protocol to ask for; empty asks for none. Default: <c>binary</c>, the one console endpoints know.</summary>
    public string SubProtocol { get; init; } = "binary";

    /// <summary>
    /// How often something is sent although the caller writes nothing, so that nobody on the way takes the connection for dead. Default: 30 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/> sends nothing.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is sent to keep the connection alive. Default: empty, which sends a websocket ping; anything else goes out as data.</summary>
    public ReadOnlyMemory<byte> KeepAliveMessage { get; init; }
}
