using ProxSharp.Authentication;
using ProxSharp.Tls;

namespace ProxSharp.Configuration;

/// <summary>How a cluster or a backup server is reached, as a configuration says it. Texts are checked by <see cref="Validate(string)"/>.</summary>
public sealed record ServerConfig
{
    /// <summary>The product of the server.</summary>
    public required ProxmoxProduct Product { get; init; }

    /// <summary>The addresses of its nodes as <see cref="ProxmoxEndpoint.Parse"/> reads them; the first that answers is used.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>The API token, for example <c>root@pam!ci</c>; null if a user logs in with a password.</summary>
    public string? TokenId { get; init; }

    /// <summary>The user with realm, for example <c>root@pam</c>; null if a token is used.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Where the token's secret or the password is found: <c>env:NAME</c>, <c>file:/path</c> or <c>exec:command arguments</c>. Never the secret itself.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>SHA-256 fingerprints of certificates, any of which is accepted and no other; empty for none.</summary>
    public IReadOnlyList<string> Fingerprints { get; init; } = [];

    /// <summary>A PEM file with the authority that signs the certificates; null for those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>True to accept any certificate: for throw-away test servers only. Default: false.</summary>
    public bool Insecure { get; init; }

    /// <summary>How long a call may take in all; null for the client's default of 60 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long setting up a connection may take; null for the client's default of 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Whether the other nodes of the cluster are learnt, see <see cref="ProxmoxClientOptions.LearnPeers"/>. Default: false.</summary>
    public bool LearnPeers { get; init; }

    /// <summary>Finds everything that is wrong.</summary>
    /// <param name="place">What stands in front of the members' names in the errors, for example <c>clusters.production</c>.</param>
    public IReadOnlyList<ProxmoxConfigError> Validate(string place) => ServerConfigCheck.Run(this, place);

    /// <summary>Makes the options of a client. The secret is read when the client first needs it.</summary>
    /// <exception cref="ProxmoxConfigException">Something is wrong.</exception>
    public ProxmoxClientOptions ToOptions()
    {
        IReadOnlyList<ProxmoxConfigError> errors = Validate("server");
        if (errors.Count > 0)
        {
            throw new ProxmoxConfigException("the settings", errors);
        }

        ProxmoxClientOptions defaults = new() { Endpoints = [.. Endpoints.Select(endpoint => ProxmoxEndpoint.Parse(endpoint, Product))] };
        return defaults with
        {
            Credentials = MakeCredentials(),
            Trust = MakeTrust(),
            Timeout = Timeout ?? defaults.Timeout,
            ConnectTimeout = ConnectTimeout ?? defaults.ConnectTimeout,
            LearnPeers = LearnPeers,
        };
    }

    internal ServerTrust MakeTrust()
    {
        ServerTrust trust = Insecure ? ServerTrust.Insecure : Fingerprints.Count > 0 ? ServerTrust.Pin([.. Fingerprints]) : ServerTrust.System;
        return CaFile is null ? trust : trust.WithCertificateAuthority(CaFile);
    }

    private ProxmoxCredentials MakeCredentials() => TokenId is not null
        ? ProxmoxCredentials.ApiToken(TokenId, SecretSource.Parse(Secret!))
        : ProxmoxCredentials.Password(User!, SecretSource.Parse(Secret!));
}
