using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Testing;

/// <summary>Certificates for servers on the loopback interface.</summary>
public static class StubCertificate
{
    private static readonly Lazy<X509Certificate2> s_shared = new(static () => SelfSigned("localhost"));

    /// <summary>A self-signed certificate for localhost that all servers of the process share.</summary>
    public static X509Certificate2 Shared => s_shared.Value;

    /// <summary>Makes a self-signed certificate.</summary>
    /// <param name="name">The host name it is for, besides 127.0.0.1 and ::1.</param>
    public static X509Certificate2 SelfSigned(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return Usable(certificate);
    }

    /// <summary>Makes a certificate authority.</summary>
    public static X509Certificate2 Authority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(60));
        return Usable(certificate);
    }

    /// <summary>Makes a server certificate that an authority has signed.</summary>
    /// <param name="authority">The authority, with its private key.</param>
    /// <param name="name">The host name it is for, besides 127.0.0.1 and ::1.</param>
    /// <param name="withAddresses">False to leave the loopback addresses out.</param>
    public static X509Certificate2 SignedBy(X509Certificate2 authority, string name, bool withAddresses = true)
    {
        ArgumentNullException.ThrowIfNull(authority);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key, withAddresses);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        using X509Certificate2 signed = request.Create(authority, now.AddDays(-1), now.AddDays(30), serial);
        using X509Certificate2 certificate = signed.CopyWithPrivateKey(key);
        return Usable(certificate);
    }

    private static CertificateRequest Request(string name, ECDsa key, bool withAddresses = true)
    {
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        if (withAddresses)
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request;
    }

    // SslStream on Windows refuses keys that exist in memory only; a round trip through PKCS #12 makes them usable everywhere.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
        => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}
