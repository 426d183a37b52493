using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ProxSharp.Conformance.Tests;

/// <summary>One connection to the simulator on which requests are written byte for byte.</summary>
internal sealed class Wire : IAsyncDisposable
{
    // A websocket's greeting: the head of a frame and the version of the VNC protocol.
    private const int FirstFrame = 14;

    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private byte[] _held = [];

    private Wire(TcpClient tcp, Stream stream) => (_tcp, _stream) = (tcp, stream);

    public static async Task<Wire> OpenAsync(Uri endpoint, bool tls, CancellationToken token)
    {
        TcpClient tcp = new();
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port, token);
        if (!tls)
        {
            return new Wire(tcp, tcp.GetStream());
        }

        SslStream ssl = new(tcp.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, token);
        return new Wire(tcp, ssl);
    }

    public async Task WriteAsync(byte[] bytes, CancellationToken token)
    {
        await _stream.WriteAsync(bytes, token);
        await _stream.FlushAsync(token);
    }

    /// <summary>Reads the next answer; null if the server closes without one.</summary>
    /// <param name="token">Gives up.</param>
    /// <param name="untilEndOfChunks">True if a body in chunks ends with its last chunk, false if it ends with the connection.</param>
    public async Task<Answer?> ReadAsync(CancellationToken token, bool untilEndOfChunks = false)
    {
        int? end;
        while ((end = Answer.Head(_held, 0)) is null)
        {
            if (!await FillAsync(token))
            {
                return null;
            }
        }

        Answer answer = Answer.ParseHead(_held[..end.Value]);
        int from = end.Value + 4;
        bool open = answer.Status == 101;
        int? length = answer.Header("Content-Length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : open ? FirstFrame : null;
        bool IsComplete() => length is null
            ? untilEndOfChunks && answer.Header("transfer-encoding") == "chunked" && _held.AsSpan(from).EndsWith("0\r\n\r\n"u8)
            : _held.Length >= from + length;
        while (!IsComplete() && await FillAsync(token))
        {
        }

        int until = length is null ? _held.Length : Math.Min(_held.Length, from + length.Value);
        byte[] body = _held[from..until];
        _held = _held[until..];
        return answer with { Body = body };
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<bool> FillAsync(CancellationToken token)
    {
        byte[] buffer = new byte[32 * 1024];
        int read;
        try
        {
            read = await _stream.ReadAsync(buffer, token);
        }
        catch (IOException)
        {
            return false;
        }

        _held = [.. _held, .. buffer.AsSpan(0, read)];
        return read > 0;
    }
}
