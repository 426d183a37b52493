using ProxSharp.Configuration;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>The settings of a client, as a section of the configuration holds them.</summary>
/// <example>
/// <code>
/// "Proxmox": {
///   "Endpoints": ["https://pve1:8006", "https://pve2:8006"],
///   "TokenId": "automation@pve!ci", "Secret": "env:PROXMOX_SECRET", "CaFile": "/etc/pve-root-ca.pem", "LearnPeers": true
/// }
/// </code>
/// </example>
public sealed class ProxmoxServerSettings
{
    /// <summary>The addresses of the nodes; the first that answers is used.</summary>
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>The API token, for example <c>root@pam!ci</c>; null if a user logs in with a password.</summary>
    public string? TokenId { get; set; }

    /// <summary>The user with realm, for example <c>root@pam</c>; null if a token is used.</summary>
    public string? User { get; set; }

    /// <summary>Where the secret is found: <c>env:NAME</c>, <c>file:/path</c> or <c>exec:command arguments</c>. Never the secret itself.</summary>
    public string? Secret { get; set; }

    /// <summary>SHA-256 fingerprints of certificates, any of which is accepted and no other; empty for none.</summary>
    public IList<string> Fingerprints { get; set; } = [];

    /// <summary>A PEM file with the authority that signs the certificates; null for those that the system trusts.</summary>
    public string? CaFile { get; set; }

    /// <summary>True to accept any certificate: for throw-away test servers only. Default: false.</summary>
    public bool Insecure { get; set; }

    /// <summary>How long a call may take in all, for example <c>00:01:00</c>; null for the client's default of 60 s.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long setting up a connection may take; null for the client's default of 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>Whether the other nodes of the cluster are learnt, see <see cref="ProxmoxClientOptions.LearnPeers"/>. Default: false.</summary>
    public bool LearnPeers { get; set; }

    internal ServerConfig ToConfig(ProxmoxProduct product) => new()
    {
        Product = product,
        Endpoints = [.. Endpoints],
        TokenId = TokenId,
        User = User,
        Secret = Secret,
        Fingerprints = [.. Fingerprints],
        CaFile = CaFile,
        Insecure = Insecure,
        Timeout = Timeout,
        ConnectTimeout = ConnectTimeout,
        LearnPeers = LearnPeers,
    };
}
