using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ProxSharp.Testing;

/// <summary>
/// A server on the loopback interface that sends scripted answers byte for byte, keeps every request it read, and counts connections and TLS
/// handshakes.
/// </summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<StubReply> _script = new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly StubServerOptions _options;
    private readonly Func<StubRequest, StubReply>? _answer;
    private readonly Task _accepting;
    private int _connections;
    private int _handshakes;
    private int _failedHandshakes;

    private StubServer(StubServerOptions options, Func<StubRequest, StubReply>? answer)
    {
        _options = options;
        _answer = answer;
        Certificate = options.Certificate ?? StubCertificate.Shared;
        _listener = new TcpListener(options.Listen);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port the system chose.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The server's address by number.</summary>
    public Uri Address => new($"{(_options.UseTls ? "https" : "http")}://{_options.Listen.Address}:{Port}/");

    /// <summary>The certificate it presents.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The SHA-256 fingerprint of the certificate: upper-case hex pairs with colons.</summary>
    public string Fingerprint => BitConverter.ToString(SHA256.HashData(Certificate.RawData)).Replace('-', ':');

    /// <summary>The requests read so far, in order of arrival.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    /// <summary>How many connections were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many TLS handshakes succeeded.</summary>
    public int Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>How many TLS handshakes failed, for example because the client refused the certificate.</summary>
    public int FailedHandshakes => Volatile.Read(ref _failedHandshakes);

    /// <summary>Starts a server that answers each request with the next scripted reply, whoever asks; without one it answers 500.</summary>
    public static StubServer Start(params StubReply[] script) => Start(new StubServerOptions(), script);

    /// <inheritdoc cref="Start(StubReply[])"/>
    public static StubServer Start(StubServerOptions options, params StubReply[] script)
    {
        StubServer server = new(options, null);
        server.Enqueue(script);
        return server;
    }

    /// <summary>Starts a server that computes its answers. The function must be safe for concurrent use.</summary>
    public static StubServer Start(Func<StubRequest, StubReply> answer, StubServerOptions? options = null)
        => new(options ?? new StubServerOptions(), answer);

    /// <summary>Adds replies to the script.</summary>
    public void Enqueue(params ReadOnlySpan<StubReply> replies)
    {
        foreach (StubReply reply in replies)
        {
            _script.Enqueue(reply);
        }
    }

    /// <summary>Stops listening, breaks all connections and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
            {
                // Stopping the listener ends the wait in one of these ways, depending on how far it was.
                return;
            }

            Task serving = ServeAsync(socket, Interlocked.Increment(ref _connections));
            _running.TryAdd(serving, 0);
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        socket.NoDelay = true;
        using NetworkStream network = new(socket, ownsSocket: true);
        try
        {
            StubFate fate = _options.Fate(connection);
            if (fate == StubFate.Ignore)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            if (fate == StubFate.DropAtOnce)
            {
                return;
            }

            using Stream stream = _options.UseTls ? await HandshakeAsync(network) : network;
            if (fate == StubFate.Serve)
            {
                await ServeRequestsAsync(stream, connection);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or WebSocketException or AuthenticationFailure)
        {
            // The client or the test went away: that is how connections end here.
        }
    }

    private async Task<Stream> HandshakeAsync(Stream network)
    {
        SslStream tls = new(network);
        try
        {
            SslServerAuthenticationOptions options = new() { ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, null, offline: true) };
            await tls.AuthenticateAsServerAsync(options, _stop.Token);
        }
        catch (Exception exception) when (exception is System.Security.Authentication.AuthenticationException or IOException)
        {
            Interlocked.Increment(ref _failedHandshakes);
            await tls.DisposeAsync();
            throw new AuthenticationFailure(exception);
        }

        Interlocked.Increment(ref _handshakes);
        return tls;
    }

    private async Task ServeRequestsAsync(Stream stream, int connection)
    {
        RequestReader reader = new(stream);
        for (int number = 1; await reader.ReadAsync(connection, number, _stop.Token) is { } request; number++)
        {
            _requests.Enqueue(request);
            StubReply reply = Answer(request);
            await reply.Gate.WaitAsync(_stop.Token);
            if (reply.NeverAnswer)
            {
                await reader.WaitForCloseAsync(_stop.Token);
                return;
            }

            bool last = _options.RequestsPerConnection > 0 && number >= _options.RequestsPerConnection;
            await WriteAsync(stream, last ? SayClose(reply.Bytes) : reply.Bytes, reply.PieceSize);
            if (reply.Afterwards is { } afterwards)
            {
                await afterwards(stream, _stop.Token);
            }

            if (reply.CloseAfter || last)
            {
                return;
            }
        }
    }

    private StubReply Answer(StubRequest request)
    {
        if (_answer is not null)
        {
            return _answer(request);
        }

        return _script.TryDequeue(out StubReply? reply) ? reply : StubReply.Http(500, "the script of the stub server is over", "", "Connection: close");
    }

    private async Task WriteAsync(Stream stream, byte[] bytes, int pieceSize)
    {
        int step = pieceSize > 0 ? pieceSize : Math.Max(1, bytes.Length);
        for (int start = 0; start < bytes.Length; start += step)
        {
            await stream.WriteAsync(bytes.AsMemory(start, Math.Min(step, bytes.Length - start)), _stop.Token);
            await stream.FlushAsync(_stop.Token);
        }
    }

    private static byte[] SayClose(byte[] reply)
    {
        string text = Encoding.Latin1.GetString(reply);
        return Encoding.Latin1.GetBytes(text.Replace("Connection: Keep-Alive", "Connection: close", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class AuthenticationFailure(Exception cause) : Exception(cause.Message, cause);
}
