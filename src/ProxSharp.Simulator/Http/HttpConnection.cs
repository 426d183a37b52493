using System.Text;
using Microsoft.AspNetCore.Connections;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Simulator.Http;

/// <summary>Serves one connection: reads requests, lets the pipeline answer them, and decides when the connection ends.</summary>
internal sealed class HttpConnection(ConnectionContext connection, HttpServerContext server)
{
    // Bodies that nobody read are taken off the wire up to this size, so that the client can read the answer.
    private const int LingerBytes = 4 * 1024 * 1024;

    private readonly RequestHeadReader _heads = new(connection.Transport.Input, server.Limits);
    private readonly long _id = server.Traffic.NextConnection();
    private int _served;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ServeOneAsync(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException or ConnectionResetException)
        {
            // The client went away, was idle too long, or the simulator is being disposed: nobody is left to tell.
            connection.Abort();
        }
    }

    private async Task<bool> ServeOneAsync(CancellationToken cancellationToken)
    {
        WireRequest? request;
        using CancellationTokenSource idle = new(server.IdleTimeout, server.IdleTime);
        try
        {
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
            request = await _heads.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (RequestHeadException exception)
        {
            await RefuseAsync(exception, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // An orderly end: a client that is still reading the last answer must get all of it.
            return false;
        }

        if (request is null)
        {
            return false;
        }

        _served++;
        SimulatedRequest seen = new(request.Method, request.Path, request.Query, _id);
        server.Traffic.Add(seen);
        return await AnswerAsync(request, server.Faults.Take(seen), cancellationToken).ConfigureAwait(false);
    }

    private async Task RefuseAsync(RequestHeadException exception, CancellationToken cancellationToken)
    {
        if (exception.Response is { } response)
        {
            await server.Writer.WriteAsync(connection.Transport.Output, null, response, close: true, truncate: false, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Proxmox: a head over the limits is never answered; the connection closes at the timeout.
        await Task.Delay(server.IdleTimeout, server.Time, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> AnswerAsync(WireRequest request, Fault? fault, CancellationToken cancellationToken)
    {
        WireResponse? early = server.Pipeline.CheckHead(request);
        request.Body = new WireBody(connection.Transport.Input, early is null ? request.ContentLength : 0);
        if (fault?.Kind == FaultKind.DropBeforeExecution)
        {
            connection.Abort();
            return false;
        }

        WireResponse response = early ?? FaultResponse(fault) ?? await server.Pipeline.HandleAsync(request, cancellationToken).ConfigureAwait(false);
        if (fault?.Kind == FaultKind.DropAfterExecution || response.IsDropped)
        {
            response.Takeover?.Abandon();
            connection.Abort();
            return false;
        }

        if (response.Takeover is { } takeover)
        {
            await HandOverAsync(request, response, takeover, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (response.Upgrade is { } protocol)
        {
            await UpgradeAsync(request, response, protocol, cancellationToken).ConfigureAwait(false);
            return false;
        }

        return await ReplyAsync(request, response, fault, isEarly: early is not null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends an answer. Returns whether the connection can serve another request.</summary>
    private async Task<bool> ReplyAsync(WireRequest request, WireResponse response, Fault? fault, bool isEarly, CancellationToken cancellationToken)
    {
        await WaitAsync(response.Delay + (fault?.Kind == FaultKind.SlowReply ? fault.Delay : TimeSpan.Zero), cancellationToken).ConfigureAwait(false);
        bool truncate = fault?.Kind == FaultKind.TruncatedBody;
        bool close = truncate || response.Close || (server.ClosesOnError && response.Status >= 400) || !response.HasLength || request.WantsClose
            || isEarly || !request.Body.IsConsumed || _served >= server.MaximumRequests || cancellationToken.IsCancellationRequested;
        await server.Writer.WriteAsync(connection.Transport.Output, request, response, close, truncate, cancellationToken).ConfigureAwait(false);
        if (close)
        {
            await LingerAsync(request, truncate, cancellationToken).ConfigureAwait(false);
        }

        return !close;
    }

    private async Task UpgradeAsync(WireRequest request, WireResponse response, IStreamProtocol protocol, CancellationToken cancellationToken)
    {
        await connection.Transport.Output.WriteAsync(WebSocketUpgrade.Head(request, response), cancellationToken).ConfigureAwait(false);
        try
        {
            await new WebSocketConnection(connection.Transport, protocol).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            // Proxmox: a frame against the rules is never answered; the connection breaks.
            connection.Abort();
        }
    }

    private async Task HandOverAsync(WireRequest request, WireResponse response, IConnectionTakeover takeover, CancellationToken cancellationToken)
    {
        try
        {
            await server.Writer.WriteAsync(connection.Transport.Output, request, response, close: false, truncate: false, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            takeover.Abandon();
            throw;
        }

        await takeover.RunAsync(connection, _id, cancellationToken).ConfigureAwait(false);
    }

    private async Task LingerAsync(WireRequest request, bool truncate, CancellationToken cancellationToken)
    {
        if (truncate)
        {
            connection.Abort();
            return;
        }

        long taken = 0;
        while (!request.Body.IsConsumed && taken < LingerBytes)
        {
            int length = (await request.Body.ReadChunkAsync(cancellationToken).ConfigureAwait(false)).Length;
            taken += length;
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, server.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static WireResponse? FaultResponse(Fault? fault) => fault?.Kind switch
    {
        FaultKind.Status => WireResponse.Empty(fault.StatusCode, fault.Reason),
        FaultKind.HtmlGateway => new WireResponse
        {
            Status = 502,
            Reason = "Bad Gateway",
            ContentType = "text/html",
            Close = true,
            Body = Encoding.UTF8.GetBytes("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"),
        },
        _ => null,
    };
}
