using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol;

/// <summary>A session's connection on the HTTP/2 of <see cref="SocketsHttpHandler"/>, which is given the upgraded connection instead of opening one.</summary>
internal sealed class SocketsChannel : IBackupChannel
{
    private const int LongestError = 16 * 1024;
    private const int Step = 64 * 1024;

    // Inside a session only path and query count; http stands for HTTP/2 without a second TLS.
    private const string Origin = "http://localhost:8007";

    private readonly UpgradedConnection _connection;
    private readonly HttpMessageInvoker _invoker;
    private readonly string _session;
    private int _connected;
    private volatile Exception? _loss;
    private volatile bool _isDisposed;

    /// <summary>Speaks HTTP/2 on a connection, which it owns from now on.</summary>
    /// <param name="connection">The connection, just upgraded.</param>
    /// <param name="session">What the session is; for messages.</param>
    public SocketsChannel(UpgradedConnection connection, string session)
    {
        (_connection, _session) = (connection, session);
        _invoker = new HttpMessageInvoker(CreateHandler(), disposeHandler: true);
    }

    /// <inheritdoc/>
    public string Host => _connection.Host;

    /// <inheritdoc/>
    public async Task<ChannelAnswer> SendAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_loss is { } earlier)
        {
            throw Lost(earlier);
        }

        try
        {
            using HttpRequestMessage message = Write(request);
            using HttpResponseMessage response = await _invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                int status = (int)response.StatusCode;
                if (!response.IsSuccessStatusCode)
                {
                    return new ChannelAnswer(status, await ReadTextAsync(body, cancellationToken).ConfigureAwait(false));
                }

                await ReadAsync(body, response.Content.Headers.ContentLength, output, cancellationToken).ConfigureAwait(false);
                return new ChannelAnswer(status, "");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            // What breaks one stream, a reset among it, leaves the session in a state that nobody knows.
            _loss ??= exception;
            throw Lost(exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ObjectDisposedException)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _invoker.Dispose();
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private SocketsHttpHandler CreateHandler() => new()
    {
        ConnectCallback = Connect,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,

        // A session ends when it is finished, however long the client reads and computes between two requests.
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(60),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,

        // The most there is: a chunk then arrives without waiting for window updates.
        InitialHttp2StreamWindowSize = 16 << 20,
    };

    private ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        => Interlocked.Exchange(ref _connected, 1) == 0
            ? ValueTask.FromResult(_connection.Transport)
            : throw new IOException("the connection ended, and a session cannot be taken up again on another one");

    private static HttpRequestMessage Write(ChannelRequest request)
    {
        HttpRequestMessage message = new(request.Method, new Uri(Origin + request.Target))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private static async Task ReadAsync(Stream body, long? length, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        if (output is null)
        {
            await body.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Proxmox: downloads carry no length.
        int hint = length is > 0 and < int.MaxValue ? (int)length : Step;
        while (await body.ReadAsync(output.GetMemory(hint), cancellationToken).ConfigureAwait(false) is int count and > 0)
        {
            output.Advance(count);
            hint = length is null ? Step : 1;
        }
    }

    private static async Task<string> ReadTextAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] text = new byte[LongestError];
        int count = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(text, 0, count).Trim();
    }

    private BackupSessionLostException Lost(Exception exception)
    {
        Exception innermost = exception;
        while (innermost.InnerException is { } inner)
        {
            innermost = inner;
        }

        string reason = innermost.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return new BackupSessionLostException($"The connection of {_session} to {Host} broke: {reason}.", exception);
    }
}
