using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Hosting;

/// <summary>Looks at the first byte of a connection and redirects clients that speak plain HTTP on the TLS port.</summary>
internal static class PlainHttpGuard
{
    private const byte TlsHandshake = 0x16;

    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, HttpServerContext server)
    {
        PipeReader input = connection.Transport.Input;
        ReadResult first;
        try
        {
            first = await input.ReadAsync(connection.ConnectionClosed).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        bool isTls = first.Buffer.IsEmpty || first.Buffer.FirstSpan[0] == TlsHandshake;
        input.AdvanceTo(first.Buffer.Start);
        if (isTls)
        {
            await next(connection).ConfigureAwait(false);
        }
        else
        {
            await RedirectAsync(connection, server).ConfigureAwait(false);
        }
    }

    private static async Task RedirectAsync(ConnectionContext connection, HttpServerContext server)
    {
        using CancellationTokenSource idle = new(server.IdleTimeout, server.Time);
        try
        {
            WireRequest? request = await new RequestHeadReader(connection.Transport.Input, server.Limits).ReadAsync(idle.Token).ConfigureAwait(false);
            if (request is null)
            {
                return;
            }

            if (request.Header("Host") is not { } host)
            {
                // Proxmox: without a host name there is nothing to redirect to; the server waits and closes.
                await Task.Delay(server.IdleTimeout, server.Time, connection.ConnectionClosed).ConfigureAwait(false);
                return;
            }

            string reason = request.Method == "GET" ? "Moved Permanently" : "Permanent Redirect";
            WireResponse response = WireResponse.Text(request.Method == "GET" ? 301 : 308, reason) with
            {
                Headers = [new("Location", $"https://{host}{request.Target}")],
            };
            await server.Writer.WriteAsync(connection.Transport.Output, request, response, close: false, truncate: false, idle.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or RequestHeadException)
        {
            connection.Abort();
        }
    }
}
