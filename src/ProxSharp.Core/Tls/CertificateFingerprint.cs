using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Tls;

/// <summary>The SHA-256 fingerprint of a certificate. Its text is upper-case hex pairs with colons between them, as Proxmox VE shows it.</summary>
public readonly record struct CertificateFingerprint : IParsable<CertificateFingerprint>
{
    private const int Size = 32;

    private readonly string? _text;

    private CertificateFingerprint(ReadOnlySpan<byte> hash) => _text = Format(hash);

    /// <summary>Computes the fingerprint of a certificate.</summary>
    public static CertificateFingerprint Of(X509Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new CertificateFingerprint(SHA256.HashData(certificate.GetRawCertData()));
    }

    /// <summary>Reads 64 hex digits in either case, with or without colons between the pairs.</summary>
    /// <exception cref="FormatException">The text is not a SHA-256 fingerprint.</exception>
    public static CertificateFingerprint Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, provider, out CertificateFingerprint fingerprint)
            ? fingerprint
            : throw new FormatException($"'{s}' is not a SHA-256 fingerprint: it needs 64 hex digits, with or without colons, for example 1A:2B:...");
    }

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out CertificateFingerprint result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CertificateFingerprint result)
    {
        result = default;
        string text = s?.Trim() ?? "";
        if (text.Length == Size * 3 - 1)
        {
            for (int index = 2; index < text.Length; index += 3)
            {
                if (text[index] != ':')
                {
                    return false;
                }
            }

            text = text.Replace(":", "", StringComparison.Ordinal);
        }

        Span<byte> hash = stackalloc byte[Size];
        if (text.Length != Size * 2 || Convert.FromHexString(text, hash, out _, out int written) != System.Buffers.OperationStatus.Done || written != Size)
        {
            return false;
        }

        result = new CertificateFingerprint(hash);
        return true;
    }

    /// <summary>Returns hex pairs in upper case with colons between them.</summary>
    public override string ToString() => _text ?? "";

    private static string Format(ReadOnlySpan<byte> hash)
        => string.Create(hash.Length * 3 - 1, Convert.ToHexString(hash), static (text, hex) =>
        {
            for (int index = 0; index < text.Length; index++)
            {
                text[index] = index % 3 == 2 ? ':' : hex[index - index / 3];
            }
        });
}
