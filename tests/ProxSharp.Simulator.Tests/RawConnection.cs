using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ProxSharp.Simulator.Tests;

/// <summary>A connection on which tests read and write bytes.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly Stream _stream;

    private RawConnection(TcpClient tcp, Stream stream) => (_tcp, _stream) = (tcp, stream);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RawConnection> OpenAsync(Uri endpoint, bool tls = true)
    {
        TcpClient tcp = new();
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port, Token);
        if (!tls)
        {
            return new RawConnection(tcp, tcp.GetStream());
        }

        SslStream ssl = new(tcp.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] }, Token);
        return new RawConnection(tcp, ssl) { Alpn = ssl.NegotiatedApplicationProtocol.ToString() };
    }

    public string Alpn { get; private init; } = "";

    public async Task WriteAsync(string text)
    {
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), Token);
        await _stream.FlushAsync(Token);
    }

    public async Task<string> SendAsync(string text)
    {
        await WriteAsync(text);
        return await ReadAnswerAsync();
    }

    /// <summary>Reads so many bytes.</summary>
    public async Task<byte[]> ReadBytesAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, Token);
        return bytes;
    }

    /// <summary>Reads one answer: the head, and as much body as it announces.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        StringBuilder answer = new();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(one, Token) == 0)
            {
                return answer.ToString();
            }

            answer.Append((char)one[0]);
        }

        string? length = answer.ToString().Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))?[16..];
        byte[] body = new byte[int.Parse(length ?? "0")];
        await _stream.ReadExactlyAsync(body, Token);
        return answer.Append(Encoding.UTF8.GetString(body)).ToString();
    }

    /// <summary>True if the server closes without sending anything more.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return await _stream.ReadAsync(new byte[1], Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
    }
}
