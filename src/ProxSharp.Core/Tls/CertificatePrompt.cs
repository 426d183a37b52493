using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Tls;

/// <summary>A certificate that nothing vouches for yet, as a person must judge it.</summary>
public sealed class CertificatePrompt
{
    internal CertificatePrompt(ProxmoxEndpoint endpoint, X509Certificate2 certificate, CertificateFingerprint fingerprint, string problem)
    {
        Endpoint = endpoint;
        Fingerprint = fingerprint;
        Problem = problem;
        Subject = certificate.Subject;
        Issuer = certificate.Issuer;
        NotBefore = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
    }

    /// <summary>The server that presented it.</summary>
    public ProxmoxEndpoint Endpoint { get; }

    /// <summary>Its fingerprint, to be compared with what the server shows on its own console.</summary>
    public CertificateFingerprint Fingerprint { get; }

    /// <summary>Why the system does not trust it.</summary>
    public string Problem { get; }

    /// <summary>Whom it names.</summary>
    public string Subject { get; }

    /// <summary>Who signed it; the subject itself if it is self-signed.</summary>
    public string Issuer { get; }

    /// <summary>When it becomes valid.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Names server and fingerprint.</summary>
    public override string ToString() => $"{Endpoint} {Fingerprint}";
}
