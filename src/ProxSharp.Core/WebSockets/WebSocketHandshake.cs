using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Http;

namespace ProxSharp.WebSockets;

/// <summary>The HTTP request that becomes a websocket, and what must be true of its answer.</summary>
internal sealed class WebSocketHandshake
{
    private const string Accept = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly string _key;
    private readonly string _protocol;

    private WebSocketHandshake(string key, string protocol) => (_key, _protocol) = (key, protocol);

    /// <summary>Adds the headers that ask for a websocket.</summary>
    public static WebSocketHandshake Begin(HttpRequestMessage request, string protocol)
    {
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        if (protocol.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", protocol);
        }

        return new WebSocketHandshake(key, protocol);
    }

    /// <summary>Checks the answer to a request that was carried out.</summary>
    /// <exception cref="ProxmoxProtocolException">The connection is no websocket now.</exception>
    public void Check(ApiCall call, string host, HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            throw Broken(call, host, "the server answered without opening it. A proxy in between must pass the Upgrade and Connection headers on");
        }

        // The protocol prescribes SHA-1 here; nothing is protected by it.
#pragma warning disable CA5350
        string expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + Accept)));
#pragma warning restore CA5350
        if (!string.Equals(Header(response, "Sec-WebSocket-Accept"), expected, StringComparison.Ordinal))
        {
            throw Broken(call, host, "the server does not prove that it understood the request");
        }

        // Proxmox: the sub-protocol is echoed, but need not be.
        if (Header(response, "Sec-WebSocket-Protocol") is { } chosen && !string.Equals(chosen, _protocol, StringComparison.OrdinalIgnoreCase))
        {
            throw Broken(call, host, $"the server chose the sub-protocol '{chosen}' instead of '{_protocol}'");
        }
    }

    private static string? Header(HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(',', values).Trim() : null;

    private static ProxmoxProtocolException Broken(ApiCall call, string host, string why) => new($"Unable to open the websocket of {call} on {host}: {why}");
}
