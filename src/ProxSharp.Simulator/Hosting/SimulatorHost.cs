using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Pbs.Sessions;

namespace ProxSharp.Simulator.Hosting;

/// <summary>
/// Listens with Kestrel's transport and TLS, and speaks HTTP/1.1 itself: the real servers send heads that no general web server would
/// produce, such as two contradicting <c>Connection</c> headers.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDisposed;

    private SimulatorHost(HttpServerContext context, X509Certificate2 certificate, int port)
    {
        _certificate = certificate;
        _services = new ServiceCollection().BuildServiceProvider();
        KestrelServerOptions options = new() { ApplicationServices = _services };
        options.Listen(IPAddress.Loopback, port, listen => Configure(listen, context));
        SocketTransportFactory sockets = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), sockets, NullLoggerFactory.Instance);
    }

    public Uri Endpoint { get; private set; } = new("https://127.0.0.1/");

    public string Fingerprint => SimulatorCertificate.Fingerprint(_certificate);

    public X509Certificate2 Certificate => _certificate;

    public static async Task<SimulatorHost> StartAsync(HttpServerContext server, X509Certificate2 certificate, int port, CancellationToken cancellationToken)
    {
        SimulatorHost host = new(server, certificate, port);
        try
        {
            // No request gets as far as the application: connections are answered before.
            await host._server.StartAsync(new SessionApplication(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = host._server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        host.Endpoint = new UriBuilder("https", "127.0.0.1", new Uri(address).Port).Uri;
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
        await _services.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
        _stopping.Dispose();
    }

    private void Configure(ListenOptions listen, HttpServerContext server)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => PlainHttpGuard.RunAsync(connection, next, server));
        TlsLayer tls = new(_certificate);
        listen.Use(next => connection => tls.RunAsync(connection, next));
        listen.Run(connection => new HttpConnection(connection, server).RunAsync(_stopping.Token));
    }
}
