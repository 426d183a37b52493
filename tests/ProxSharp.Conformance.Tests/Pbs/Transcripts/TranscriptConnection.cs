using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>A connection as the original client uses one: HTTP/1.1 byte for byte, and after an upgrade HTTP/2 by the stack of .NET.</summary>
internal sealed class TranscriptConnection : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly SslStream _tls;
    private readonly Func<string, string> _live;
    private HttpClient? _http2;

    private TranscriptConnection(TcpClient tcp, SslStream tls, Func<string, string> live) => (_tcp, _tls, _live) = (tcp, tls, live);

    /// <summary>What was uploaded on it; null before an upgrade.</summary>
    public OfficialUploads? Uploads { get; private set; }

    public static async Task<TranscriptConnection> OpenAsync(Uri endpoint, Func<string, string> live, CancellationToken token)
    {
        TcpClient tcp = new();
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port, token);
        SslStream tls = new(tcp.GetStream(), leaveInnerStreamOpen: false, static (_, _, _, _) => true);

        // Proxmox: the client offers no protocols in the handshake.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, token);
        return new(tcp, tls, live);
    }

    public Task<TranscriptAnswer> SendAsync(TranscriptMessage request, CancellationToken token) =>
        request.IsHttp1 ? SendHttp1Async(request, token) : SendHttp2Async(request, token);

    /// <summary>Takes note of an answer: later requests go by it.</summary>
    public void Learn(TranscriptMessage request, TranscriptMessage recorded, TranscriptAnswer live) => Uploads?.Learn(request, recorded, live);

    public async ValueTask DisposeAsync()
    {
        _http2?.Dispose();
        await _tls.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<TranscriptAnswer> SendHttp1Async(TranscriptMessage request, CancellationToken token)
    {
        StringBuilder head = new(_live(request.StartLine));
        foreach ((string name, string value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"\r\n{name}: {_live(value)}");
        }

        await _tls.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(head + "\r\n\r\n"), .. request.Body.Start], token);
        Answer answer = Answer.ParseHead(await ReadHeadAsync(token));
        if (answer.Status == 101)
        {
            Uploads = new(request.Target);
            _http2 = new(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(_tls), InitialHttp2StreamWindowSize = 16 << 20 })
            {
                BaseAddress = new Uri("http://localhost:8007"),
                Timeout = Timeout.InfiniteTimeSpan,
            };
        }

        byte[] body = answer.Header("transfer-encoding") == "chunked" ? await ReadChunksAsync(token) : await ReadAsync(Length(answer) ?? 0, token);
        return new(answer.Status, answer.Header("content-type"), Length(answer), body);
    }

    private async Task<TranscriptAnswer> SendHttp2Async(TranscriptMessage request, CancellationToken token)
    {
        (string target, byte[] body) = Uploads!.Prepare(request);
        using HttpRequestMessage message = new(new HttpMethod(request.Method), target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (request.Method != "GET")
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.Header("content-type")!);
        }

        using HttpResponseMessage response = await _http2!.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token);
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), response.Content.Headers.ContentLength, await response.Content.ReadAsByteArrayAsync(token));
    }

    private async Task<byte[]> ReadHeadAsync(CancellationToken token)
    {
        List<byte> head = [];
        while (!(head.Count >= 4 && head[^4..] is [(byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n']))
        {
            // Byte by byte: what follows belongs to HTTP/2.
            head.AddRange(await ReadAsync(1, token));
        }

        return [.. head[..^4]];
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken token)
    {
        List<byte> body = [];
        while (true)
        {
            StringBuilder size = new();
            while (!size.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            {
                size.Append((char)(await ReadAsync(1, token))[0]);
            }

            byte[] chunk = await ReadAsync(int.Parse(size.ToString().TrimEnd(), NumberStyles.HexNumber, CultureInfo.InvariantCulture), token);
            body.AddRange(chunk);
            await ReadAsync(2, token);
            if (chunk.Length == 0)
            {
                return [.. body];
            }
        }
    }

    private async Task<byte[]> ReadAsync(int length, CancellationToken token)
    {
        byte[] bytes = new byte[length];
        await _tls.ReadExactlyAsync(bytes, token);
        return bytes;
    }

    private static int? Length(Answer answer) => answer.Header("content-length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
