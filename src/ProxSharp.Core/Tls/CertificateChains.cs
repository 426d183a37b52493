using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Tls;

/// <summary>Checks certificates against authorities that the system does not know.</summary>
internal static class CertificateChains
{
    /// <summary>
    /// Spares a handshake the authorities of the system where its judge does not ask for them: a certificate could have others fetched from the network
    /// meanwhile. A new object each time: it can be changed.
    /// </summary>
    public static X509ChainPolicy WithoutAuthorities() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>True if one of the authorities vouches for the certificate, and it is for the name in the address.</summary>
    public static bool LeadsTo(ImmutableArray<X509Certificate2> authorities, X509Certificate certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (authorities.IsEmpty || errors != SslPolicyErrors.RemoteCertificateChainErrors)
        {
            return false;
        }

        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        // Server authentication: a certificate for other purposes must not pass as a server.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        return chain.Build(leaf);
    }
}
