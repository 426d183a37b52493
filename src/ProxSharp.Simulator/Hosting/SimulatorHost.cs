using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Hosting;

/// <summary>
/// Listens with Kestrel's transport and TLS, and speaks HTTP/1.1 itself: the real servers send heads that no general web server would
/// produce, such as two contradicting <c>Connection</c> headers.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDisposed;

    private SimulatorHost(WebApplication application, X509Certificate2 certificate) => (_application, _certificate) = (application, certificate);

    public Uri Endpoint { get; private set; } = new("https://127.0.0.1/");

    public string Fingerprint => SimulatorCertificate.Fingerprint(_certificate);

    public X509Certificate2 Certificate => _certificate;

    public static async Task<SimulatorHost> StartAsync(HttpServerContext server, X509Certificate2 certificate, int port, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "ProxSharp.Simulator", EnvironmentName = Environments.Production });
        SimulatorHost? host = null;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, listen => Configure(listen, server, certificate, () => host!)));
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, PassiveLifetime>();
        WebApplication application = builder.Build();
        host = new SimulatorHost(application, certificate);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
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
        await _application.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
        _stopping.Dispose();
    }

    private static void Configure(ListenOptions listen, HttpServerContext server, X509Certificate2 certificate, Func<SimulatorHost> host)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => PlainHttpGuard.RunAsync(connection, next, server));
        listen.UseHttps(certificate, https => https.OnAuthenticate = static (_, tls) => tls.ApplicationProtocols = null);
        listen.Run(connection => new HttpConnection(connection, server).RunAsync(host()._stopping.Token));
    }

    /// <summary>Leaves the console's signals to the program that hosts the simulator.</summary>
    private sealed class PassiveLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
