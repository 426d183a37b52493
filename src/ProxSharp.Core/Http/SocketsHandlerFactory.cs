using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ProxSharp.Tls;

namespace ProxSharp.Http;

/// <summary>Makes the handlers that talk to servers through sockets, one for each endpoint.</summary>
internal static class SocketsHandlerFactory
{
    /// <summary>How long an unused connection is kept.</summary>
    /// <remarks>
    /// Proxmox: PVE closes idle connections after 5 s, and a request must not be on its way to one that is just being closed. The pool looks
    /// once a second for connections to drop, so one may be used again up to a second after this.
    /// </remarks>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(3.5);

    /// <summary>Makes a handler for one endpoint.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="trust">Which certificates it may present. A refused one ends the request with an <see cref="HttpRequestException"/> inside
    /// which <see cref="CertificateFailure.Find"/> finds the text for the user.</param>
    /// <param name="connectTimeout">How long setting up a connection may take.</param>
    /// <param name="repairConnectionHeader">Whether contradicting Connection headers are repaired, see <see cref="ConnectionHeaderFilter"/>.</param>
    public static SocketsHttpHandler Create(ProxmoxEndpoint endpoint, ServerTrust trust, TimeSpan connectTimeout, bool repairConnectionHeader) =>
        Create(endpoint, () => trust, connectTimeout, repairConnectionHeader);

    /// <inheritdoc cref="Create(ProxmoxEndpoint, ServerTrust, TimeSpan, bool)"/>
    public static SocketsHttpHandler Create(ProxmoxEndpoint endpoint, Func<ServerTrust> trust, TimeSpan connectTimeout, bool repairConnectionHeader)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PreAuthenticate = false,

            // Bodies are decompressed by the exchanges, which see whether they are complete.
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connectTimeout,

            // An answer that is given up is not read to its end first: cancelling would come seconds late.
            ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionIdleTimeout = IdleTimeout,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,

                // Pins are added to a client's trust and never taken away: what ignores the signers now does so for the life of the handler.
                CertificateChainPolicy = trust().IgnoresSigners(endpoint) ? CertificateChains.WithoutAuthorities() : null,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust().Accept(endpoint, certificate, chain, errors),
            },
        };
        handler.PlaintextStreamFilter = repairConnectionHeader ? FilterAsync : CountAsync;
        return handler;
    }

    private static ValueTask<Stream> CountAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        Telemetry.CountConnection();
        return ValueTask.FromResult(context.PlaintextStream);
    }

    // The answer to CONNECT opens a tunnel; what follows is TLS and not for the filter.
    private static ValueTask<Stream> FilterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        Telemetry.CountConnection();
        return ValueTask.FromResult(
            context.NegotiatedHttpVersion.Major == 1 && context.InitialRequestMessage.Method != HttpMethod.Connect
                ? new ConnectionHeaderFilter(context.PlaintextStream)
                : context.PlaintextStream);
    }
}
