using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>
/// Speaks HTTP/2 with prior knowledge on connections that were upgraded: a second Kestrel without sockets, whose connections are the TLS streams of
/// the first one.
/// </summary>
internal sealed class SessionServer : IAsyncDisposable
{
    // Proxmox: what the real server announces.
    private const int WindowSize = 32 << 20;
    private const int FrameSize = 4 << 20;
    private const int MostStreams = 200;
    private const int ResponseBuffer = 4 << 20;

    // An infinite time overflows in Kestrel's clock on some machines, and then ends an idle connection within a second.
    private static readonly TimeSpan s_never = TimeSpan.FromDays(365);

    private readonly SessionListener _listener;
    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;

    private SessionServer(SessionListener listener, KestrelServer server, ServiceProvider services) => (_listener, _server, _services) = (listener, server, services);

    public static async Task<SessionServer> StartAsync(CancellationToken cancellationToken)
    {
        SessionListener listener = new();
        ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        KestrelServerOptions options = new() { ApplicationServices = services, AddServerHeader = false, AllowAlternateSchemes = true, AllowSynchronousIO = false };
        Configure(options.Limits);
        options.Listen(new IPEndPoint(IPAddress.Loopback, 0), static listen => listen.Protocols = HttpProtocols.Http2);
        KestrelServer server = new(Options.Create(options), listener, NullLoggerFactory.Instance);
        await server.StartAsync(new SessionApplication(), cancellationToken).ConfigureAwait(false);
        return new SessionServer(listener, server, services);
    }

    /// <summary>Serves a session until its connection ends.</summary>
    /// <param name="connection">The connection, on which the answer to the upgrade has been written.</param>
    /// <param name="protocol">What is spoken on it.</param>
    /// <param name="connectionId">Its number.</param>
    /// <param name="cancellationToken">Breaks the connection off.</param>
    public async Task RunAsync(ConnectionContext connection, IBackupProtocol protocol, long connectionId, CancellationToken cancellationToken)
    {
        SessionConnection inner = new(connection, protocol);
        await using (inner.ConfigureAwait(false))
        {
            try
            {
                protocol.Open(connection.Abort, connectionId);
                if (_listener.Offer(inner))
                {
                    using CancellationTokenRegistration stop = cancellationToken.Register(connection.Abort);
                    await inner.Completion.ConfigureAwait(false);
                }
            }
            finally
            {
                protocol.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private static void Configure(KestrelServerLimits limits)
    {
        limits.KeepAliveTimeout = s_never;
        limits.RequestHeadersTimeout = s_never;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxResponseBufferSize = ResponseBuffer;
        limits.Http2.InitialConnectionWindowSize = WindowSize;
        limits.Http2.InitialStreamWindowSize = WindowSize;
        limits.Http2.MaxFrameSize = FrameSize;
        limits.Http2.MaxStreamsPerConnection = MostStreams;
    }
}
