using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Hosting;

namespace ProxSharp.Simulator.Certificates;

/// <summary>Makes certificates and tells what is in them.</summary>
internal static class NodeCertificates
{
    private const string AlternativeNames = "2.5.29.17";

    private static readonly Lazy<string> s_authority = new(static () => Make("O=PVE Cluster Manager CA, OU=00000000-0000-4000-8000-000000000001, CN=Proxmox Virtual Environment", [], null));

    /// <summary>The authority of a cluster, in PEM.</summary>
    public static string Authority => s_authority.Value;

    /// <summary>Makes a certificate for host names, in PEM.</summary>
    /// <param name="subject">The distinguished name.</param>
    /// <param name="hostNames">The alternative names.</param>
    /// <param name="notBefore">From when it is valid; null for a certificate that is always valid.</param>
    public static string Make(string subject, IReadOnlyCollection<string> hostNames, DateTimeOffset? notBefore)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (hostNames.Count > 0)
        {
            SubjectAlternativeNameBuilder names = new();
            foreach (string name in hostNames)
            {
                names.AddDnsName(name);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        DateTimeOffset from = notBefore ?? new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 made = request.CreateSelfSigned(from, notBefore is null ? from.AddYears(20) : from.AddDays(90));
        return made.ExportCertificatePem() + "\n";
    }

    /// <summary>What the server tells of a certificate.</summary>
    public static JsonObject Describe(string file, string pem)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
        return new JsonObject
        {
            ["filename"] = file,
            ["fingerprint"] = SimulatorCertificate.Fingerprint(certificate),
            ["issuer"] = Name(certificate.IssuerName),
            ["notafter"] = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            ["notbefore"] = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).ToUnixTimeSeconds(),
            ["pem"] = pem,
            ["public-key-bits"] = Bits(certificate),
            ["public-key-type"] = certificate.GetRSAPublicKey() is null ? "id-ecPublicKey" : "rsaEncryption",
            ["san"] = Names(certificate),
            ["subject"] = Name(certificate.SubjectName),
        };
    }

    private static int Bits(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        using ECDsa? curve = certificate.GetECDsaPublicKey();
        return rsa?.KeySize ?? curve?.KeySize ?? 0;
    }

    /// <summary>A name as the server writes it: <c>/CN=pve1/O=...</c>.</summary>
    private static string Name(X500DistinguishedName name) =>
        string.Concat(name.EnumerateRelativeDistinguishedNames(reversed: false).Select(static part => $"/{part.GetSingleElementType().FriendlyName}={part.GetSingleElementValue()}"));

    // Proxmox: IPv6 addresses are written out in full.
    private static JsonArray Names(X509Certificate2 certificate)
    {
        JsonArray names = [];
        foreach (X509SubjectAlternativeNameExtension extension in certificate.Extensions.Where(static extension => extension.Oid?.Value == AlternativeNames)
            .Select(static extension => extension as X509SubjectAlternativeNameExtension ?? new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical)))
        {
            foreach (System.Net.IPAddress address in extension.EnumerateIPAddresses())
            {
                byte[] bytes = address.GetAddressBytes();
                names.Add((JsonNode)JsonValue.Create(bytes.Length == 4 ? address.ToString()
                    : string.Join(':', Enumerable.Range(0, 8).Select(group => ((bytes[group * 2] << 8) | bytes[(group * 2) + 1]).ToString("X4", CultureInfo.InvariantCulture)))));
            }

            foreach (string name in extension.EnumerateDnsNames())
            {
                names.Add((JsonNode)JsonValue.Create(name));
            }
        }

        return names;
    }
}
