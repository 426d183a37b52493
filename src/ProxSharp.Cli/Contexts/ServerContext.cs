namespace ProxSharp.Cli.Contexts;

/// <summary>A server (or cluster) and how to log in to it.</summary>
internal sealed record ServerContext
{
    /// <summary>The name the user gave it; null for one that was described on the command line.</summary>
    public string? Name { get; init; }

    /// <summary>The product.</summary>
    public required ProxmoxProduct Product { get; init; }

    /// <summary>The addresses of its nodes; the first that answers is used.</summary>
    public required IReadOnlyList<ProxmoxEndpoint> Endpoints { get; init; }

    /// <summary>The API token, for example <c>root@pam!ci</c>; null if a user logs in with a password.</summary>
    public string? TokenId { get; init; }

    /// <summary>The user with realm, for example <c>root@pam</c>; null if a token is used.</summary>
    public string? User { get; init; }

    /// <summary>Where the token's secret or the password is found.</summary>
    public SecretReference? Secret { get; init; }

    /// <summary>Which certificates are accepted.</summary>
    public TrustSettings Trust { get; init; } = TrustSettings.System;

    /// <summary>True if nothing may be changed through it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Guests with one of these tags may not be changed through it.</summary>
    public IReadOnlyList<string> ProtectedTags { get; init; } = [];

    /// <summary>The short name of the product.</summary>
    public string ProductName => Products.ShortName(Product);
}
