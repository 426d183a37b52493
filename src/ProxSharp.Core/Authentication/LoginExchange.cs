using System.Net;
using ProxSharp.Http;
using ProxSharp.Tls;

namespace ProxSharp.Authentication;

/// <summary>The conversation that turns a password, or a ticket, into a new ticket. One object serves one attempt.</summary>
internal sealed class LoginExchange
{
    private const int LongestReply = 1024 * 1024;

    private readonly ProxmoxProduct _product;
    private readonly HttpRequestMessage _trigger;
    private readonly HandlerSend _inner;

    /// <summary>Prepares an attempt.</summary>
    /// <param name="product">The product of the server.</param>
    /// <param name="trigger">The request that needs the ticket; the login goes to the same server.</param>
    /// <param name="inner">The rest of the handler chain.</param>
    public LoginExchange(ProxmoxProduct product, HttpRequestMessage trigger, HandlerSend inner)
    {
        _product = product;
        _trigger = trigger;
        _inner = inner;
    }

    /// <summary>The server as texts name it.</summary>
    public string Server => _trigger.RequestUri!.Authority;

    /// <summary>Logs in with the password, and the second factor if the server asks for it.</summary>
    public LoginReply LogIn(PasswordCredentials credentials, CancellationToken cancellationToken)
    {
        string secret = credentials.Secret.Read(cancellationToken);
        string? code = OneTimePassword(credentials)?.Read(cancellationToken);
        using HttpRequestMessage first = First(credentials.User, secret, code);
        LoginReply reply = Exchange(first, credentials.User, LoginStep.Password, cancellationToken)!;
        if (!reply.NeedsSecondFactor)
        {
            return reply;
        }

        SecondFactorResponse response = credentials.SecondFactor!.Respond(Challenge(credentials, reply));
        using HttpRequestMessage second = Second(credentials.User, response, reply.Ticket);
        return Whole(Exchange(second, credentials.User, LoginStep.SecondFactor, cancellationToken)!);
    }

    /// <inheritdoc cref="LogIn"/>
    public async Task<LoginReply> LogInAsync(PasswordCredentials credentials, CancellationToken cancellationToken)
    {
        string secret = await credentials.Secret.ReadAsync(cancellationToken).ConfigureAwait(false);
        string? code = OneTimePassword(credentials) is { } source ? await source.ReadAsync(cancellationToken).ConfigureAwait(false) : null;
        using HttpRequestMessage first = First(credentials.User, secret, code);
        LoginReply reply = (await ExchangeAsync(first, credentials.User, LoginStep.Password, cancellationToken).ConfigureAwait(false))!;
        if (!reply.NeedsSecondFactor)
        {
            return reply;
        }

        SecondFactorResponse response = await credentials.SecondFactor!.RespondAsync(Challenge(credentials, reply), cancellationToken).ConfigureAwait(false);
        using HttpRequestMessage second = Second(credentials.User, response, reply.Ticket);
        return Whole((await ExchangeAsync(second, credentials.User, LoginStep.SecondFactor, cancellationToken).ConfigureAwait(false))!);
    }

    /// <summary>Exchanges a ticket for a new one; null if the server refused.</summary>
    public LoginReply? Renew(SessionTicket ticket, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = First(ticket.User, ticket.Ticket, null);
        return WholeOrNull(Exchange(request, ticket.User, LoginStep.Renewal, cancellationToken));
    }

    /// <inheritdoc cref="Renew"/>
    public async Task<LoginReply?> RenewAsync(SessionTicket ticket, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = First(ticket.User, ticket.Ticket, null);
        return WholeOrNull(await ExchangeAsync(request, ticket.User, LoginStep.Renewal, cancellationToken).ConfigureAwait(false));
    }

    private LoginReply? Exchange(HttpRequestMessage request, string user, LoginStep step, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = _inner.Send(request, cancellationToken);
            using Stream stream = response.Content.ReadAsStream(cancellationToken);
            using MemoryStream body = new();
            byte[] buffer = new byte[4096];
            while (body.Length <= LongestReply && stream.Read(buffer) is int count and > 0)
            {
                body.Write(buffer, 0, count);
            }

            return Read(response, body, user, step);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Unreachable(exception);
        }
    }

    private async Task<LoginReply?> ExchangeAsync(HttpRequestMessage request, string user, LoginStep step, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _inner.SendAsync(request, cancellationToken).ConfigureAwait(false);
            using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using MemoryStream body = new();
            byte[] buffer = new byte[4096];
            while (body.Length <= LongestReply && await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is int count and > 0)
            {
                body.Write(buffer, 0, count);
            }

            return Read(response, body, user, step);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Unreachable(exception);
        }
    }

    private LoginReply? Read(HttpResponseMessage response, MemoryStream body, string user, LoginStep step)
    {
        ReadOnlyMemory<byte> bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return LoginReply.Read(response, bytes, Server);
        }

        // A refused renewal is no error: the password is next.
        bool refused = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        return step == LoginStep.Renewal && refused ? null : throw LoginErrors.Refused(user, step, response, bytes.Span, Server);
    }

    private HttpRequestMessage First(string user, string password, string? oneTimePassword)
        => oneTimePassword is null
            ? LoginRequests.Create(_product, _trigger, new("username", user), new("password", password))
            : LoginRequests.Create(_product, _trigger, new("username", user), new("password", password), new("otp", oneTimePassword));

    private HttpRequestMessage Second(string user, SecondFactorResponse response, string challenge)
        => LoginRequests.Create(_product, _trigger, new("username", user), new("password", response.Wire), new("tfa-challenge", challenge));

    private SecondFactorChallenge Challenge(PasswordCredentials credentials, LoginReply reply)
    {
        SecondFactorChallenge challenge = SecondFactorChallenge.Parse(credentials.User, reply.Ticket);
        return credentials.SecondFactor is { CanRespond: true } ? challenge : throw LoginErrors.NoSecondFactor(credentials, challenge, Server);
    }

    private SecretSource? OneTimePassword(PasswordCredentials credentials)
        => credentials.SecondFactor?.OneTimePassword is not { } code ? null
            : _product == ProxmoxProduct.VirtualEnvironment ? code
            : throw new InvalidOperationException("Proxmox Backup Server takes no one-time password together with the "
                + "password: use SecondFactor.FromCallback.");

    private LoginReply Whole(LoginReply reply)
        => reply.NeedsSecondFactor ? throw new ProxmoxProtocolException($"{Server} asks for a second factor again after it was given.") : reply;

    // A half ticket in answer to a renewal is no use; the password is asked for then.
    private static LoginReply? WholeOrNull(LoginReply? reply) => reply is { NeedsSecondFactor: false } ? reply : null;

    // The text of a refused certificate is complete as it is. Nothing but a login was sent: the call itself was not carried out.
    private ProxmoxConnectionException Unreachable(Exception exception)
        => CertificateFailure.Find(exception)
            ?? new ProxmoxConnectionException($"Unable to log in at {Server}: {TransportFailures.Word(exception, Server)}.", exception);
}
