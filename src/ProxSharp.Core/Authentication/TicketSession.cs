using Microsoft.Extensions.Logging;

namespace ProxSharp.Authentication;

/// <summary>
/// Holds the ticket of a client and keeps it fresh. Any number of synchronous and asynchronous calls may ask at once: one of them talks to
/// the server, the others wait for its result or go on with a ticket that is still good.
/// </summary>
internal sealed class TicketSession : IDisposable
{
    /// <summary>How long renewals pause after one has failed while the present ticket is still good.</summary>
    private static readonly TimeSpan s_renewalPause = TimeSpan.FromMinutes(1);

    private readonly ProxmoxProduct _product;
    private readonly ProxmoxCredentials _credentials;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private SessionTicket? _current;
    private FailedLogin _failed = new(0, null);
    private long _nextRenewal;

    public TicketSession(ProxmoxProduct product, ProxmoxCredentials credentials, TimeProvider time, ILogger logger)
    {
        _product = product;
        _credentials = credentials;
        _time = time;
        _logger = logger;
        if (credentials is TicketCredentials ticket)
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset obtained = ticket.Issued is { } issued && issued < now ? issued : now;
            _current = SessionTicket.Create(product, ticket.User, ticket.Value, ticket.CsrfToken, obtained);
        }
    }

    /// <summary>Gives a ticket to send with a request.</summary>
    /// <param name="exchange">Talks to the server if that is needed.</param>
    /// <param name="maximumAge">The age from which the ticket is exchanged for a new one.</param>
    /// <param name="rejected">A ticket the server has just refused; it is not given out again.</param>
    /// <param name="cancellationToken">Ends the waiting and the login.</param>
    public TicketGrant Get(LoginExchange exchange, TimeSpan maximumAge, SessionTicket? rejected, CancellationToken cancellationToken)
    {
        int failures = Volatile.Read(ref _failed).Number;
        if (Usable(maximumAge, rejected) is { } ready)
        {
            return new TicketGrant(ready, false);
        }

        SessionTicket? fallback = Fallback(maximumAge, rejected);
        if (fallback is null)
        {
            Enter(cancellationToken);
        }
        else if (!_gate.Wait(0, cancellationToken))
        {
            return new TicketGrant(fallback, false);
        }

        try
        {
            if (Usable(maximumAge, rejected) is { } fetched)
            {
                return new TicketGrant(fetched, false);
            }

            ThrowIfFailedSince(failures);
            return Good(rejected) is { } old && Renew(exchange, old, cancellationToken) is { } renewed
                ? new TicketGrant(renewed, false)
                : LogIn(exchange, rejected, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc cref="Get"/>
    public async ValueTask<TicketGrant> GetAsync(LoginExchange exchange, TimeSpan maximumAge, SessionTicket? rejected, CancellationToken cancellationToken)
    {
        int failures = Volatile.Read(ref _failed).Number;
        if (Usable(maximumAge, rejected) is { } ready)
        {
            return new TicketGrant(ready, false);
        }

        SessionTicket? fallback = Fallback(maximumAge, rejected);
        if (fallback is null)
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!await _gate.WaitAsync(0, cancellationToken).ConfigureAwait(false))
        {
            return new TicketGrant(fallback, false);
        }

        try
        {
            if (Usable(maximumAge, rejected) is { } fetched)
            {
                return new TicketGrant(fetched, false);
            }

            ThrowIfFailedSince(failures);
            return Good(rejected) is { } old && await RenewAsync(exchange, old, cancellationToken).ConfigureAwait(false) is { } renewed
                ? new TicketGrant(renewed, false)
                : await LogInAsync(exchange, rejected, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets a ticket that the server refused, unless it has been replaced already.</summary>
    public void Forget(SessionTicket ticket) => Interlocked.CompareExchange(ref _current, null, ticket);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    // Threads that block in a semaphore are missing in the pool, and the login they wait for needs the pool to connect. For threads that
    // block in a task the pool makes up.
    private void Enter(CancellationToken cancellationToken)
    {
        Task entered = _gate.WaitAsync(cancellationToken);
        Task.WaitAny([entered], CancellationToken.None);
        if (entered.IsCanceled)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private SessionTicket? Renew(LoginExchange exchange, SessionTicket old, CancellationToken cancellationToken)
    {
        try
        {
            return Renewed(exchange.Renew(old, cancellationToken), old, exchange.Server);
        }
        catch (ProxmoxException exception)
        {
            return GoOnWith(old, exchange.Server, exception);
        }
    }

    private async Task<SessionTicket?> RenewAsync(LoginExchange exchange, SessionTicket old, CancellationToken cancellationToken)
    {
        try
        {
            return Renewed(await exchange.RenewAsync(old, cancellationToken).ConfigureAwait(false), old, exchange.Server);
        }
        catch (ProxmoxException exception)
        {
            return GoOnWith(old, exchange.Server, exception);
        }
    }

    private TicketGrant LogIn(LoginExchange exchange, SessionTicket? rejected, CancellationToken cancellationToken)
    {
        if (_credentials is not PasswordCredentials password)
        {
            return LastResort(exchange, rejected);
        }

        try
        {
            return LoggedIn(exchange.LogIn(password, cancellationToken), exchange.Server);
        }
        catch (ProxmoxAuthenticationException exception)
        {
            Remember(exception);
            throw;
        }
    }

    private async Task<TicketGrant> LogInAsync(LoginExchange exchange, SessionTicket? rejected, CancellationToken cancellationToken)
    {
        if (_credentials is not PasswordCredentials password)
        {
            return LastResort(exchange, rejected);
        }

        try
        {
            return LoggedIn(await exchange.LogInAsync(password, cancellationToken).ConfigureAwait(false), exchange.Server);
        }
        catch (ProxmoxAuthenticationException exception)
        {
            Remember(exception);
            throw;
        }
    }

    // Young enough, or a renewal has just failed and it still lives.
    private SessionTicket? Usable(TimeSpan maximumAge, SessionTicket? rejected)
    {
        SessionTicket? ticket = Volatile.Read(ref _current);
        if (ticket is null || ReferenceEquals(ticket, rejected))
        {
            return null;
        }

        DateTimeOffset now = _time.GetUtcNow();
        bool pausing = now.UtcTicks < Volatile.Read(ref _nextRenewal) && ticket.IsYounger(SessionTicket.Lifetime, now);
        return pausing || ticket.IsYounger(maximumAge, now) ? ticket : null;
    }

    // Not expired: it can renew itself.
    private SessionTicket? Good(SessionTicket? rejected)
    {
        SessionTicket? ticket = Volatile.Read(ref _current);
        return ticket is not null && !ReferenceEquals(ticket, rejected) && ticket.IsYounger(SessionTicket.Lifetime, _time.GetUtcNow()) ? ticket : null;
    }

    // What a call may use while another one renews. A request that cannot be repeated waits for the new ticket.
    private SessionTicket? Fallback(TimeSpan maximumAge, SessionTicket? rejected) => maximumAge < SessionTicket.HalfLife ? null : Good(rejected);

    private SessionTicket? Renewed(LoginReply? reply, SessionTicket old, string server)
    {
        if (reply is null)
        {
            Log.RenewalRefused(_logger, old.User, server);
            return null;
        }

        Log.Renewed(_logger, old.User, server);
        return Keep(reply);
    }

    private SessionTicket GoOnWith(SessionTicket old, string server, ProxmoxException exception)
    {
        Log.RenewalFailed(_logger, old.User, server, exception);
        Volatile.Write(ref _nextRenewal, (_time.GetUtcNow() + s_renewalPause).UtcTicks);
        return old;
    }

    private TicketGrant LoggedIn(LoginReply reply, string server)
    {
        Log.LoggedIn(_logger, _credentials.User, server);
        return new TicketGrant(Keep(reply), true);
    }

    private SessionTicket Keep(LoginReply reply)
    {
        DateTimeOffset now = _time.GetUtcNow();
        SessionTicket ticket = reply.Cookie is null
            ? SessionTicket.Create(_product, _credentials.User, reply.Ticket, reply.CsrfToken, now)
            : new SessionTicket(_credentials.User, reply.Ticket, reply.Cookie, reply.CsrfToken, now);
        Volatile.Write(ref _nextRenewal, 0);
        Volatile.Write(ref _current, ticket);
        return ticket;
    }

    // A ticket from elsewhere that looks expired may be good by the server's clock: it decides.
    private TicketGrant LastResort(LoginExchange exchange, SessionTicket? rejected)
    {
        SessionTicket? ticket = Volatile.Read(ref _current);
        return ticket is not null && !ReferenceEquals(ticket, rejected)
            ? new TicketGrant(ticket, false)
            : throw LoginErrors.TicketOver((TicketCredentials)_credentials, exchange.Server);
    }

    private void Remember(ProxmoxAuthenticationException exception)
        => Volatile.Write(ref _failed, new FailedLogin(_failed.Number + 1, exception));

    // A wrong password costs three seconds and counts towards lockouts: calls that waited for the same login share its failure.
    private void ThrowIfFailedSince(int number)
    {
        FailedLogin failed = Volatile.Read(ref _failed);
        if (failed.Number != number && failed.Error is { } error)
        {
            throw LoginErrors.Shared(error);
        }
    }

    private sealed record FailedLogin(int Number, ProxmoxAuthenticationException? Error);
}
