using ProxSharp.Tls;

namespace ProxSharp.Cli.Contexts;

/// <summary>Which certificates of a server are accepted; with nothing set those that the operating system trusts.</summary>
internal sealed record TrustSettings
{
    /// <summary>Only what the operating system trusts.</summary>
    public static readonly TrustSettings System = new();

    /// <summary>SHA-256 fingerprints, any of which is accepted.</summary>
    public IReadOnlyList<CertificateFingerprint> Fingerprints { get; init; } = [];

    /// <summary>A PEM file with the authority that signed the certificate.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>True to accept any certificate.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>True if it does not matter who signed a certificate.</summary>
    public bool IgnoresSigners => IsInsecure || Fingerprints.Count > 0;

    /// <summary>Says it in a few words.</summary>
    public override string ToString() => this switch
    {
        { IsInsecure: true } => "any certificate (insecure)",
        { Fingerprints.Count: > 0 } => $"fingerprint {string.Join(", ", Fingerprints)}",
        { AuthorityFile: { } file } => $"authority {file}",
        _ => "system",
    };
}
