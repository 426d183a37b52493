using System.Security.Cryptography;
using System.Text;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Http;

/// <summary>Decides whether a request becomes a websocket, as the API daemon does.</summary>
internal static class WebSocketUpgrade
{
    private const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Returns true if a client asks for a websocket where there is one.</summary>
    public static bool IsWanted(WireRequest request) =>
        request.Method == "GET" && request.Header("Upgrade") is not null && request.Path.EndsWith("websocket", StringComparison.Ordinal);

    /// <summary>Answers what is wrong with the request before anybody looks at the ticket; null if nothing is.</summary>
    public static WireResponse? Refuse(WireRequest request)
    {
        string wanted = request.Header("Upgrade")!.ToLowerInvariant();
        if (wanted != "websocket")
        {
            return WireResponse.Text(500, $"unable to upgrade to protocol '{wanted}'\n");
        }

        string version = request.Header("Sec-WebSocket-Version") ?? "";
        if (version != "13")
        {
            return WireResponse.Text(500, $"unsupported websocket-version '{version}'\n");
        }

        return request.Header("Sec-WebSocket-Key") is { Length: > 0 } ? null : WireResponse.Text(500, "missing websocket-key\n");
    }

    /// <summary>Answers <c>101 Switching Protocols</c>.</summary>
    public static WireResponse Accept(WireRequest request, ApiReply reply)
    {
        string key = request.Header("Sec-WebSocket-Key")!;

        // Proxmox: the daemon connects to the console's port first; if nobody listens there, the client's connection just breaks.
        return reply.Upgrade is { } protocol
            ? new WireResponse { Status = 101, Reason = "Switching Protocols", Headers = Headers(request, key), Upgrade = protocol }
            : new WireResponse { IsDropped = true };
    }

    /// <summary>The head of a <c>101</c> answer: none of the headers of ordinary answers.</summary>
    public static byte[] Head(WireRequest request, WireResponse response)
    {
        StringBuilder head = new($"{request.Protocol} {response.Status} {response.Reason}\r\n");
        foreach ((string name, string value) in response.Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    private static List<KeyValuePair<string, string>> Headers(WireRequest request, string key)
    {
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Salt)));
#pragma warning restore CA5350
        List<KeyValuePair<string, string>> headers = [new("Upgrade", "websocket"), new("Connection", "upgrade"), new("Sec-WebSocket-Accept", accept)];
        string[] protocols = request.Header("Sec-WebSocket-Protocol")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (protocols.Length > 0)
        {
            headers.Add(new("Sec-WebSocket-Protocol", protocols.Contains("binary") ? "binary" : protocols[0]));
        }

        return headers;
    }
}
