namespace ProxSharp.Simulator.Http;

/// <summary>A response before it is put on the wire.</summary>
internal sealed record WireResponse
{
    public int Status { get; init; } = 200;

    /// <summary>The reason phrase; written as UTF-8 bytes.</summary>
    public string Reason { get; init; } = "OK";

    public string? ContentType { get; init; }

    public byte[] Body { get; init; } = [];

    /// <summary>Extra headers between the fixed ones.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>True if the answer came through the privileged daemon and so carries a second <c>Connection</c> header.</summary>
    public bool IsProxied { get; init; }

    /// <summary>True to close the connection whatever the status.</summary>
    public bool Close { get; init; }

    /// <summary>How long the server waits before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>True if the length of the body may be announced; a stream ends with the connection.</summary>
    public bool HasLength { get; init; } = true;

    /// <summary>True if the body goes out in chunks, as an answer does that is longer than the server can know.</summary>
    public bool IsChunked { get; init; }

    /// <summary>True to compress even if the client did not ask for it.</summary>
    public bool AlwaysCompress { get; init; }

    /// <summary>What is spoken on the connection after a <c>101</c> answer; null for ordinary answers.</summary>
    public IStreamProtocol? Upgrade { get; init; }

    /// <summary>Who serves the connection after a <c>101</c> answer that is no websocket's; null for ordinary answers.</summary>
    public IConnectionTakeover? Takeover { get; init; }

    /// <summary>True if the server breaks the connection instead of answering.</summary>
    public bool IsDropped { get; init; }

    public static WireResponse Text(int status, string message, string reason) => new()
    {
        Status = status,
        Reason = reason,
        Body = System.Text.Encoding.UTF8.GetBytes(message),
        Close = true,
    };

    public static WireResponse Text(int status, string message) => Text(status, message, message.Split('\n')[0]);

    public static WireResponse Empty(int status, string reason, TimeSpan delay = default) => new() { Status = status, Reason = reason, Close = true, Delay = delay };
}
