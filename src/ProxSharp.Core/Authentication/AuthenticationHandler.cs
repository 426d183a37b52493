using System.Net;
using Microsoft.Extensions.Logging;
using ProxSharp.Http;

namespace ProxSharp.Authentication;

/// <summary>
/// Adds credentials to requests: the header of an API token, or cookie and CSRF token of a ticket that it obtains and keeps fresh. A request
/// that is answered with 401 is repeated once after a new login, provided that its content can be sent again; a 403 never is.
/// </summary>
internal sealed class AuthenticationHandler : ProxmoxHandler
{
    private readonly ProxmoxProduct _product;
    private readonly ProxmoxCredentials _credentials;
    private readonly ILogger _logger;
    private readonly TicketSession _session;
    private readonly HandlerSend _inner;

    /// <summary>Creates the handler.</summary>
    /// <param name="product">The product of the servers behind it.</param>
    /// <param name="credentials">Who the client is.</param>
    /// <param name="timeProvider">Tells the age of tickets.</param>
    /// <param name="logger">Gets logins and renewals.</param>
    public AuthenticationHandler(ProxmoxProduct product, ProxmoxCredentials credentials, TimeProvider timeProvider, ILogger logger)
    {
        _product = product;
        _credentials = credentials;
        _logger = logger;
        _session = new TicketSession(product, credentials, timeProvider, logger);
        _inner = new HandlerSend(SendInner, SendInnerAsync);
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_credentials is AnonymousCredentials || OpenEndpoints.Contains(request))
        {
            return SendInner(request, cancellationToken);
        }

        if (_credentials is ApiTokenCredentials token)
        {
            SetHeader(request, "Authorization", token.GetHeader(_product, cancellationToken));
            return SendInner(request, cancellationToken);
        }

        bool replayable = IReplayableContent.Check(request.Content);
        LoginExchange exchange = new(_product, request, _inner);
        TicketGrant grant = _session.Get(exchange, MaximumAge(replayable), null, cancellationToken);
        Authenticate(request, grant.Ticket);
        HttpResponseMessage response = SendInner(request, cancellationToken);
        if (!MustLogInAgain(response, grant, replayable))
        {
            return response;
        }

        response.Dispose();
        grant = _session.Get(exchange, SessionTicket.HalfLife, grant.Ticket, cancellationToken);
        Authenticate(request, grant.Ticket);
        return SendInner(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_credentials is AnonymousCredentials || OpenEndpoints.Contains(request))
        {
            return await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (_credentials is ApiTokenCredentials token)
        {
            SetHeader(request, "Authorization", await token.GetHeaderAsync(_product, cancellationToken).ConfigureAwait(false));
            return await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
        }

        bool replayable = IReplayableContent.Check(request.Content);
        LoginExchange exchange = new(_product, request, _inner);
        TicketGrant grant = await _session.GetAsync(exchange, MaximumAge(replayable), null, cancellationToken).ConfigureAwait(false);
        Authenticate(request, grant.Ticket);
        HttpResponseMessage response = await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
        if (!MustLogInAgain(response, grant, replayable))
        {
            return response;
        }

        response.Dispose();
        grant = await _session.GetAsync(exchange, SessionTicket.HalfLife, grant.Ticket, cancellationToken).ConfigureAwait(false);
        Authenticate(request, grant.Ticket);
        return await SendInnerAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session.Dispose();
        }

        base.Dispose(disposing);
    }

    private static TimeSpan MaximumAge(bool replayable) => replayable ? SessionTicket.HalfLife : SessionTicket.Fresh;

    private static void Authenticate(HttpRequestMessage request, SessionTicket ticket)
    {
        SetHeader(request, "Cookie", ticket.Cookie);
        if (request.Method != HttpMethod.Get && ticket.CsrfToken is { } csrf)
        {
            SetHeader(request, "CSRFPreventionToken", csrf);
        }
    }

    private static void SetHeader(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private bool MustLogInAgain(HttpResponseMessage response, TicketGrant grant, bool replayable)
    {
        if (!RefusesTicket(response))
        {
            return false;
        }

        Log.TicketRejected(_logger, grant.Ticket.User, response.RequestMessage?.RequestUri?.Authority ?? "the server");
        if (replayable && !grant.LoggedIn && _credentials is not TicketCredentials)
        {
            return true;
        }

        // The next request logs in, if the credentials can; this one ends with the 401 and the server's own words. A ticket that came without
        // its CSRF token is good for reading although a write with it is refused.
        if (grant.Ticket.CsrfToken is not null || response.RequestMessage?.Method == HttpMethod.Get)
        {
            _session.Forget(grant.Ticket);
        }

        return false;
    }

    // Proxmox: both products refuse a ticket, token or CSRF token without a content type. A 401 labelled as JSON comes from the call itself
    // (a wrong current password, say), and a new login would not change it.
    private static bool RefusesTicket(HttpResponseMessage response)
        => response.StatusCode == HttpStatusCode.Unauthorized && response.Content.Headers.ContentType?.MediaType != "application/json";
}
