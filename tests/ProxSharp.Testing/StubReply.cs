using System.Globalization;
using System.Text;

namespace ProxSharp.Testing;

/// <summary>What the stub server does with a request once it has read it.</summary>
public sealed record StubReply
{
    /// <summary>The bytes to send, exactly.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>True to close the connection when the bytes are out.</summary>
    public bool CloseAfter { get; init; }

    /// <summary>True to leave the request without an answer until the client gives up or the server is disposed.</summary>
    public bool NeverAnswer { get; init; }

    /// <summary>The size of the pieces in which the bytes are written and flushed; 0 writes them at once.</summary>
    public int PieceSize { get; init; }

    /// <summary>What happens on the connection once the bytes are out, until it is closed: what an upgraded connection is for. Null goes on with HTTP.</summary>
    public Func<Stream, CancellationToken, Task>? Afterwards { get; init; }

    /// <summary>Completes before the answer is sent; lets a test hold it back.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    /// <summary>Closes the connection without a byte of an answer.</summary>
    public static StubReply Drop { get; } = new() { CloseAfter = true };

    /// <summary>Keeps silent.</summary>
    public static StubReply Silence { get; } = new() { NeverAnswer = true };

    /// <summary>Opens the websocket that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="serve">What the server says and hears, as frames.</param>
    /// <param name="headers">Header lines beside those of the upgrade; one for the sub-protocol must be among them if it is to be sent.</param>
    public static StubReply WebSocket(StubRequest request, Func<Stream, CancellationToken, Task> serve, params ReadOnlySpan<string> headers)
    {
        byte[] key = Encoding.ASCII.GetBytes(request.Header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
#pragma warning disable CA5350 // The protocol prescribes it.
        string accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(key));
#pragma warning restore CA5350
        string[] lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade", $"Sec-WebSocket-Accept: {accept}", .. headers, "", ""];
        return new StubReply { Bytes = Encoding.Latin1.GetBytes(string.Join("\r\n", lines)), Afterwards = serve, CloseAfter = true };
    }

    /// <summary>Sends the bytes as they are.</summary>
    public static StubReply Raw(ReadOnlySpan<byte> bytes) => new() { Bytes = bytes.ToArray() };

    /// <summary>Sends the text as Latin-1 bytes.</summary>
    public static StubReply Raw(string text) => new() { Bytes = Encoding.Latin1.GetBytes(text) };

    /// <summary>A JSON answer with a length and no Connection header.</summary>
    public static StubReply Json(string json, int status = 200, string reason = "OK", params ReadOnlySpan<string> headers)
        => Http(status, reason, json, ["Content-Type: application/json;charset=UTF-8", .. headers]);

    /// <summary>An answer with a length. The connection is closed after it if a header says <c>Connection: close</c> and none says Keep-Alive.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="reason">The reason phrase.</param>
    /// <param name="body">The body, sent as UTF-8.</param>
    /// <param name="headers">Header lines without their line ends.</param>
    public static StubReply Http(int status, string reason, string body, params ReadOnlySpan<string> headers)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {reason}\r\n");
        bool close = false;
        bool keep = false;
        foreach (string header in headers)
        {
            head.Append(header).Append("\r\n");
            close |= header.Equals("Connection: close", StringComparison.OrdinalIgnoreCase);
            keep |= header.Equals("Connection: Keep-Alive", StringComparison.OrdinalIgnoreCase);
        }

        byte[] content = Encoding.UTF8.GetBytes(body);
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n\r\n");
        return new StubReply { Bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. content], CloseAfter = close && !keep };
    }

    /// <summary>An answer as Proxmox VE gives it to a protected call: doubled Connection header, socket stays open.</summary>
    public static StubReply Protected(string json) => Json(json, 200, "OK", "Connection: close", "Connection: Keep-Alive");
}
