namespace ProxSharp.Authentication;

/// <summary>User and password, perhaps with a second factor.</summary>
internal sealed class PasswordCredentials : ProxmoxCredentials
{
    public PasswordCredentials(string user, SecretSource secret, SecondFactor? secondFactor)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        ArgumentNullException.ThrowIfNull(secret);
        int at = user.LastIndexOf('@');
        if (at <= 0 || at == user.Length - 1)
        {
            throw new ArgumentException(
                $"'{user}' lacks the realm: write it as user@realm, for example {(at <= 0 ? user.Trim('@') : user[..at])}@pam.", nameof(user));
        }

        if (user.Contains('!', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{user}' is the id of an API token, and tokens do not log in: use {nameof(ProxmoxCredentials)}.{nameof(ApiToken)}.", nameof(user));
        }

        User = user;
        Realm = user[(at + 1)..];
        Secret = secret;
        SecondFactor = secondFactor;
    }

    /// <inheritdoc/>
    public override string User { get; }

    public string Realm { get; }

    public SecretSource Secret { get; }

    public SecondFactor? SecondFactor { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{User} with password ***";
}
