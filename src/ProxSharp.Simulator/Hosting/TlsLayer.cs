using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace ProxSharp.Simulator.Hosting;

/// <summary>
/// Speaks TLS on connections. The web server could do that too, but only with a whole host around it, and with pipes that read 4 KiB at a time, a quarter of a
/// TLS record.
/// </summary>
internal sealed class TlsLayer(X509Certificate2 certificate)
{
    private const int BufferSize = 64 << 10;

    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(10);

    // Offline: nobody has issued this certificate.
    private readonly SslServerAuthenticationOptions _options = new() { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) };

    /// <summary>Makes the connection's transport one of what was decrypted, and gives the connection on; one without a handshake ends.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IDuplexPipe encrypted = connection.Transport;
        SslStream tls = new(new PipeStream(encrypted));
        await using (tls.ConfigureAwait(false))
        {
            if (!await TryAuthenticateAsync(tls, connection).ConfigureAwait(false))
            {
                return;
            }

            DecryptedPipe decrypted = new(tls);
            connection.Transport = decrypted;
            try
            {
                await next(connection).ConfigureAwait(false);
                await SayGoodbyeAsync(tls).ConfigureAwait(false);
            }
            finally
            {
                connection.Transport = encrypted;
                decrypted.Input.Complete();
                decrypted.Output.Complete();
            }
        }
    }

    private async Task<bool> TryAuthenticateAsync(SslStream tls, ConnectionContext connection)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        timeout.CancelAfter(s_handshakeTimeout);
        try
        {
            await tls.AuthenticateAsServerAsync(_options, timeout.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException or ConnectionAbortedException)
        {
            // A client that does not trust the certificate, speaks something else or went away; it has been told what TLS tells.
            return false;
        }
    }

    // A client that reads to the end must know that it has all of it, and that nobody cut the connection.
    private static async Task SayGoodbyeAsync(SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The connection was broken off, by the client or on purpose: there is nobody to tell.
        }
    }

    private sealed class DecryptedPipe(SslStream tls) : IDuplexPipe
    {
        public PipeReader Input { get; } =
            PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true));
    }
}
