using ProxSharp.Tls;

namespace ProxSharp.Http;

/// <summary>
/// Sends a request to the next endpoint when one cannot be reached. That is safe for every verb: it happens only when the connection could not
/// be set up, or when the server says that it could not pass the call on (595).
/// </summary>
internal sealed class FailoverHandler : ProxmoxHandler
{
    private const int NotPassedOn = 595;

    private readonly EndpointSelector _endpoints;
    private readonly ClientLog _log;

    public FailoverHandler(EndpointSelector endpoints, ClientLog log, HttpMessageHandler inner)
        : base(inner)
        => (_endpoints, _log) = (endpoints, log);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ApiRequestMessage message = (ApiRequestMessage)request;
        EndpointRound round = new(_endpoints);
        for (int turn = 0; ; turn++)
        {
            message.Target(round[turn]);
            try
            {
                HttpResponseMessage response = SendInner(request, cancellationToken);
                if (IsAnswer(response, message, round, turn))
                {
                    return Keep(response, message, round.Index(turn));
                }

                response.Dispose();
            }
            catch (Exception exception) when (CanGoOn(exception, message, round, turn, cancellationToken))
            {
                _log.FailedOver(message.Endpoint, round[turn + 1], exception);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ApiRequestMessage message = (ApiRequestMessage)request;
        EndpointRound round = new(_endpoints);
        for (int turn = 0; ; turn++)
        {
            message.Target(round[turn]);
            try
            {
                HttpResponseMessage response = await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
                if (IsAnswer(response, message, round, turn))
                {
                    return Keep(response, message, round.Index(turn));
                }

                response.Dispose();
            }
            catch (Exception exception) when (CanGoOn(exception, message, round, turn, cancellationToken))
            {
                _log.FailedOver(message.Endpoint, round[turn + 1], exception);
            }
        }
    }

    private bool IsAnswer(HttpResponseMessage response, ApiRequestMessage request, EndpointRound round, int turn)
    {
        if ((int)response.StatusCode != NotPassedOn || round.IsLast(turn) || !IReplayableContent.Check(request.Content))
        {
            return true;
        }

        _log.FailedOver(request.Endpoint, round[turn + 1], null);
        return false;
    }

    private HttpResponseMessage Keep(HttpResponseMessage response, ApiRequestMessage request, int index)
    {
        // A node that cannot pass calls on is no good choice for the next one either.
        if ((int)response.StatusCode != NotPassedOn && _endpoints.Prefer(index))
        {
            _log.Preferred(request.Endpoint);
        }

        return response;
    }

    // A refused certificate is for a person to look at, not to be stepped around.
    private static bool CanGoOn(Exception exception, ApiRequestMessage request, EndpointRound round, int turn, CancellationToken cancellationToken)
        => !round.IsLast(turn)
            && !cancellationToken.IsCancellationRequested
            && TransportFailures.NothingSent(exception)
            && CertificateFailure.Find(exception) is null
            && IReplayableContent.Check(request.Content);
}
