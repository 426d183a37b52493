namespace ProxSharp.Authentication;

/// <summary>
/// Who a client is for its server. Passwords and token secrets may come from a <see cref="SecretSource"/>, which is asked when the value is
/// needed; <see cref="object.ToString"/> never shows them.
/// </summary>
/// <example>
/// <code>
/// ProxmoxCredentials token = ProxmoxCredentials.ApiToken("root@pam!ci", SecretSource.FromEnvironment("PVE_TOKEN"));
/// ProxmoxCredentials login = ProxmoxCredentials.Password("admin@pve", SecretSource.FromFile("/run/secrets/pve"));
/// </code>
/// </example>
public abstract class ProxmoxCredentials
{
    private protected ProxmoxCredentials()
    {
    }

    /// <summary>No credentials: only the few calls that need no login work, such as the list of realms.</summary>
    public static ProxmoxCredentials None { get; } = new AnonymousCredentials();

    /// <summary>The user in the form <c>user@realm</c>, or <c>user@realm!name</c> for an API token; empty if there is none.</summary>
    public abstract string User { get; }

    /// <inheritdoc cref="Password(string, SecretSource, SecondFactor?)"/>
    public static ProxmoxCredentials Password(string user, string password, SecondFactor? secondFactor = null)
        => Password(user, SecretSource.FromValue(password), secondFactor);

    /// <summary>
    /// Logs in with a password and keeps the ticket fresh: it is renewed after an hour, and the password is used again when the ticket has
    /// run out (2 hours) or the server no longer takes it.
    /// </summary>
    /// <param name="user">The user with the realm, for example <c>root@pam</c>.</param>
    /// <param name="password">The password; read anew for each login.</param>
    /// <param name="secondFactor">Answers the server's question for a second factor; null if the user has none.</param>
    /// <exception cref="ArgumentException">The user lacks the realm.</exception>
    public static ProxmoxCredentials Password(string user, SecretSource password, SecondFactor? secondFactor = null)
        => new PasswordCredentials(user, password, secondFactor);

    /// <summary>Uses a ticket that was obtained elsewhere. It is renewed after an hour of its life, but not replaced once it has run out.</summary>
    /// <param name="ticket">The ticket as the server gave it, starting with <c>PVE:</c> or <c>PBS:</c>.</param>
    /// <param name="csrfToken">The token against cross-site requests that came with the ticket; null is enough for reading.</param>
    /// <exception cref="ArgumentException">The text is not a ticket, or one that still waits for the second factor.</exception>
    public static ProxmoxCredentials Ticket(string ticket, string? csrfToken) => new TicketCredentials(ticket, csrfToken);

    /// <inheritdoc cref="ApiToken(string, SecretSource)"/>
    public static ProxmoxCredentials ApiToken(string id, string secret) => ApiToken(id, SecretSource.FromValue(secret));

    /// <summary>Uses an API token. There is no login, nothing to renew and no second factor.</summary>
    /// <param name="id">The token in the form <c>user@realm!name</c>.</param>
    /// <param name="secret">The secret that was shown when the token was created; read once, before the first call.</param>
    /// <exception cref="ArgumentException">The id does not have that form.</exception>
    public static ProxmoxCredentials ApiToken(string id, SecretSource secret) => new ApiTokenCredentials(id, secret);

    /// <summary>Names the kind and the user; secrets show as <c>***</c>.</summary>
    public abstract override string ToString();
}
